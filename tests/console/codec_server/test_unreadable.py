"""What cannot be read: its place says why, and the rest is read."""

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from contracts.reference import new_reference
from tests.console.codec_server.conftest import Played
from tests.console.codec_server.serving import CLEAR, MARK, Asking, Written, asking, named, read, words
from tests.console.door.oidc import Oidc
from tests.installed import Keten

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def instead(ask: Asking, token: str, payload: Payload, namespace: str = "signal-desk") -> str:
    instead_of_it, rest = read(await ask(token, [payload, CLEAR], namespace))
    assert rest == CLEAR
    return words(instead_of_it)


async def test_an_erased_case(ask: Asking, oidc: Oidc, keten: Keten, played: Played) -> None:
    erased = new_reference()
    desk, place = keten.here.installation, WorkflowSerializationContext("signal-desk", f"signal-{erased}")
    [encrypted] = await desk.codec("signal-desk").with_context(place).encode([CLEAR])
    await desk.case_keys("signal-desk").forget(erased)
    instead_of_it, *rest = read(await ask(oidc.token(), [encrypted, *played.payloads]))
    assert words(instead_of_it) == "erased: the key of this case was destroyed"
    assert MARK.encode() in b"".join(payload.data for payload in rest)


@pytest.mark.parametrize("byte", [0, 12, -1])
async def test_what_was_altered(ask: Asking, oidc: Oidc, played: Played, byte: int) -> None:
    data = bytearray(played.encrypted[0].data)
    data[byte] ^= 1
    altered = Payload(metadata=dict(played.encrypted[0].metadata), data=bytes(data))
    assert (await instead(ask, oidc.token(), altered)).startswith("unreadable: this was altered")


async def test_what_was_cut_off(ask: Asking, oidc: Oidc, played: Played) -> None:
    for length in (0, 5, 20):
        short = Payload(metadata=dict(played.encrypted[0].metadata), data=played.encrypted[0].data[:length])
        assert (await instead(ask, oidc.token(), short)).startswith("unreadable: this was altered")


async def test_a_case_whose_key_is_not_here(ask: Asking, oidc: Oidc, played: Played) -> None:
    unknown = named(played.encrypted[0], f"signal-{new_reference()}")
    assert (await instead(ask, oidc.token(), unknown)).startswith("key_missing: ")


async def test_another_agencys(ask: Asking, oidc: Oidc, played: Played) -> None:
    assert (await instead(ask, oidc.token(("urk",)), played.encrypted[0], "urk")).startswith("key_missing: ")


async def test_what_names_no_workflow(ask: Asking, oidc: Oidc, written: Written, played: Played) -> None:
    for name in ("", "signal", "signal-k0", "\udcff"):
        nameless = named(played.encrypted[0], name)
        assert (await instead(ask, oidc.token(), nameless)).startswith("unreadable: this does not say")
    assert written.entries == []


async def test_while_the_agencys_key_cannot_be_used(oidc: Oidc, written: Written, keten: Keten, played: Played) -> None:
    nowhere = {"key_service_url": "http://127.0.0.1:1", "key_service_token": keten.settings.nats_config}
    async with asking(keten.settings.model_copy(update=nowhere), oidc, written) as ask:
        assert (await instead(ask, oidc.token(), played.encrypted[0])).startswith("unavailable: ")
