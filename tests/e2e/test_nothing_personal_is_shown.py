"""Screens, exports and pages: what people and programs see who may not read content shows no mark of the demo's stories."""

import sys
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from console.files import Found
from runtime.servers.embedded import read_running
from tests.console.cli import Cli
from tests.console.codec_server.serving import Asking, Written, asking, read
from tests.console.door.oidc import Oidc, issuing
from tests.e2e.canaries.left import DESK, Marked
from tests.e2e.canaries.marks import MARKED, ROOT, found_in, marks, whole
from tests.e2e.canaries.pages import bus_pages, ports, web_pages
from tests.histories import payloads_in
from tests.installed import Keten

COORDINATOR, ELSEWHERE = "coordinator-almere", "ambulatory-help"
"""Who owns the case, and an agency that never had to do with it."""
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="which ports a process listens on is read from /proc")


@pytest.fixture(scope="module")
def operator(keten: Keten) -> Cli:
    """Somebody who works at every agency, and may decide in every case."""
    return Cli(keten.variables)


@pytest.fixture(scope="module")
def elsewhere(keten: Keten) -> Cli:
    """Somebody who works at an agency that has nothing to do with the case."""
    keten.here.installation.people.add("c-elsewhere", ELSEWHERE)
    return Cli({**keten.variables, "KETEN_PERSON": "c-elsewhere"})


@pytest.mark.parametrize(
    "arguments", [("case", "{}"), ("decide", "{}"), ("cases", "--closed"), ("dead", "list"), ("access-report", "{}")]
)
def test_no_mark_is_on_the_screen_of_an_operator(operator: Cli, marked: Marked, arguments: tuple[str, ...]) -> None:
    shown = operator.pages(*(argument.format(marked.reference) for argument in arguments))
    assert ROOT not in whole(shown)
    assert marked.reference in whole(shown) or arguments[0] in {"decide", "dead"}


def test_only_who_opens_a_dead_letter_reads_it(operator: Cli, elsewhere: Cli, marked: Marked) -> None:
    """The control: on this screen a mark is found, and whoever does not work there does not get it."""
    for letter in marked.letters:
        assert found_in(whole(operator("dead", "show", DESK, str(letter.seq)))) == marks("account")
        assert "c-elsewhere does not work at signal-desk" in elsewhere("dead", "show", DESK, str(letter.seq), code=1)


@pytest.mark.parametrize(
    "arguments", [("cases", "--closed"), ("dead", "list"), ("people", "list"), ("agencies",), ("coverage",), ("doctor",)]
)
def test_somebody_from_elsewhere_sees_no_mark_and_no_case(elsewhere: Cli, marked: Marked, arguments: tuple[str, ...]) -> None:
    shown = whole(elsewhere.pages(*arguments))
    assert not [word for word in (ROOT, *marked.references) if word in shown]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("case", "{}"), "no case {} at the agencies of this installation"),
        (("decide", "{}", "accept_case"), "no case {} at the agencies of this installation"),
        (("access-report", "{}"), "nothing is held of {} at the agencies of this installation"),
        (("audit", "show", "--at", COORDINATOR, "--case", "{}"), "c-elsewhere does not work at coordinator-almere"),
        (("dead", "replay", DESK, "1"), "c-elsewhere does not work at signal-desk"),
    ],
)
def test_what_they_ask_for_by_name_they_are_refused(
    elsewhere: Cli, marked: Marked, arguments: tuple[str, ...], words: str
) -> None:
    shown = whole(elsewhere(*(argument.format(marked.reference) for argument in arguments), code=1))
    assert ROOT not in shown
    assert whole(words.format(marked.reference)) in shown


def test_their_own_agencys_audit_log_shows_pseudonyms_only(elsewhere: Cli, marked: Marked) -> None:
    """With the reference of whatever case somebody asked for there, also where none is."""
    assert marked.references
    assert ROOT not in whole(elsewhere("audit", "show"))


class TestTheCodecServer:
    """What it answers to people with fewer and fewer rights."""

    @pytest_asyncio.fixture(loop_scope="function")
    async def oidc(self) -> AsyncGenerator[Oidc]:
        async with issuing() as issuer:
            yield issuer

    @pytest_asyncio.fixture(loop_scope="function")
    async def ask(self, keten: Keten, oidc: Oidc) -> AsyncGenerator[Asking]:
        async with asking(keten.settings, oidc, Written()) as server:
            yield server

    async def test_it_shows_no_mark_to_whoever_may_not_read(self, keten: Keten, ask: Asking, oidc: Oidc, marked: Marked) -> None:
        payloads = await _payloads(keten, marked.file(COORDINATOR, "case"))
        other = next(reference for reference in marked.references if reference != marked.reference)
        tokens = {
            "nobody": None,
            "from elsewhere": oidc.token((ELSEWHERE,)),
            "of the desk": oidc.token((DESK,)),
            "without cases": oidc.token((COORDINATOR,), keten_cases=[]),
            "with another case": oidc.token((COORDINATOR,), keten_cases=[other]),
            "for somebody else": oidc.token((COORDINATOR,), aud="another server"),
            "yesterday": oidc.token((COORDINATOR,), exp=1),
        }
        for who, token in tokens.items():
            for namespace in (COORDINATOR, ELSEWHERE, DESK):
                answer = await ask(token, payloads, namespace)
                assert not found_in(answer.content), (who, namespace)
                assert answer.status_code in {401, 403} or namespace in {ELSEWHERE, DESK}, (who, namespace)

    async def test_and_all_of_them_to_whoever_may(self, keten: Keten, ask: Asking, oidc: Oidc, marked: Marked) -> None:
        payloads = await _payloads(keten, marked.file(COORDINATOR, "case"))
        answer = await ask(oidc.token((COORDINATOR,), keten_cases=[marked.reference]), payloads, COORDINATOR)
        assert found_in(b"".join(payload.data for payload in read(answer))) >= marks("needs", "suspect", "name")


async def _payloads(keten: Keten, file: Found) -> list[Payload]:
    return [payload async for event in (await _export(keten, file)) for payload in payloads_in(event)]


async def _export(keten: Keten, file: Found) -> Any:
    """A history as whoever reaches Temporal without a key gets it."""
    client = await Client.connect(keten.here.installation.temporal_address, namespace=file.agency.namespace)
    return client.get_workflow_handle(file.handle.id, run_id=None).fetch_history_events()


async def test_no_export_of_a_history_shows_a_mark(keten: Keten, marked: Marked) -> None:
    """As `temporal workflow show -o json` and the UI write it: payloads in base64, in which marks would be found, too."""
    size = 0
    for file in marked.files:
        client = await Client.connect(keten.here.installation.temporal_address, namespace=file.agency.namespace)
        exported = (await client.get_workflow_handle(file.handle.id).fetch_history()).to_json()
        assert not found_in(exported), file.handle.id
        size += len(exported)
    assert size > 100_000


@LINUX
async def test_no_page_of_temporal_shows_a_mark(keten: Keten, marked: Marked) -> None:
    running = read_running(keten.settings)
    assert running
    pages = [page async for page in web_pages(running.pids["temporal"], marked)]
    assert {path.rsplit("/", 1)[-1] for path, _ in pages} >= {"metrics", "workflows", "history"}
    assert {path: found for path, text in pages if (found := found_in(text))} == {}
    metrics = [text for path, text in pages if path == "/metrics" and text.startswith("# HELP")]
    assert len(metrics) == 1
    assert not [reference for reference in marked.references if reference in metrics[0]]


@LINUX
async def test_no_page_of_the_bus_shows_a_mark_or_a_case(keten: Keten, marked: Marked) -> None:
    """It has none over HTTP; whoever holds the system's key may ask it for the same."""
    running = read_running(keten.settings)
    assert running
    assert ports(running.pids["nats-server"]) == {int(running.nats_url.rpartition(":")[2])}
    pages = await bus_pages(keten.here)
    assert "streams" in pages["JSZ"]
    assert COORDINATOR in "".join(pages.values())
    assert {name: found for name, text in pages.items() if (found := found_in(text))} == {}
    assert not [name for name, text in pages.items() if any(reference in text for reference in marked.references)]


def test_every_mark_would_be_found_on_a_screen() -> None:
    assert found_in(whole(f"│ {' │ '.join(sorted(marks(*MARKED)))} │")) == marks(*MARKED)
