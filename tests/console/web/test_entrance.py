"""Coming in and going out: a login gives a new session, a lock ends it, and nothing of that stands in an address or a log."""

from http.cookies import SimpleCookie

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from console.door.dev_login import Offered
from console.web.ways import WAYS, ways_for
from runtime.audit.log import AuditLog
from runtime.audit.store import AuditUnavailable
from runtime.drafts.drafts import Drafts
from runtime.drafts.sealing import Place
from runtime.people.lists import Right
from runtime.sessions.sessions import IDLE, Sessions
from tests.console.web.serving import ALMERE, CHOOSE, COORDINATOR, URK, Browser, Console, title


def morsel(answer: httpx.Response, name: str = "keten") -> SimpleCookie:
    """A cookie that an answer gives."""
    cookie: SimpleCookie = SimpleCookie()
    for header in answer.headers.get_list("set-cookie"):
        if header.startswith(f"{name}="):
            cookie.load(header)
    return cookie


async def test_one_click_and_one_is_in(browser: Browser) -> None:
    first = await browser.get("/")
    assert (first.status_code, first.headers["location"]) == (303, "/login?back=/")
    sent = await browser.get("/session")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?back=/session")
    back = await browser.log_in(path="/session")
    assert (back.status_code, back.headers["location"]) == (303, "/session")
    page = await browser.get("/session", **{"Accept-Language": "en"})
    assert page.status_code == 200
    assert "coordinator" in page.text
    assert "Zorgcoördinatie Almere" in page.text


@pytest.mark.parametrize(
    ("rights", "page"), [((Right.HANDLE,), "/inbox"), (tuple(Right), WAYS[0].path), ((Right.OVERSEE,), None)]
)
async def test_who_comes_is_led_to_the_first_page_that_their_rights_open(
    console: Console, rights: tuple[Right, ...], page: str | None
) -> None:
    browser = await console.person("c-17", ALMERE, *rights)
    led = await browser.get("/")
    assert led.headers["location"] == (page or ways_for(rights)[0].path)
    assert (await browser.get(led.headers["location"])).status_code != 404


async def test_the_page_without_accounts_says_what_it_is(browser: Browser) -> None:
    sent = await browser.get("/login")
    page = await browser.get(sent.headers["location"], **{"Accept-Language": "en"})
    assert "This is for trying things out, with invented data." in page.text
    people = page.text.partition("<main")[2]
    assert "As coordinator at Zorgcoördinatie Almere" in people
    assert people.index("Zorgcoördinatie Almere") < people.index("Meldpunt mensenhandel"), "who has something to do comes first"


async def test_the_session_is_a_cookie_that_no_script_reads_and_no_other_site_sends(browser: Browser) -> None:
    back = await browser.log_in()
    cookie = morsel(back)["keten"]
    assert len(cookie.value) >= 43
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "lax", "/", "")
    assert not cookie["max-age"]
    assert morsel(back, "keten-login")["keten-login"]["max-age"] == "0"
    assert cookie.value not in back.text + back.headers["location"]


async def test_a_login_gives_a_new_session_and_ends_the_old_one(browser: Browser, console: Console) -> None:
    planted = "planted-by-somebody-else"
    browser.plant(planted)
    await browser.log_in()
    first = browser.secret
    assert first != planted
    await browser.log_in(path="/login?back=/session")
    assert browser.secret not in {first, planted}
    other = console.browser()
    other.plant(str(first))
    assert (await other.get("/session")).status_code == 303


async def test_a_lock_ends_it_at_once_and_shows_nothing_of_who_was_there(browser: Browser, console: Console) -> None:
    await browser.log_in()
    secret = str(browser.secret)
    locked = await browser.post("/lock")
    assert (locked.status_code, locked.headers["location"]) == (303, "/locked")
    assert browser.secret is None
    page = await browser.get("/locked")
    assert page.status_code == 200
    assert "coordinator" not in page.text
    other = console.browser()
    other.plant(secret)
    assert (await other.get("/session")).headers["location"] == "/login?back=/session"


async def test_while_the_database_is_away_a_browser_forgets_its_session_all_the_same(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.log_in()

    async def away(*_: object) -> None:
        raise OperationalError("x", {}, Exception("x"))

    monkeypatch.setattr(Sessions, "end", away)
    locked = await browser.post("/lock")
    assert (locked.status_code, locked.headers["location"]) == (303, "/locked")
    assert browser.secret is None


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_link_on_another_site_begins_no_login_of_who_is_in(browser: Browser, site: str) -> None:
    elsewhere = {"Sec-Fetch-Site": site}
    assert "/authorize" in (await browser.get("/login", **elsewhere)).headers["location"], "nobody is in"
    await browser.log_in()
    kept = await browser.get(f"/login?back=/session&at={URK}", **elsewhere)
    assert (kept.status_code, kept.headers["location"]) == (303, "/session")
    assert "/authorize" in (await browser.get("/login")).headers["location"], "control: who wants it may begin anew"


async def test_what_stands_in_a_path_is_no_wish_of_its_own(browser: Browser) -> None:
    sent = await browser.get("/cases/x%26at=urk")
    assert sent.headers["location"] == "/login?back=/cases/x%26at%3Durk"


async def test_whoever_has_no_session_can_lock_too(browser: Browser) -> None:
    assert (await browser.post("/lock")).headers["location"] == "/locked"


async def test_a_session_says_until_when_and_can_be_made_to_last(browser: Browser) -> None:
    await browser.log_in()
    moments = (await browser.get("/session", Accept="application/json")).json()
    assert set(moments) == {"now", "until", "longest"}
    stayed = await browser.post("/session")
    assert (stayed.status_code, stayed.headers["location"]) == (303, "/session")
    assert IDLE.total_seconds() == 1800


async def test_a_script_without_a_session_is_not_sent_to_another_site(browser: Browser) -> None:
    answer = await browser.get("/session", **{"Sec-Fetch-Mode": "cors"})
    assert answer.status_code == 401
    assert "location" not in answer.headers


class TestWhoMayComeIn:
    async def test_who_stands_in_no_list(self, browser: Browser, console: Console) -> None:
        await browser.log_in()
        console.installation.people.remove("coordinator", ALMERE)
        sent = await browser.get("/login")
        refused = await browser.choose(sent.headers["location"], COORDINATOR)
        assert refused.status_code == 404

    async def test_who_is_struck_between_click_and_callback(self, browser: Browser, console: Console) -> None:
        sent = await browser.get("/login")
        chosen = await browser.choose(sent.headers["location"], COORDINATOR)
        console.installation.people.remove("coordinator", ALMERE)
        refused = await browser.get(chosen.headers["location"], **{"Accept-Language": "en"})
        assert (refused.status_code, title(refused)) == (403, "You do not work here, as far as Keten knows")
        assert browser.secret is None

    async def test_who_wants_to_work_for_an_agency_that_is_not_theirs(self, browser: Browser) -> None:
        refused = await browser.log_in(path=f"/login?at={URK}")
        assert refused.status_code == 403
        assert browser.secret is None
        assert (await browser.log_in(path=f"/login?at={ALMERE}")).status_code == 303, "control"

    async def test_an_agency_whose_keys_do_not_lie_here(self, browser: Browser, console: Console) -> None:
        (console.installation.settings.keys / f"{ALMERE}.operator.nk").unlink()
        refused = await browser.log_in()
        assert refused.status_code == 403
        assert browser.secret is None

    async def test_an_answer_for_another_browser(self, browser: Browser, console: Console) -> None:
        attacker = console.browser()
        sent = await attacker.get("/login")
        chosen = await attacker.choose(sent.headers["location"], Offered("reporter", "police-midden-nederland"))
        await browser.get("/login")
        refused = await browser.get(chosen.headers["location"], **{"Accept-Language": "en"})
        assert (refused.status_code, title(refused)) == (403, "This login was not begun here")
        assert browser.secret is None
        assert (await attacker.get(chosen.headers["location"])).status_code == 303, "control"

    async def test_the_same_answer_twice(self, browser: Browser) -> None:
        sent = await browser.get("/login")
        kept = dict(browser.client.cookies)
        chosen = await browser.choose(sent.headers["location"], COORDINATOR)
        assert (await browser.get(chosen.headers["location"])).status_code == 303
        for name, value in kept.items():
            browser.plant(value, name)
        again = await browser.get(chosen.headers["location"], **{"Accept-Language": "en"})
        assert (again.status_code, title(again)) == (403, "This login was used already")

    async def test_a_click_from_another_site(self, browser: Browser) -> None:
        sent = await browser.get("/login")
        query = dict(httpx.URL(sent.headers["location"]).params)
        refused = await browser.post(CHOOSE, {**query, **COORDINATOR._asdict()}, {"Sec-Fetch-Site": "cross-site"})
        assert refused.status_code == 403

    @pytest.mark.parametrize("query", ["", "?code=x&state=y", "?error=access_denied", "?state=" + "x" * 5000])
    async def test_what_no_issuer_says(self, browser: Browser, query: str) -> None:
        refused = await browser.get(f"/callback{query}", **{"Accept-Language": "en"})
        assert (refused.status_code, title(refused)) == (403, "This login was not begun here")


async def test_nothing_of_a_login_stands_in_the_log(browser: Browser) -> None:
    with capture_logs() as logged:
        await browser.log_in()
    said = str(logged)
    assert {"event": "console_login", "log_level": "info", "agency": ALMERE} in logged
    assert "/callback" in said
    for hidden in ("coordinator'", "code=", "state=", str(browser.secret)):
        assert hidden not in said


@pytest.mark.parametrize(("chosen", "heading"), [("nl", "Vergrendeld"), ("en", "Locked")])
async def test_a_chosen_language_stays(browser: Browser, chosen: str, heading: str) -> None:
    answer = await browser.get(f"/language?to={chosen}&back=/locked", **{"Accept-Language": "de"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/locked")
    other = "en" if chosen == "nl" else "nl"
    page = await browser.get("/locked", **{"Accept-Language": other})
    assert title(page) == heading
    assert f'<html lang="{chosen}">' in page.text


@pytest.mark.parametrize(
    ("preferred", "language"),
    [
        ("", "nl"),
        ("en", "en"),
        ("en-GB,nl;q=0.9", "en"),
        ("de,en;q=0.5,nl;q=0.8", "nl"),
        ("fr", "nl"),
        ("en;q=x", "nl"),
        ("en;q=0", "nl"),
        ("en; q=0.5, nl; q=0.8", "nl"),
        ("nl; q=0.2, en; q=0.8", "en"),
    ],
)
async def test_otherwise_it_is_what_the_browser_prefers(browser: Browser, preferred: str, language: str) -> None:
    assert f'<html lang="{language}">' in (await browser.get("/locked", **{"Accept-Language": preferred})).text


async def test_the_menu_says_how_many_drafts_are_ones_own_and_nobody_elses(browser: Browser, console: Console) -> None:
    await browser.log_in()
    kept = Drafts(console.installation.settings.console)
    for person, agency in (("coordinator", ALMERE), ("c-18", ALMERE), ("coordinator", URK)):
        await kept.keep(Place(agency, person, "case-k0123456789abcdefghjkmnpq", "record_triage"), "t" * 32, b"sealed")
    assert "(1)</a>" in (await browser.get("/help")).text
    assert "(1)</a>" not in (await browser.get("/help", **{"Sec-Fetch-Mode": "cors"})).text, "no menu is read there"


@pytest.mark.parametrize("chosen", ["/coverage?on=2026-01-01&than=2022-01-01", "/cases?region=Zwolle&overdue=yes"])
async def test_a_bookmark_opens_what_was_chosen_also_after_a_login(browser: Browser, chosen: str) -> None:
    back = await browser.log_in(path=chosen)
    assert (back.status_code, back.headers["location"]) == (303, chosen)


@pytest.mark.parametrize("query", [f"?x={'x' * 400}", "?x=!"])
async def test_what_is_none_of_ours_is_left_out_of_the_way_back(browser: Browser, query: str) -> None:
    assert (await browser.log_in(path=f"/coverage{query}")).headers["location"] == "/coverage"


@pytest.mark.parametrize("back", ["//evil.example.org", "https://evil.example.org"])
async def test_no_page_sends_one_elsewhere(browser: Browser, back: str) -> None:
    assert (await browser.get(f"/language?to=nl&back={back}")).headers["location"] == "/"
    assert (await browser.log_in(path=f"/login?back={back}")).headers["location"] == "/"


class TestWhatIsWrittenDown:
    """Who comes and who goes stands in the audit log of their agency; without that nobody comes, and everybody may go."""

    @staticmethod
    def written(console: Console, agency: str = ALMERE) -> list[tuple[str, str, str | None, str]]:
        entries = console.installation.audit(agency).store.entries()
        return [(entry.person, entry.action, entry.object, entry.outcome) for entry in entries]

    async def test_who_logs_in_and_locks(self, browser: Browser, console: Console) -> None:
        await browser.log_in()
        secret = str(browser.secret)
        await browser.post("/lock")
        await browser.post("/lock")
        came, went = ("log_in", "web_console", "begun"), ("log_out", "lock", "begun")
        assert self.written(console) == [("coordinator", *came), ("coordinator", *went)]
        assert secret not in str(self.written(console))

    async def test_nobody_comes_in_who_cannot_be_written_down(
        self, browser: Browser, console: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(AuditLog, "append", unavailable)
        refused = await browser.log_in(path="/session")
        assert (refused.status_code, browser.secret) == (503, None)
        monkeypatch.undo()
        assert (await browser.get("/session")).status_code == 303, "no session was begun"
        assert (await browser.log_in()).status_code == 303, "control"

    async def test_whoever_locks_is_out_although_that_cannot_be_written_down(
        self, browser: Browser, console: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await browser.log_in()
        secret = str(browser.secret)
        monkeypatch.setattr(AuditLog, "append", unavailable)
        with capture_logs() as logged:
            assert (await browser.post("/lock")).headers["location"] == "/locked"
        browser.plant(secret)
        assert (await browser.get("/session")).headers["location"] == "/login?back=/session"
        unwritten = {"event": "console_logout_not_written_down", "log_level": "warning", "agency": ALMERE, "code": "lock"}
        assert unwritten in logged
        assert "coordinator'" not in str(logged)

    async def test_who_is_struck_from_the_list_is_put_out_once(self, browser: Browser, console: Console) -> None:
        await browser.log_in()
        console.installation.people.remove("coordinator", ALMERE)
        for _ in range(2):
            assert (await browser.get("/session")).status_code == 303
        assert self.written(console)[1:] == [("coordinator", "put_out", "not_listed", "begun")]

    async def test_another_person_in_the_same_browser(self, browser: Browser, console: Console) -> None:
        await browser.log_in()
        await browser.log_in(path="/login?back=/session")
        console.installation.people.add("c-17", URK)
        await browser.log_in(Offered("c-17", URK), path="/login?back=/session")
        come = ("coordinator", "log_in", "web_console", "begun")
        assert self.written(console) == [come, come, ("coordinator", "log_out", "other_login", "begun")]
        assert self.written(console, URK) == [("c-17", "log_in", "web_console", "begun")]


async def unavailable(*_: object) -> None:
    raise AuditUnavailable("the log cannot be written")
