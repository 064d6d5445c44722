"""The pages about an agency's books, in the real console over real logs."""

from pathlib import Path

from runtime.audit.entry import Act, Action
from runtime.people.lists import Right
from tests.console.web.serving import ALMERE, URK, Console
from tests.runtime.audit_logs import rewritten


async def written(console: Console, agency: str = ALMERE) -> list[tuple[str, str, str | None]]:
    store = console.installation.audit(agency).store
    return [] if store.is_missing else [(entry.person, entry.action, entry.object) for entry in store.entries()]


async def test_looking_is_written_down_before_anything_is_shown(console: Console) -> None:
    auditor = await console.person("a-1", ALMERE, Right.AUDIT)
    said = (await auditor.get("/audit")).text
    assert "Bekeken wie wat deed: auditlog" in said
    assert ("a-1", "read_audit", "audit_log") in await written(console)
    count = len(await written(console))
    await auditor.get("/audit?act=read")
    assert len(await written(console)) == count, "the same look"


async def test_nothing_is_shown_where_that_cannot_be_written_down(console: Console) -> None:
    auditor = await console.person("a-1", ALMERE, Right.AUDIT)
    assert (await auditor.get("/audit")).status_code == 200
    await auditor.post("/lock")
    auditor = await console.person("a-2", ALMERE, Right.AUDIT)
    path = Path(console.installation.settings.audit_dir) / f"{ALMERE}.db"
    assert path.exists()
    path.rename(path.with_suffix(".elsewhere"))
    answer = await auditor.get("/audit")
    assert answer.status_code == 503
    assert "a-1" not in answer.text
    assert (await auditor.post("/audit")).status_code == 503


async def test_who_has_not_the_right_is_told_as_much_as_where_nothing_is(console: Console) -> None:
    coordinator = await console.person("c-17", ALMERE, Right.HANDLE)
    there, nothing = await coordinator.get("/audit"), await coordinator.get("/nothing")
    assert (there.status_code, there.text.replace("/audit", "")) == (404, nothing.text.replace("/nothing", ""))
    assert (await coordinator.post("/audit")).status_code == 404
    assert await written(console) == [("c-17", "log_in", "web_console")]


async def test_a_log_is_of_one_agency(console: Console) -> None:
    await console.installation.audit(URK).append(Act(person="u-1", action=Action.READ, object="case"))
    auditor = await console.person("a-1", ALMERE, Right.AUDIT)
    said = (await auditor.get("/audit")).text
    assert "u-1" not in said
    assert await written(console, URK) == [("u-1", "read", "case")]


async def test_the_button_finds_what_was_altered(console: Console) -> None:
    log = console.installation.audit(ALMERE)
    for _ in range(4):
        await log.append(Act(person="c-17", action=Action.READ, object="case"))
    auditor = await console.person("a-1", ALMERE, Right.AUDIT)
    assert "nog niet nagerekend" in (await auditor.get("/audit")).text
    answer = await auditor.post("/audit")
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit")
    assert "elke regel is zoals hij is geschreven" in (await auditor.get("/audit")).text
    url = console.installation.settings.audit(ALMERE)
    rewritten(url, lambda entries: [entries[0], entries[1]._replace(person="x-1"), *entries[2:]])
    await auditor.post("/audit")
    said = (await auditor.get("/audit")).text
    assert "Regel 2 volgt niet op de regel ervoor" in said
    assert "De eerste 1 regels kloppen" in said


async def test_the_list_of_people_is_as_it_is_now(console: Console) -> None:
    browser = await console.person("c-17", ALMERE, Right.OVERSEE)
    console.installation.people.add("u-9", URK)
    [me] = console.installation.people.lists.now(ALMERE)
    said = (await browser.get("/people")).text
    assert "toezicht houden" in said
    assert me.fingerprint[:4] in said
    assert "u-9" not in said
    console.installation.people.add("c-18", ALMERE)
    assert "c-18" in (await browser.get("/people")).text


async def test_a_person_begins_where_their_rights_lead(console: Console) -> None:
    for name, right, first in (
        ("c-17", Right.HANDLE, "/inbox"),
        ("a-1", Right.AUDIT, "/audit"),
        ("p-1", Right.OVERSEE, "/coverage"),
    ):
        browser = await console.person(name, ALMERE, right)
        assert (await browser.get("/")).headers["location"] == first
        assert (await browser.get(first)).status_code in {200, 503}, "theirs, whether or not servers run"
