"""The five stories of the demo, and what every agency's files ended as."""

import asyncio
from typing import NamedTuple

import pytest

from console.demo.stories import STORIES, Told
from console.files import Found
from contracts.ended import EndedFile
from contracts.envelope import CloudEvent
from contracts.events.deliveries import BETWEEN_OFFICES
from contracts.refusals import Refused
from runtime.bus import DeadLetter
from tests.installed import Keten, Passed, eventually, heard, statuses

HELP_AND_RIEC, REMOTE, NO_CONSENT, SILENT, BAD = (story.__name__ for _, story in STORIES)


class Played(NamedTuple):
    """What the stories left behind."""

    told: dict[str, Told]
    files: dict[str, list[Found]]
    kept: dict[tuple[str, str], tuple[EndedFile, ...]]
    passed: list[Passed]
    dead: tuple[DeadLetter, ...]

    def of(self, story: str) -> dict[str, list[Found]]:
        """The files of a story's case, by agency."""
        found: dict[str, list[Found]] = {}
        for file in self.files[self.told[story].references[0]]:
            found.setdefault(file.agency.slug, []).append(file)
        return found

    def ends(self, story: str) -> set[tuple[str, str, str]]:
        """Agency, kind and phase of every file of a story's case."""
        return {(file.agency.slug, file.view.kind, file.view.track.phase) for files in self.of(story).values() for file in files}


@pytest.fixture(scope="module")
def played(keten: Keten) -> Played:
    return asyncio.run(_play(keten))


async def _play(keten: Keten) -> Played:
    here = keten.here
    known = {letter.seq for letter in await here.dead("signal-desk")}
    async with here.overheard() as passed:
        ends = await asyncio.gather(*(story(here.staff) for _, story in STORIES))
        told = {story.__name__: end for (_, story), end in zip(STORIES, ends, strict=True)}
        references = [reference for end in ends for reference in end.references]
        files: dict[str, list[Found]] = {}

        async def settled() -> bool:
            files.update({reference: await here.files.about(reference) for reference in references})
            letters = [letter for letter in await here.dead("signal-desk") if letter.seq not in known]
            open_files = [file for found in files.values() for file in found if file.view.track.until]
            answered = [one for one in passed if one.subject.endswith("deliveries.refused.v1")]
            return not open_files and len(letters) == 2 and len(answered) >= 2

        await eventually(settled)
    dead = tuple(letter for letter in await here.dead("signal-desk") if letter.seq not in known)
    places = [(file.agency.slug, reference) for reference, found in files.items() for file in found]
    kept = {place: await here.kept(*place) for place in places}
    return Played(told, files, kept, passed, dead)


def test_with_help_and_riec_every_file_ends_and_responsibility_came_back(played: Played) -> None:
    assert played.ends(HELP_AND_RIEC) == {
        ("police-midden-nederland", "report", "closed"),
        ("signal-desk", "signal", "closed"),
        ("coordinator-almere", "case", "closed"),
        ("cosm-shelter", "placement", "closed"),
        ("womens-shelter", "placement", "closed"),
        ("comensha", "registration", "closed"),
    }
    files = played.of(HELP_AND_RIEC)
    [case], [signal], [report] = files["coordinator-almere"], files["signal-desk"], files["police-midden-nederland"]
    assert case.view.responsible == "coordinator-almere"
    assert signal.view.responsible == "coordinator-almere"
    assert [file.view.alarms for file in played.files[case.view.reference]] == [()] * 6
    assert statuses(report) == ["with_desk", "with_coordinator", "accepted", "with_aid", "closed"]
    offers = [line.facts["to"] for line in case.view.story if line.what == "referral_offered"]
    assert offers == ["cosm-shelter", "womens-shelter"]
    weighings = [line.facts["weighing"] for line in case.view.story if "weighing" in line.facts]
    assert weighings == ["case", "closed"]
    _, observed = played.told[HELP_AND_RIEC].references
    apart = {(file.agency.slug, file.view.kind, file.view.track.phase) for file in played.files[observed]}
    assert apart == {
        ("coordinator-almere", "observation", "closed"),
        ("lelystad", "privacy", "closed"),
        ("riec-midden-nederland", "dossier", "closed"),
    }


CARE = ("police-midden-nederland", "signal-desk", "coordinator-almere", "cosm-shelter", "womens-shelter", "comensha")
CRIME = ("lelystad", "riec-midden-nederland")


def test_nothing_that_the_officer_or_the_riec_holds_leads_to_a_report_a_care_file_or_a_placement(
    keten: Keten, played: Played
) -> None:
    """The police is reporter, and partner of the RIEC: whatever stands on both sides would lay the one file beside the other."""
    case, observed = played.told[HELP_AND_RIEC].references
    care, crime = _held_of(keten, played, case, CARE), _held_of(keten, played, observed, CRIME)
    assert case in care
    assert observed in crime
    assert not care & crime
    assert not {one for one in crime if one in _said(played, case)}
    assert not {one for one in care if one in _said(played, observed)}


def test_the_control_two_agencies_that_know_one_case_hold_what_leads_from_one_to_the_other(keten: Keten, played: Played) -> None:
    case, _ = played.told[HELP_AND_RIEC].references
    police, shelter = (_held_of(keten, played, case, (slug,)) for slug in ("police-midden-nederland", "womens-shelter"))
    assert case in police & shelter
    assert police & shelter > {case}, "their trace"


def _held_of(keten: Keten, played: Played, reference: str, slugs: tuple[str, ...]) -> set[str]:
    """References, traces, ids, fingerprints and sources in all that some agencies sent, took and wrote down about a reference."""
    sources = {keten.here.installation.directory.get(slug).oin: slug for slug in slugs}
    found: set[str] = set()
    for one in played.passed:
        message = one.message if _case_of(one) == reference else None
        if message and message.event_class not in BETWEEN_OFFICES and (one.to in slugs or _oin(message) in sources):
            context = (message.traceparent or "").split("-")[1:3]
            known = (message.caseref, message.id, message.causationid, message.source, message.previous, message.fingerprint)
            found |= {part for part in (*known, *context) if part}
    for slug in slugs:
        for line in asyncio.run(keten.here.installation.processing_log(slug).about(reference)):
            foreign = line.foreign_operation
            known = (line.data_subject_id, line.trace_id, line.span_id, line.parent_span_id, line.event_id, line.resource)
            theirs = (foreign.trace_id, foreign.operation_id, foreign.entity) if foreign else ()
            found |= {part for part in (*known, *theirs) if part}
    return found


def _oin(message: CloudEvent) -> str:
    return next((part for part in message.source.replace("/", ":").split(":") if part.isdigit() and len(part) == 20), "")


def _said(played: Played, reference: str) -> str:
    """All that the files of a reference show, beside what is observed of the case that noted it."""
    return " ".join(file.view.model_dump_json() for file in played.files[reference])


def test_with_help_and_riec_the_person_is_registered_once_and_how_it_ended_is_appended(keten: Keten, played: Played) -> None:
    reference, _ = played.told[HELP_AND_RIEC].references
    assert keten.registered(reference) == [("care_coordinator", 1, None, None)]
    assert keten.amended(reference)[-1] == (0, "helped")


def test_a_place_without_coordinator_is_coordinated_remotely(keten: Keten, played: Played) -> None:
    assert played.ends(REMOTE) == {
        ("almere", "report", "closed"),
        ("signal-desk", "signal", "closed"),
        ("comensha", "case", "closed"),
        ("comensha", "registration", "closed"),
        ("cosm-shelter", "placement", "closed"),
    }
    files = played.of(REMOTE)
    assert files["signal-desk"][0].view.responsible == "comensha"
    assert statuses(files["almere"][0]) == ["with_desk", "with_registry", "accepted", "with_aid", "closed"]
    assert keten.registered(played.told[REMOTE].references[0]) == [("registry", 0, None, None)]


def test_without_consent_nobody_else_has_a_file_and_the_registration_is_anonymous(keten: Keten, played: Played) -> None:
    assert played.ends(NO_CONSENT) == {
        ("urk", "report", "closed"),
        ("signal-desk", "signal", "closed"),
        ("coordinator-almere", "case", "closed"),
        ("comensha", "registration", "closed"),
    }
    [reference] = played.told[NO_CONSENT].references
    told = {passed.to for passed in played.passed if _case_of(passed) == reference}
    assert told == {"urk", "signal-desk", "coordinator-almere", "comensha"}
    assert keten.registered(reference) == [("care_coordinator", 0, None, None)]
    assert keten.amended(reference)[-1] == (0, "no_help_wanted")
    assert statuses(played.of(NO_CONSENT)["urk"][0]) == ["with_desk", "with_coordinator", "accepted", "closed"]


def test_a_silent_coordinator_is_passed_over_and_a_case_without_victim_is_not_registered(keten: Keten, played: Played) -> None:
    assert played.ends(SILENT) == {
        ("police-midden-nederland", "report", "closed"),
        ("signal-desk", "signal", "closed"),
        ("coordinator-almere", "case", "closed"),
        ("comensha", "case", "closed"),
        ("police-unit-midden-nederland", "danger", "closed"),
    }
    files = played.of(SILENT)
    [signal], [passed_over] = files["signal-desk"], files["coordinator-almere"]
    assert signal.view.responsible == "comensha"
    assert [line.what for line in signal.view.story].count("SignalRouting.with_coordinator.clock") == 1
    assert heard(passed_over) == ["signal_routed", "case_withdrawn"]
    assert statuses(files["police-midden-nederland"][0]) == [
        "with_desk",
        "with_coordinator",
        "with_registry",
        "accepted",
        "closed",
    ]
    assert keten.registered(played.told[SILENT].references[0]) == []


def test_whatever_ended_is_kept_for_its_term_by_every_agency_that_had_a_file(played: Played) -> None:
    """Nothing runs for it: a line waits for the term."""
    ended = {(file.agency.slug, ref, file.view.kind) for ref, files in played.files.items() for file in files}
    kept = {(slug, file.reference, file.kind) for (slug, _), files in played.kept.items() for file in files}
    assert kept == ended
    for (slug, ref), lines in played.kept.items():
        of_case = [file.view for file in played.files[ref] if file.agency.slug == slug]
        said = {view.kind: line.facts["until"] for view in of_case for line in view.story if line.what == "kept"}
        assert said == {line.kind: f"{line.until:%Y-%m-%d}" for line in lines}


def test_a_gap_in_coverage_leads_to_no_case(played: Played) -> None:
    reference, gap = played.told[SILENT].references
    [found] = played.files[gap]
    assert (found.agency.slug, found.view.kind, found.view.track.phase) == ("flevoland", "coverage", "closed")
    assert found.view.region == "Almere"
    passed = [passed for passed in played.passed if _case_of(passed)]
    of_cases = [one.message for one in passed if one.to != "flevoland" and one.message.event_class not in BETWEEN_OFFICES]
    told = [one.message for one in passed if one.to == "flevoland" and not one.message.event_class.rule.itself]
    gaps = [message for message in told if message.event_class not in BETWEEN_OFFICES]
    assert gaps
    assert reference in {message.caseref for message in of_cases}
    assert {(gap.causationid, gap.sequence) for gap in gaps} == {(None, "0")}
    assert not {message.caseref for message in told} & {message.caseref for message in of_cases}
    assert not {_trace(gap) for gap in gaps} & {_trace(message) for message in of_cases}


def test_bad_events_are_dead_letters_with_codes_and_a_forbidden_one_does_not_get_on_the_bus(played: Played) -> None:
    assert sorted(letter.code for letter in played.dead) == ["malformed_json", "sender_mismatch"]
    assert all(letter.reason and letter.sender == "police-midden-nederland" for letter in played.dead)
    assert len(played.told[BAD].remarks) == 3
    assert not [passed for passed in played.passed if passed.subject == "from.police-midden-nederland.referrals.offered.v1"]
    refusals = [passed.message for passed in played.passed if passed.subject.endswith("deliveries.refused.v1")]
    assert {refusal.data["code"] for refusal in refusals} >= {"malformed_json", "sender_mismatch"}


def test_everybody_logs_what_was_taken_and_what_was_refused(keten: Keten, played: Played) -> None:
    assert played.told
    offices = {line["agency"] for line in keten.logged("office_opened")}
    assert len(offices) == 16
    takers = {line["agency"] for line in keten.logged("event_taken")}
    assert takers >= {"signal-desk", "coordinator-almere", "comensha", "womens-shelter", "lelystad", "flevoland", "urk"}
    refused = keten.logged("event_refused", agency="signal-desk", sender="police-midden-nederland")
    assert {line["code"] for line in refused} >= {"malformed_json", "sender_mismatch"}
    assert {line["code"] for line in keten.logged("refusal_sent", agency="signal-desk")} >= {"malformed_json", "sender_mismatch"}


def _case_of(passed: Passed) -> str | None:
    try:
        return passed.message.caseref
    except Refused:
        return None


def _trace(message: CloudEvent) -> str | None:
    return message.traceparent.split("-")[1] if message.traceparent else None
