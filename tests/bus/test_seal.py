"""The seal on an event: only its recipient reads it, only its sender can have written it, and nothing of it was changed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.agencies import Directory
from contracts.envelope import CloudEvent, source
from contracts.refusals import RefusalCode, Refused
from runtime.bus import Delivery, Seal
from runtime.bus.seal import read_outside
from runtime.keys.event_keys import EventKeys, KeyExpired
from tests.bus_server import ALMERE, COORDINATOR, DESK, POLICE, BusServer, eventually
from tests.post_office.at_work import signal
from tests.post_office.books import Shelf

REPORTED = "signals.reported.v1"
NOW = datetime.now(UTC)
MARK = "zzmark-seal-zz"
OVERLAP = timedelta(days=7)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = NOW.timestamp()

    def __call__(self) -> float:
        return self.now


class Desks:
    """Agencies with keys of their own."""

    def __init__(self, home: Path, directory: Directory, posted: CloudEvent | None = None) -> None:
        self.clock = Clock()
        self.directory = directory
        self.home = home
        self.keys = EventKeys(home / "keys", home / "public-keys", self.clock)
        self.keys.create(directory)
        self._posted = posted

    def seal(self, slug: str) -> Seal:
        return Seal(self.directory.get(slug), self.keys)

    def signal(self, **fields: Any) -> CloudEvent:
        """What the police write, by hand or by a post office."""
        if self._posted:
            return CloudEvent.model_validate(self._posted.model_dump(mode="json", exclude_none=True) | fields)
        standard = {
            "id": "0123456789abcdef",
            "source": source(self.directory.get(POLICE).oin, "report"),
            "type": "nl.keten.signals.reported.v1",
            "time": NOW,
            "caseref": "k0123456789abcdefghjkmnpq",
            "data": {"signal": {"municipality": "GM0995", "account": MARK}},
        }
        return CloudEvent.model_validate(standard | fields)

    def read(self, raw: bytes, recipient: str = DESK, sender: str = POLICE) -> CloudEvent:
        return self.seal(recipient).opened(read_outside(raw, NOW), self.directory.get(sender), NOW).message

    def refusal(self, raw: bytes, recipient: str = DESK, sender: str = POLICE) -> RefusalCode:
        with pytest.raises(Refused) as caught:
            self.read(raw, recipient, sender)
        assert MARK not in caught.value.reason
        return caught.value.code


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> CloudEvent:
    """What a post office writes when a signal is handed in."""

    async def write() -> CloudEvent:
        async with Shelf(tmp_path_factory.mktemp("shelf")).opened() as book:
            await book.keep([signal(1, data={"signal": {"municipality": "GM0995", "account": MARK}})])
            [ready] = await book.outbox.ready(DESK, (), 1)
            return ready.message

    return asyncio.run(write())


@pytest.fixture(params=["by hand", "by a post office"])
def desks(tmp_path: Path, directory: Directory, request: pytest.FixtureRequest, posted: CloudEvent) -> Desks:
    return Desks(tmp_path, directory, posted if request.param == "by a post office" else None)


def test_its_recipient_reads_it_and_the_way_shows_attributes_only(desks: Desks) -> None:
    message = desks.signal(previous="a" * 64, ground="legal_task")
    raw = desks.seal(POLICE).closed(message, DESK)
    assert desks.read(raw) == message
    shown = json.loads(raw)
    assert shown.keys() == message.outside.keys() | {"datacontenttype", "data"}
    assert MARK not in raw.decode()
    assert "previous" not in shown, "it could be compared with a guess at what was said before"


def test_nobody_else_reads_it(desks: Desks) -> None:
    raw = desks.seal(POLICE).closed(desks.signal(), DESK)
    for other in desks.directory.agencies:
        if other.slug != DESK:
            assert desks.refusal(raw, recipient=other.slug) is RefusalCode.SEAL_BROKEN


def test_clear_content_is_not_taken(desks: Desks) -> None:
    assert desks.refusal(desks.signal().to_json()) is RefusalCode.NOT_SEALED


@pytest.mark.parametrize("attribute", ["id", "caseref", "sequence", "time", "type", "causationid"])
def test_an_attribute_that_was_changed_on_the_way_is_noticed(desks: Desks, attribute: str) -> None:
    changed = {
        "id": "fedcba9876543210",
        "caseref": "k" + "0" * 24,
        "sequence": "9",
        "time": "2026-01-01T00:00:00Z",
        "type": "nl.keten.cases.accepted.v1",
        "causationid": "fedcba9876543210",
    }
    fields = json.loads(desks.seal(POLICE).closed(desks.signal(), DESK)) | {attribute: changed[attribute]}
    assert desks.refusal(json.dumps(fields).encode()) is RefusalCode.SIGNATURE_INVALID


@pytest.mark.parametrize("changed", [{"dataref": "https://example.org/2"}, {"dataref": None}, {"subject": "x"}], ids=str)
def test_an_extension_is_kept_and_cannot_be_changed_put_in_or_left_out_on_the_way(desks: Desks, changed: dict[str, Any]) -> None:
    message = desks.signal(dataref="https://example.org/1", sampled=True)
    raw = desks.seal(POLICE).closed(message, DESK)
    assert desks.read(raw) == message
    assert json.loads(raw)["sampled"] is True
    fields = json.loads(raw) | changed
    assert desks.refusal(json.dumps(fields).encode()) is RefusalCode.SIGNATURE_INVALID


@pytest.mark.parametrize("name", ["ground", "previous"])
def test_what_belongs_inside_is_not_taken_outside(desks: Desks, name: str) -> None:
    fields = json.loads(desks.seal(POLICE).closed(desks.signal(), DESK)) | {name: "a" * 64}
    assert desks.refusal(json.dumps(fields).encode()) is RefusalCode.ENVELOPE_INVALID


@pytest.mark.parametrize("part", range(5))
def test_a_changed_byte_in_any_part_breaks_the_seal(desks: Desks, part: int) -> None:
    fields = json.loads(desks.seal(POLICE).closed(desks.signal(), DESK))
    parts = fields["data"].split(".")
    middle = len(parts[part]) // 2
    parts[part] = parts[part][:middle] + ("A" if parts[part][middle : middle + 1] != "A" else "B") + parts[part][middle + 1 :]
    assert desks.refusal(json.dumps(fields | {"data": ".".join(parts)}).encode()) is RefusalCode.SEAL_BROKEN


def test_a_message_cannot_be_sent_on_to_somebody_else_under_its_senders_signature(desks: Desks) -> None:
    """The desk opens what the police wrote to it, and seals the same signature for another."""
    message = desks.signal()
    proof = (
        desks.seal(DESK)
        .opened(read_outside(desks.seal(POLICE).closed(message, DESK), NOW), desks.directory.get(POLICE), NOW)
        .proof
    )
    forwarded = {**message.outside, "datacontenttype": "application/jose", "data": _sealed_only(desks, proof, ALMERE)}
    assert desks.refusal(json.dumps(forwarded).encode(), recipient=ALMERE) is RefusalCode.SIGNATURE_INVALID


@pytest.mark.parametrize("forger", [COORDINATOR, ALMERE])
def test_another_agency_cannot_sign_for_the_sender(desks: Desks, forger: str) -> None:
    raw = desks.seal(forger).closed(desks.signal(), DESK)
    assert desks.refusal(raw) is RefusalCode.SIGNATURE_INVALID


def test_a_name_of_a_key_is_not_enough(desks: Desks) -> None:
    """The forger names the sender's key, and signs with its own."""
    message = desks.signal()
    kid = desks.keys.to_sign(POLICE).kid
    proof = _signed(desks, COORDINATOR, message.to_json(), {"alg": "Ed25519", "kid": kid, "for": DESK})
    forged = {**message.outside, "datacontenttype": "application/jose", "data": _sealed_only(desks, proof, DESK)}
    assert desks.refusal(json.dumps(forged).encode()) is RefusalCode.SIGNATURE_INVALID


@pytest.mark.parametrize("alg", ["none", "HS256", "ES256"])
def test_no_other_algorithm_is_taken(desks: Desks, alg: str) -> None:
    message, header = desks.signal(), {"alg": alg, "kid": desks.keys.to_sign(POLICE).kid, "for": DESK}
    proof = ".".join((_b64(json.dumps(header).encode()), _b64(message.to_json()), ""))
    forged = {**message.outside, "datacontenttype": "application/jose", "data": _sealed_only(desks, proof, DESK)}
    assert desks.refusal(json.dumps(forged).encode()) is RefusalCode.SIGNATURE_INVALID


def test_a_signature_that_is_not_checked_would_let_a_forgery_in(desks: Desks) -> None:
    """Why the name of the key is bound to the sender: the same message, signed by another, reads as well."""
    raw = desks.seal(COORDINATOR).closed(desks.signal(), DESK)
    assert desks.read(raw, sender=COORDINATOR) == desks.signal()


def test_a_new_key_is_used_at_once_and_what_is_under_way_still_arrives(desks: Desks) -> None:
    under_way = desks.seal(POLICE).closed(desks.signal(), DESK)
    for slug in (POLICE, DESK):
        assert desks.keys.rotate(slug, OVERLAP) == 2
    assert desks.read(under_way) == desks.signal()
    later = desks.seal(POLICE).closed(desks.signal(), DESK)
    assert {desks.keys.to_sign(POLICE).kid, desks.keys.to_seal(DESK).kid} == {f"{POLICE}.2.sig", f"{DESK}.2.enc"}
    assert desks.read(later) == desks.signal()


@pytest.mark.parametrize("whose", [POLICE, DESK])
def test_after_the_overlap_an_old_key_is_not_taken_any_more(desks: Desks, whose: str) -> None:
    old = desks.seal(POLICE).closed(desks.signal(), DESK)
    desks.keys.rotate(whose, OVERLAP)
    desks.clock.now += OVERLAP.total_seconds() + 1
    assert desks.refusal(old) is RefusalCode.KEY_EXPIRED
    assert desks.keys.retire(whose) == 2
    assert desks.refusal(old) is RefusalCode.KEY_EXPIRED


def test_a_destroyed_key_is_in_no_file(desks: Desks) -> None:
    files = lambda: "".join(path.read_text() for path in (desks.home / "keys").iterdir())  # noqa: E731
    secret = desks.keys.to_open(DESK, f"{DESK}.1.enc").as_dict(private=True)["d"]
    assert isinstance(secret, str)
    desks.keys.rotate(DESK, OVERLAP)
    assert desks.keys.retire(DESK) == 0
    assert secret in files()
    desks.clock.now += OVERLAP.total_seconds() + 1
    desks.keys.retire(DESK)
    assert secret not in files()
    with pytest.raises(KeyExpired):
        desks.keys.to_open(DESK, f"{DESK}.1.enc")


def test_nothing_private_is_published_and_private_keys_are_their_owners_only(desks: Desks) -> None:
    for published in (desks.home / "public-keys").iterdir():
        assert not [key for key in json.loads(published.read_text())["keys"] if "d" in key]
    assert {path.stat().st_mode & 0o777 for path in (desks.home / "keys").iterdir()} == {0o600}


async def _refuse(_: Delivery) -> None:
    raise AssertionError("a forged event must not reach a workflow")


@pytest.mark.parametrize(
    ("signer", "reader", "code"),
    [
        pytest.param(COORDINATOR, DESK, "signature_invalid", id="another's signature"),
        pytest.param(POLICE, ALMERE, "seal_broken", id="sealed for another"),
    ],
)
async def test_a_bad_signature_is_a_dead_letter_and_an_alarm(bus: BusServer, signer: str, reader: str, code: str) -> None:
    raw = bus.seal(signer).closed(bus.signal(), reader)
    await bus.send(POLICE, DESK, REPORTED, raw)
    async with bus.inbox(DESK, _refuse):

        async def empty() -> bool:
            return await bus.waiting(DESK) == 0

        await eventually(empty)
    async with await bus.letters(DESK) as letters:
        [letter] = await letters.list()
    assert (letter.code, letter.body) == (code, raw)
    assert bus.alarms == [f"an event on the lane of {POLICE} was not signed or sealed as it must be: {code}"]


def _signed(desks: Desks, slug: str, inside: bytes, header: dict[str, Any]) -> str:
    from joserfc import jws  # noqa: PLC0415 - what a forger would use

    from runtime.bus.seal import SIGNATURES  # noqa: PLC0415

    return jws.serialize_compact(header, inside, desks.keys.to_sign(slug), registry=SIGNATURES)


def _sealed_only(desks: Desks, text: str, recipient: str) -> str:
    from joserfc import jwe  # noqa: PLC0415 - what a forger would use

    key = desks.keys.to_seal(recipient)
    return jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A256GCM", "kid": key.kid}, text.encode(), key)


def _b64(raw: bytes) -> str:
    from joserfc.util import urlsafe_b64encode  # noqa: PLC0415

    return urlsafe_b64encode(raw).decode()
