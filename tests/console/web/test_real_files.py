"""What the desk gives pages, on real servers: the files of one agency, read and decided in the name of who logged in."""

import asyncio
import json
import re

import pytest
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from console.cutting import Asked
from console.demo.stories import left_waiting
from console.door.dev_login import Offered
from console.door.dev_people import DevPeople
from console.files import Files
from console.web.app import page_routes
from console.web.composition import Trying
from console.web.desk import Desk
from contracts.events.signals import Signal, SignalReported
from runtime.people.lists import Right
from tests.bus_server import eventually
from tests.console.web.serving import ALMERE, Browser, Console, consoled
from tests.installed import Keten

POLICE = "police-midden-nederland"


def with_files(desk: Desk) -> list[APIRouter]:
    """The pages, one that lists, one that shows, and one that decides."""
    router = APIRouter()

    async def listed(request: Request) -> Response:
        visit = await desk.visit(request, Right.HANDLE)
        page = await desk.lists(visit).page(Asked(("ExecutionStatus = 'Running'",)), most=300)
        return JSONResponse([[row.agency, row.reference] for row in page.rows])

    async def shown(request: Request, reference: str) -> Response:
        visit = await desk.visit(request, Right.HANDLE)
        return JSONResponse([file.agency.slug for file in await desk.files(visit).about(reference)])

    async def decided(request: Request, reference: str) -> Response:
        visit = await desk.visit(request, Right.HANDLE)
        [file] = await desk.files(visit).about(reference)
        return Response(await desk.files(visit).decide(file, "accept_case", {}))

    router.add_api_route("/listed", listed, methods=["GET"], response_model=None)
    router.add_api_route("/shown/{reference}", shown, methods=["GET"], response_model=None)
    router.add_api_route("/decided/{reference}", decided, methods=["POST"], response_model=None)
    return [*page_routes(desk), router]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_person_reaches_the_files_of_her_agency_and_no_other(keten: Keten) -> None:
    here = keten.here
    case = await here.staff.report(POLICE, SignalReported(signal=Signal(municipality="GM0995", account="x")), "signal-desk")
    await here.staff.sees(ALMERE, case, "offered", "case")
    async with consoled(here.installation, with_files) as console:
        coordinator, other = (
            await logged_in(console, Offered("coordinator", ALMERE)),
            await logged_in(console, Offered("reporter", POLICE)),
        )
        assert (await coordinator.get(f"/shown/{case}")).json() == [ALMERE]
        assert (await other.get(f"/shown/{case}")).json() == [POLICE]
        assert {agency for agency, _ in (await other.get("/listed")).json()} <= {POLICE}
        assert (await coordinator.post(f"/decided/{case}")).text == "triage"
        assert (await coordinator.get(f"/shown/{case}")).status_code == 200
    entries = [
        (entry.action, entry.object) for entry in here.installation.audit(ALMERE).store.entries(case=case, person="coordinator")
    ]
    assert entries == [("read", "case"), ("decide", "accept_case")], "each once, however often she looked"


@pytest.mark.asyncio(loop_scope="session")
async def test_the_demo_leaves_a_case_for_whoever_wants_to_try(keten: Keten) -> None:
    here = keten.here
    waits = await left_waiting(here.staff)
    async with consoled(here.installation, with_files, Trying(waits)) as console:
        browser = await logged_in(
            console, DevPeople(here.installation.with_key, here.installation.people, waits).offered()[0][1][0]
        )
        rows = (await browser.get("/listed")).json()
    assert waits in {agency for agency, _ in rows}


async def logged_in(console: Console, who: Offered) -> Browser:
    browser = console.browser()
    assert (await browser.log_in(who)).status_code == 303
    return browser


@pytest.mark.asyncio(loop_scope="session")
async def test_a_refused_event_is_corrected_by_one_and_released_by_another_and_arrives_once(keten: Keten) -> None:
    here, desk = keten.here, "signal-desk"
    event = here.event("almere", SignalReported, {"signal": {"municipality": "GM9999", "account": "an example"}})
    sent = await here.refused("almere", desk, SignalReported, event)
    at, case = f"/dead/{sent.letter.seq}", event["caseref"]
    async with consoled(here.installation) as console:
        one, other = [await console.person(name, desk, Right.OPERATE) for name in ("c-31", "c-32")]
        said = (await one.get(at)).text
        assert "data.signal.municipality" in said
        assert "an example" in said
        page = (await one.get(f"{at}/correct")).text
        right = json.dumps({"signal": {"municipality": "GM0995", "account": "an example"}})
        assert (await one.post(f"{at}/correction/correct", hidden(page, "correct") | {"data": right})).status_code == 303
        page = (await other.get(f"{at}/correct")).text
        press = hidden(page, "release")
        ends = await asyncio.gather(*(other.post(f"{at}/correction/release", press) for _ in range(10)))
        assert [end.headers.get("location") for end in ends] == [f"{at}/did/release_letter"] * 10
        assert (await other.get(at)).status_code == 404
        await here.staff.sees(ALMERE, case, "offered", "case")
    [file] = await Files(here.installation, here.installation.witness).at(here.installation.directory.get(desk), case)
    assert [line.what for line in file.view.story].count("signal_reported") == 1
    log = here.installation.audit(desk).store
    acts = {(entry.person, entry.action, entry.object) for entry in log.entries() if entry.outcome == "begun"}
    number = sent.letter.seq
    assert ("c-31", "correct_letter", f"dead_letter:{number}") in acts
    assert ("c-32", "replay", f"dead_letter:{number}:corrected") in acts


@pytest.mark.asyncio(loop_scope="session")
async def test_a_batch_replays_what_was_chosen_and_a_refusal_comes_back(keten: Keten) -> None:
    here, desk = keten.here, "signal-desk"
    event = here.event("almere", SignalReported, {"signal": {"municipality": "GM9999", "account": "an example"}})
    sent = await here.refused("almere", desk, SignalReported, event)
    async with consoled(here.installation) as console:
        browser = await console.person("c-33", desk, Right.OPERATE)
        page = (await browser.get("/dead")).text
        ticket = re.search(r'name="_ticket" value="([^"]+)"', page)
        assert ticket
        press = {"_ticket": ticket[1], "_command": "replay_letter", "item": str(sent.letter.seq)}
        ends = await asyncio.gather(*(browser.post("/batches", press) for _ in range(10)))
        [batch] = {end.headers["location"] for end in ends}

        async def tried() -> bool:
            return "Wordt met één geprobeerd" not in (await browser.get(batch)).text

        await eventually(tried)
        assert "Het ligt weer in het postvak" in (await browser.get(batch)).text

        async def came_back() -> bool:
            async with await here.installation.dead_letters(here.installation.directory.get(desk)) as letters:
                return [letter.event_id for letter in await letters.list()].count(event["id"]) == 1

        await eventually(came_back)
        assert (await browser.get(f"/dead/{sent.letter.seq}")).status_code == 404, "it has another number now"


def hidden(page: str, what: str) -> dict[str, str]:
    """What a form holds that nobody sees."""
    found = re.search(rf'/correction/{what}".*?</form>', page, re.S)
    assert found, page
    return dict(re.findall(r'name="(_\w+)" value="([^"]*)"', found[0]))
