"""Signatures that a library of others verifies, secrets that change without a gap, and nothing secret in clear anywhere."""

import base64
import io
import sqlite3
from datetime import timedelta, timezone
from pathlib import Path

import pytest
import structlog
from standardwebhooks import Webhook, WebhookVerificationError

from post_office.ports import Refusal
from post_office.webhooks.endpoint import MOST_ENDPOINTS, MOST_SECRETS
from post_office.webhooks.outcomes import Outcome
from post_office.webhooks.secrets import Altered, Sealing, new_secret
from post_office.webhooks.sending import Answer
from post_office.webhooks.signing import signed
from runtime.logs import configure_logs
from tests.post_office.webhooks.conftest import delivering
from tests.post_office.webhooks.heard_book import PERSONAL
from tests.post_office.webhooks.office import Clock, MemoryKeys, Office, real
from tests.post_office.webhooks.receiver import always, receiver

ONE = "k0123456789abcdefghjkmnpq"
BODY = '{"specversion":"1.0","id":"5eed5eed","data":{"name":"Zoë"}}'


def refused(secret: str, headers: dict[str, str], body: str) -> bool:
    try:
        Webhook(secret).verify(body.encode(), headers)
    except WebhookVerificationError:
        return True
    return False


def test_the_library_takes_what_was_signed_and_nothing_that_was_changed() -> None:
    secret, now = new_secret(), real()
    headers = signed([secret], "5eed5eed", now, BODY)
    assert not refused(secret, headers, BODY)
    assert refused(secret, headers, BODY.replace("Zoë", "Zoe")), "an altered byte"
    assert refused(secret, {**headers, "webhook-id": "5eed5eee"}, BODY), "another id"
    for minutes in (-6, 6):
        assert refused(secret, signed([secret], "5eed5eed", now + timedelta(minutes=minutes), BODY), BODY), "another time"
    assert refused(secret, {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}, BODY)
    assert refused(new_secret(), headers, BODY), "another secret"
    assert headers["webhook-signature"].startswith("v1,")


def test_a_time_in_another_zone_is_the_same_time() -> None:
    secret, now = new_secret(), real()
    local = now.astimezone(timezone(timedelta(hours=9)))
    assert signed([secret], "5eed5eed", local, BODY) == signed([secret], "5eed5eed", now, BODY)


def test_a_secret_is_long_enough_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(base64.b64decode(secret.removeprefix("whsec_"))) for secret in made} == {32}


async def test_a_secret_is_changed_without_a_gap(url: str) -> None:
    """At any moment the older one and the newer one verify, for a day; then the newer one only."""
    office = Office(url)
    async with receiver() as there, delivering(office):
        endpoint, older = await office.make(there.url())
        office.book.hear(ONE)
        await there.until(1)
        newer = await office.desk.add_secret(endpoint)
        office.book.hear(ONE)
        await there.until(2)
        office.book.hear(ONE)
        await there.until(3)
    before, during, after = there.taken
    assert before.verify(older)
    for told in (during, after):
        assert told.verify(older) == told.verify(newer)
    with pytest.raises(WebhookVerificationError):
        before.verify(newer)


async def test_the_older_secret_ends_after_a_day(url: str) -> None:
    clock = Clock()
    office = Office(url, clock)
    endpoint, older = await office.make("http://127.0.0.1:9/")
    newer = await office.desk.add_secret(endpoint)
    clock.move(86_399)
    there = await office.store.to(endpoint, clock())
    assert there
    assert there.secrets == (newer, older), "the newest first"
    clock.move(2)
    there = await office.store.to(endpoint, clock())
    assert there
    assert there.secrets == (newer,)
    assert [secret.number for secret in (await office.desk.one(endpoint)).secrets] == [2]


async def test_as_many_secrets_and_endpoints_as_may_be(url: str) -> None:
    clock = Clock()
    office = Office(url, clock)
    endpoint, _ = await office.make("http://127.0.0.1:9/")
    for _ in range(MOST_SECRETS - 1):
        await office.desk.add_secret(endpoint)
    with pytest.raises(Refusal, match="secrets_full"):
        await office.desk.add_secret(endpoint)
    clock.move(86_401)
    assert await office.desk.add_secret(endpoint)
    with pytest.raises(Refusal, match="name_taken"):
        await office.make("http://127.0.0.1:9/")
    for number in range(MOST_ENDPOINTS - 1):
        await office.make("http://127.0.0.1:9/", name=f"n{number}")
    with pytest.raises(Refusal, match="webhooks_full"):
        await office.make("http://127.0.0.1:9/", name="one-more")


async def test_what_is_kept_is_bound_to_its_endpoint() -> None:
    sealing = Sealing(MemoryKeys())
    sealed = await sealing.seal("whsec_x", "one", "secret 1")
    assert await sealing.unseal(sealed, "one", "secret 1") == "whsec_x"
    for endpoint, what in (("other", "secret 1"), ("one", "url"), ("one", "secret 2")):
        with pytest.raises(Altered):
            await sealing.unseal(sealed, endpoint, what)
    for wrong in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), b""):
        with pytest.raises(Altered):
            await sealing.unseal(wrong, "one", "secret 1")


async def test_url_secret_and_content_stand_on_no_disk_log_alarm_or_error(url: str, tmp_path: Path) -> None:
    lines = io.StringIO()
    configure_logs(level=10, to=lines)
    clock = Clock()
    office = Office(url, clock)
    try:
        async with receiver(always(500)) as there:
            path = "/sesame-path?token=sesame-token"
            endpoint, secret = await office.make(there.url(path=path))
            office.book.hear(ONE, subject="sesame-subject")
            await office.live(endpoint, 1000)
            await office.desk.test(endpoint)
            structlog.get_logger().warning("webhook_delayed", error=repr(await office.store.to(endpoint, clock())))
    finally:
        structlog.reset_defaults()
    shown = repr((await office.desk.all(), await office.desk.attempts(endpoint), await office.desk.waiting(endpoint)))
    disk = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for mark in ("sesame", PERSONAL, secret, secret.removeprefix("whsec_"), str(there.port)):
        assert mark not in shown
        assert mark not in lines.getvalue()
        assert mark not in repr(office.alarms)
        assert mark == str(there.port) or mark.encode() not in disk
    assert b"case-system" in disk, "what is not secret is found this way"


async def test_an_altered_row_sends_nothing_and_stops_nothing(url: str, tmp_path: Path) -> None:
    office = Office(url, Clock())
    async with receiver() as there:
        endpoint, _ = await office.make(there.url())
        other, _ = await office.make(there.url(), name="other")
        with sqlite3.connect(tmp_path / "post-office.db") as connection:
            rows = "UPDATE webhook SET url = (SELECT url FROM webhook AS o WHERE o.id = ?) WHERE id = ?"
            connection.execute(rows, (other, endpoint))
        assert await office.desk.test(endpoint) == Answer(Outcome.UNREADABLE)
        assert there.told == []
