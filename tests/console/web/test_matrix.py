"""Every route names a right or is known to be public; whoever has not what it takes is refused, and whoever has is let in."""

import pytest
from fastapi.routing import APIRoute

from console.web import dev_entrance, entrance
from console.web.refusals import NOT_HERE
from runtime.people.lists import Right
from tests.console.web.serving import ALMERE, HERE, URK, Browser, Console, title

PUBLIC = entrance.PUBLIC | dev_entrance.PUBLIC
CASE = "k0123456789abcdefghjkmnpq"
FILLED = {"agency": ALMERE, "file": f"case-{CASE}", "reference": CASE, "ref": CASE, "command": "accept_case"}


def filled(route: APIRoute) -> str:
    """The path of a route, with something in each place."""
    path = route.path
    for parameter in route.dependant.path_params:
        path = path.replace("{" + parameter.name + "}", FILLED.get(parameter.name, "x"))
    return path


def guarded(console: Console) -> list[tuple[str, str]]:
    """Each way to ask a route that is not public."""
    routes = [route for route in console.answering.routes if route.path not in PUBLIC]
    return [(method, filled(route)) for route in routes for method in sorted(route.methods or ())]


async def asked(browser: Browser, method: str, path: str) -> int:
    answer = await (browser.get(path) if method == "GET" else browser.post(path))
    return answer.status_code


async def test_what_is_public_is_there(console: Console) -> None:
    assert {route.path for route in console.answering.routes} >= PUBLIC


async def test_without_a_session_every_other_route_is_closed(console: Console) -> None:
    ways, browser = guarded(console), console.browser()
    assert ("GET", "/for/handle") in ways
    assert ("POST", "/session") in ways
    for method, path in ways:
        assert (path, await asked(browser, method, path)) == (path, 303 if method == "GET" else 401)
        if method == "GET":
            assert (await browser.get(path)).headers["location"].startswith("/login?back=")


async def test_a_session_that_was_made_up_opens_nothing(console: Console) -> None:
    for secret in ("x", "x" * 43, "", "'; drop table session --"):
        browser = console.browser()
        browser.plant(secret)
        for method, path in guarded(console):
            assert await asked(browser, method, path) == (303 if method == "GET" else 401)


@pytest.mark.parametrize("right", Right)
async def test_a_right_opens_what_is_for_it_and_nothing_else(console: Console, right: Right) -> None:
    browser = await console.person("c-17", ALMERE, right)
    for other in Right:
        answer = await browser.get(f"/for/{other}")
        assert answer.status_code == (200 if other is right else NOT_HERE.status)
    assert (await browser.get("/session")).status_code == 200


@pytest.mark.parametrize(
    ("right", "begins"),
    [(Right.HANDLE, "/inbox"), (Right.OPERATE, "/board"), (Right.AUDIT, "/audit"), (Right.OVERSEE, "/coverage")],
)
async def test_whoever_comes_begins_where_they_may(console: Console, right: Right, begins: str) -> None:
    browser = await console.person("c-17", ALMERE, right)
    assert (await browser.get("/")).headers["location"] == begins


async def test_another_right_and_nothing_there_look_alike(console: Console) -> None:
    browser = await console.person("c-17", ALMERE, Right.HANDLE)
    forbidden, nothing = await browser.get("/for/audit"), await browser.get("/for/nothing")
    assert forbidden.status_code == nothing.status_code == 404
    assert forbidden.text.replace("/for/audit", "") == nothing.text.replace("/for/nothing", "")


async def test_whoever_is_struck_is_out_at_the_next_request(console: Console) -> None:
    browser = await console.person("c-17", ALMERE, Right.HANDLE)
    assert (await browser.get("/for/handle")).status_code == 200
    console.installation.people.remove("c-17", ALMERE)
    for method, path in guarded(console):
        assert await asked(browser, method, path) == (303 if method == "GET" else 401)
    console.installation.people.add("c-17", ALMERE)
    assert (await browser.get("/for/handle")).status_code == 303, "that session is gone"


async def test_a_right_that_was_taken_is_gone_at_the_next_request(console: Console) -> None:
    browser = await console.person("c-17", ALMERE, Right.HANDLE, Right.AUDIT)
    assert (await browser.get("/for/audit")).status_code == 200
    console.installation.people.add("c-17", ALMERE, [Right.HANDLE])
    assert (await browser.get("/for/audit")).status_code == 404
    assert (await browser.get("/for/handle")).status_code == 200


async def test_who_works_at_two_agencies_is_at_one_of_them(console: Console) -> None:
    console.installation.people.add("c-17", URK, [Right.AUDIT])
    browser = await console.person("c-17", ALMERE, Right.HANDLE)
    assert (await browser.get("/for/audit")).status_code == 404


class TestPosting:
    """What changes something comes from a page of ours, with a ticket of this session."""

    @staticmethod
    async def ready(console: Console, name: str = "c-17") -> tuple[Browser, str]:
        browser = await console.person(name, ALMERE, Right.HANDLE)
        return browser, (await browser.get("/for/handle")).text

    async def test_from_here_with_a_ticket_it_is_taken_and_the_same_again_says_the_same(self, console: Console) -> None:
        browser, ticket = await self.ready(console)
        assert (await browser.post("/for/handle", {"ticket": ticket})).text == "None"
        assert (await browser.post("/for/handle", {"ticket": ticket})).text == "triage"

    async def test_an_old_browser_says_its_origin(self, console: Console) -> None:
        browser, ticket = await self.ready(console)
        ours = {"Origin": console.answering.address}
        assert (await browser.post("/for/handle", {"ticket": ticket}, ours)).status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "https://evil.example.org"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example.org"},
        ],
        ids=str,
    )
    async def test_from_elsewhere_it_is_not(self, console: Console, headers: dict[str, str]) -> None:
        browser, ticket = await self.ready(console)
        refused = await browser.post("/for/handle", {"ticket": ticket}, headers)
        assert refused.status_code == 403
        for path in ("/session", "/lock"):
            assert (await browser.post(path, headers=headers)).status_code == 403
        assert (await browser.post("/for/handle", {"ticket": ticket}, HERE)).text == "None", "it was not spent"

    async def test_without_a_ticket_it_is_not(self, console: Console) -> None:
        browser, _ = await self.ready(console)
        for fields in ({}, {"ticket": ""}, {"ticket": "x" * 43}):
            refused = await browser.post("/for/handle", fields)
            assert refused.status_code == 403

    async def test_with_another_sessions_ticket_it_is_not(self, console: Console) -> None:
        browser, _ = await self.ready(console)
        _, other = await self.ready(console, "c-18")
        own, again = await self.ready(console)
        assert (await browser.post("/for/handle", {"ticket": other})).status_code == 403
        assert (await browser.post("/for/handle", {"ticket": again})).status_code == 403, "nor one of her other browser"
        assert (await own.post("/for/handle", {"ticket": again})).status_code == 200, "control"

    async def test_a_ticket_goes_with_its_session(self, console: Console) -> None:
        browser, ticket = await self.ready(console)
        secret = str(browser.secret)
        await browser.post("/lock")
        browser.plant(secret)
        assert (await browser.post("/for/handle", {"ticket": ticket})).status_code == 401

    async def test_another_right_does_not_do(self, console: Console) -> None:
        browser, ticket = await self.ready(console)
        refused = await browser.post("/for/audit", {"ticket": ticket}, HERE)
        assert refused.status_code == 404
        assert title(refused)
