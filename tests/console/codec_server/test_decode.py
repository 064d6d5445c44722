"""Who may read reads a real history in clear; nobody else reads anything; what was read is written down before."""

import pytest

from console.codec_server.app import CodecServer
from console.codec_server.asked import Asked
from console.codec_server.reader import cases_in
from console.door.person import Person
from contracts.reference import new_reference
from tests.console.codec_server.conftest import Played
from tests.console.codec_server.serving import CLEAR, MARK, Asking, Written, asking, named, read, refused, words
from tests.console.door.oidc import Oidc
from tests.installed import Keten

ABSENT = ...

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_entitled_person_reads_a_history_in_clear(ask: Asking, oidc: Oidc, written: Written, played: Played) -> None:
    assert MARK.encode() not in b"".join(payload.data for payload in played.payloads)
    clear = read(await ask(oidc.token(), played.payloads))
    assert len(clear) == len(played.payloads)
    assert MARK.encode() in b"".join(payload.data for payload in clear)
    assert {payload.metadata["encoding"] for payload in clear} <= {b"json/plain", b"binary/null"}
    assert written.entries == [("staff-0117", "signal-desk", played.case, len(played.encrypted))]


async def test_what_was_never_encrypted_stays_as_it_is(ask: Asking, oidc: Oidc, written: Written, played: Played) -> None:
    first, second, third = read(await ask(oidc.token(), [CLEAR, played.encrypted[0], CLEAR]))
    assert (first, third) == (CLEAR, CLEAR)
    assert second.metadata["encoding"] == b"json/plain"
    assert read(await ask(oidc.token(), [CLEAR])) == [CLEAR]
    assert read(await ask(oidc.token(), [])) == []
    assert len(written.entries) == 1


async def test_the_namespace_may_stand_in_the_path(ask: Asking, oidc: Oidc, played: Played) -> None:
    for headers in ({}, {"X-Namespace": "signal-desk"}):
        answer = await ask.post("/signal-desk/decode", oidc.token(), played.payloads, **headers)
        assert MARK.encode() in b"".join(payload.data for payload in read(answer))


@pytest.mark.parametrize("agencies", [("urk",), (), ABSENT, None, "signal-desk", [1], ["signal-desk", None]], ids=str)
async def test_who_is_not_of_the_agency_reads_nothing(
    ask: Asking, oidc: Oidc, written: Written, played: Played, agencies: object
) -> None:
    refused(await ask(oidc.token(agencies), played.payloads), 403, "not_entitled")
    assert written.entries == []


async def test_an_agency_that_is_not_in_the_directory_has_no_keys_here(ask: Asking, oidc: Oidc, played: Played) -> None:
    for namespace in ("../signal-desk", "nobody"):
        refused(await ask(oidc.token((namespace,)), played.payloads, namespace), 403, "not_entitled")


@pytest.mark.parametrize("person", ["", "a b", "x" * 65, "m.visser\n", 7, ABSENT])
async def test_who_cannot_be_named_in_an_audit_log_reads_nothing(ask: Asking, oidc: Oidc, played: Played, person: object) -> None:
    answer = await ask(oidc.token(sub=person), played.payloads)
    assert answer.status_code in {401, 403}
    assert MARK not in answer.text


class TestACaseOfOnesOwn:
    async def test_is_read(self, ask: Asking, oidc: Oidc, played: Played) -> None:
        clear = read(await ask(oidc.token(keten_cases=[played.case]), played.payloads))
        assert MARK.encode() in b"".join(payload.data for payload in clear)

    @pytest.mark.parametrize("cases", [[], [f"k{24 * '0'}"], None, "all", [None], {}], ids=str)
    async def test_and_no_other(self, ask: Asking, oidc: Oidc, written: Written, played: Played, cases: object) -> None:
        refused(await ask(oidc.token(keten_cases=cases), played.payloads), 403, "not_entitled")
        assert written.entries == []

    async def test_nor_both_at_once(self, ask: Asking, oidc: Oidc, written: Written, played: Played, other: Played) -> None:
        together = [*played.payloads, *other.payloads]
        refused(await ask(oidc.token(keten_cases=[played.case]), together), 403, "not_entitled")
        assert written.entries == []
        assert len(read(await ask(oidc.token(keten_cases=[played.case, other.case]), together))) == len(together)
        assert {entry[2] for entry in written.entries} == {played.case, other.case}

    async def test_nor_by_a_false_name(self, ask: Asking, oidc: Oidc, played: Played, other: Played) -> None:
        """Who may read one case says that another's payload belongs to it: the key does not fit."""
        lied = named(other.encrypted[0], played.workflow)
        assert words(read(await ask(oidc.token(keten_cases=[played.case]), [lied]))[0]).startswith("unreadable: ")

    async def test_without_the_check_the_others_case_is_decoded(
        self, keten: Keten, oidc: Oidc, written: Written, played: Played
    ) -> None:
        async with asking(keten.settings, oidc, written, Trusting) as ask:
            clear = read(await ask(oidc.token((), keten_cases=[]), played.payloads))
        assert MARK.encode() in b"".join(payload.data for payload in clear)

    async def test_a_refusal_does_not_say_whether_there_is_such_a_case(self, ask: Asking, oidc: Oidc, played: Played) -> None:
        token = oidc.token(keten_cases=[new_reference()])
        there = await ask(token, played.payloads)
        not_there = await ask(token, [named(played.encrypted[0], f"signal-{new_reference()}")])
        assert there.content == not_there.content
        assert there.content == (await ask(oidc.token(("urk",)), played.payloads)).content


class Trusting(CodecServer):
    """The server without a check of what a person may read."""

    def _allowed(self, person: Person, wanted: Asked) -> dict[str, int]:
        return cases_in(wanted.payloads)
