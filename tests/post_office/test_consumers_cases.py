"""Readers of the feed, cases, and what a post office says of itself."""

import json
from typing import Any

import pytest

from contracts.catalogue import CATALOGUE, may_send
from contracts.words import AgencyKind
from post_office.health import Does
from post_office.ports import Stage
from post_office.tokens import Scope
from tests.post_office.asking import DIRECTORY, MARKER, POLICE, RECEIVED, SIGNAL, Office, event, is_problem

WITH_DESK = {"status": "with_desk"}


async def test_a_mark_goes_forwards_and_back(office: Office) -> None:
    ids = [(await office.book.hear(RECEIVED, WITH_DESK)).id for _ in range(3)]
    is_problem(await office.http.get("/v1/consumers/desk"), "not_found", 404)
    for at, waiting in ((1, 1), (2, 0), (0, 2)):
        said = (await office.http.put("/v1/consumers/desk", json={"lastEventId": ids[at]})).json()
        assert (said["name"], said["lastEventId"], said["position"], said["waiting"]) == ("desk", ids[at], at + 1, waiting)
        assert (await office.http.get("/v1/consumers/desk")).json() == said
        assert (await office.http.get("/v1/consumers")).json() == [said]
    said = (await office.http.put("/v1/consumers/desk", json={"lastEventId": None})).json()
    assert (said["position"], said["waiting"]) == (0, 3)
    assert "lastEventId" not in said


async def test_a_mark_holds_after_an_erasure(office: Office) -> None:
    heard = await office.book.hear(RECEIVED, WITH_DESK)
    office.book.erase(heard.caseref)
    said = (await office.http.put("/v1/consumers/desk", json={"lastEventId": heard.id})).json()
    assert said["lastEventId"] == heard.id


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (b"", "malformed_json", 400),
        (b"[]", "malformed_json", 400),
        (b"{", "malformed_json", 400),
        (b"\xff", "not_utf8", 400),
        (b'{"lastEventId": NaN}', "malformed_json", 400),
        (b'{"lastEventId": "a", "lastEventId": "b"}', "malformed_json", 400),
        (b"{}", "body_invalid", 422),
        (b'{"lastEventId": 1}', "body_invalid", 422),
        (b'{"lastEventId": ""}', "body_invalid", 422),
        (b'{"lastEventId": null, "more": 1}', "body_invalid", 422),
        (b'{"lastEventId": "nobody"}', "cursor_unknown", 400),
        (b'{"lastEventId": "' + b"a" * 5_000 + b'"}', "too_large", 413),
    ],
)
async def test_what_is_no_mark_is_refused(office: Office, body: bytes, code: str, status: int) -> None:
    answer = await office.http.put("/v1/consumers/desk", content=body, headers={"content-type": "application/json"})
    is_problem(answer, code, status)
    assert not office.book.marks


@pytest.mark.parametrize("name", ["Desk", "a" * 41, "a%20b", "-a", "%C3%A9"])
async def test_a_reader_has_a_name(office: Office, name: str) -> None:
    is_problem(await office.http.put(f"/v1/consumers/{name}", json={"lastEventId": None}), "parameter_invalid", 400)


async def test_what_is_sent_is_json(office: Office) -> None:
    answer = await office.http.put("/v1/consumers/desk", content=b"lastEventId=1", headers={"content-type": "text/plain"})
    is_problem(answer, "content_type_unsupported", 415)


async def test_a_case_shows_both_ways(office: Office) -> None:
    caseref = (await office.send(event(subject="Z-1"))).json()["caseref"]
    heard = await office.book.hear(RECEIVED, WITH_DESK, caseref)
    await office.book.reach("a-1", Stage.SENT, Stage.TAKEN)
    seen = (await office.http.get(f"/v1/cases/{caseref}")).json()
    assert (seen["caseref"], seen["subject"], seen["sentCount"], seen["heardCount"]) == (caseref, "Z-1", 1, 1)
    assert (seen["sent"][0]["id"], seen["sent"][0]["stage"]) == ("a-1", "taken")
    assert seen["heard"][0] == {
        "id": heard.id,
        "position": 1,
        "type": RECEIVED,
        "sender": "signal-desk",
        "at": seen["heard"][0]["at"],
    }


async def test_a_case_gets_the_number_that_we_give_it(office: Office) -> None:
    heard = await office.book.hear(RECEIVED, WITH_DESK)
    said = await office.http.put(f"/v1/cases/{heard.caseref}", json={"subject": "Zaak 7/é"})
    assert (said.status_code, said.json()["subject"]) == (200, "Zaak 7/é")
    assert (await office.http.get("/v1/feed")).json()[0]["subject"] == "Zaak 7/é"


@pytest.mark.parametrize("body", [{}, {"subject": ""}, {"subject": 7}, {"subject": "a" * 101}, {"subject": "a", MARKER: 1}])
async def test_what_is_no_number_is_refused(office: Office, body: dict[str, Any]) -> None:
    heard = await office.book.hear(RECEIVED, WITH_DESK)
    is_problem(await office.http.put(f"/v1/cases/{heard.caseref}", json=body), "body_invalid", 422)
    assert not office.book.subjects


async def test_a_number_is_on_one_line(office: Office) -> None:
    heard = await office.book.hear(RECEIVED, WITH_DESK)
    is_problem(await office.http.put(f"/v1/cases/{heard.caseref}", json={"subject": "a\nb"}), "unicode_unsafe", 422)


@pytest.mark.parametrize("caseref", ["k" + "0" * 24, MARKER, "k%2F", "K" + "0" * 24])
async def test_a_case_that_is_not_there(office: Office, caseref: str) -> None:
    is_problem(await office.http.get(f"/v1/cases/{caseref}"), "not_found", 404)
    is_problem(await office.http.put(f"/v1/cases/{caseref}", json={"subject": "Z-1"}), "not_found", 404)


async def test_a_case_that_was_erased(office: Office) -> None:
    heard = await office.book.hear(RECEIVED, WITH_DESK)
    office.book.erase(heard.caseref)
    is_problem(await office.http.get(f"/v1/cases/{heard.caseref}"), "gone", 410)
    is_problem(await office.http.put(f"/v1/cases/{heard.caseref}", json={"subject": "Z-1"}), "gone", 410)


async def test_the_catalogue_is_that_of_this_agency(office: Office) -> None:
    said = (await office.http.get("/v1/catalogue")).json()
    assert (said["agency"], said["kind"]) == (POLICE.slug, AgencyKind.REPORTER)
    for one in CATALOGUE.values():
        to = sorted(other.slug for other in DIRECTORY.agencies if may_send(POLICE, other, one))
        assert [event["agencies"] for event in said["sends"] if event["type"] == one.rule.type] == ([to] if to else [])
        of = sorted(other.slug for other in DIRECTORY.agencies if may_send(other, POLICE, one))
        assert [event["agencies"] for event in said["hears"] if event["type"] == one.rule.type] == ([of] if of else [])
    signal = next(event for event in said["sends"] if event["type"] == SIGNAL)
    assert signal["grounds"] == ["legal_task", "vital_interest"] or len(signal["grounds"]) > 1
    assert signal["beginsCase"] is True
    assert signal["byPostOffice"] is False
    assert "signal.account" in signal["personalFields"]
    assert signal["schema"]["properties"].keys() == {"signal"} or "signal" in signal["schema"]["properties"]
    assert signal["versions"] == [{"type": SIGNAL, "version": "v1"}]
    assert all(event["purpose"] and event["retention"] for way in ("sends", "hears") for event in said[way])
    assert [event["byPostOffice"] for event in said["sends"] if ".deliveries." in event["type"]] == [True] * 4


async def test_who_takes_part(office: Office) -> None:
    said = (await office.http.get("/v1/agencies")).json()
    assert [agency["slug"] for agency in said] == sorted(agency.slug for agency in DIRECTORY.agencies)
    assert [agency["slug"] for agency in said if agency["itself"]] == [POLICE.slug]
    assert "dutyOfficer" not in json.dumps(said)


async def test_health_is_that_of_the_worst_part(office: Office) -> None:
    said = (await office.http.get("/v1/health")).json()
    assert said["status"] == "pass"
    assert [part["name"] for part in said["parts"]] == ["bus", "book", "clock", "keys", "unread"]
    office.health.worse("unread", Does.WARN, "nobody has read for 20 minutes")
    assert (await office.http.get("/v1/health")).json()["status"] == "warn"
    office.health.worse("bus", Does.FAIL, "the bus is not reached")
    said = (await office.http.get("/v1/health")).json()
    assert (said["status"], said["parts"][0]) == ("fail", {"name": "bus", "status": "fail", "words": "the bus is not reached"})
    assert (await office.send(event())).status_code == 202


async def test_cases_are_listed_with_whose_word_each_waits_for(office: Office) -> None:
    ours = (await office.send(event(subject="Z-1"))).json()["caseref"]
    asked = await office.book.hear("nl.keten.disclosures.requested.v1", {})
    first = (await office.http.get("/v1/cases", params={"limit": 1})).json()
    assert [one["caseref"] for one in first["cases"]] == [ours] == [first["next"]]
    assert (first["cases"][0]["subject"], first["cases"][0]["sentCount"], first["cases"][0]["heardCount"]) == ("Z-1", 1, 0)
    assert [(one["by"], one["id"]) for one in first["cases"][0]["awaits"]] == [("signal-desk", "a-1")]
    then = (await office.http.get("/v1/cases", params={"after": first["next"]})).json()
    assert "next" not in then
    assert then["cases"][0]["awaits"] == [
        {
            "by": POLICE.slug,
            "to": "signal-desk",
            "id": asked.id,
            "type": "nl.keten.disclosures.requested.v1",
            "since": then["cases"][0]["awaits"][0]["since"],
            "answers": ["nl.keten.disclosures.made.v1", "nl.keten.disclosures.refused.v1"],
        }
    ]
    for_us = (await office.http.get("/v1/cases", params={"awaiting": True})).json()
    assert for_us == then
    one = (await office.http.get(f"/v1/cases/{asked.caseref}")).json()
    assert (one["awaits"], one["awaitsCount"]) == (then["cases"][0]["awaits"], 1)


@pytest.mark.parametrize(
    "asked", ["after=k0", "after=k" + "0" * 24, "limit=0", "limit=101", "awaiting=maybe", "subject=Z-1", "after=&after="]
)
async def test_a_list_that_nobody_can_make_is_refused(office: Office, asked: str) -> None:
    is_problem(await office.http.get(f"/v1/cases?{asked}"), "parameter_invalid", 400)


async def test_who_may_only_manage_lists_no_cases(office: Office) -> None:
    for scope, status in ((Scope.MANAGE, 403), (Scope.READ, 200), (Scope.SEND, 200)):
        shown = {"authorization": f"Bearer {office.token[scope]}"}
        assert (await office.http.get("/v1/cases", headers=shown)).status_code == status
