"""A line of the story is a sentence, with every fact in it."""

import re
from enum import StrEnum
from typing import get_args

import pytest

from contracts.catalogue import CATALOGUE
from contracts.commands import COMMANDS
from contracts.personal import personal_fields
from contracts.text import Model
from contracts.texts import LANGUAGES, Language, words
from contracts.texts.reading import code_name
from contracts.texts.telling import enum_in, models
from tests.workflows.tables_found import STATES, TABLES
from tests.workflows.ways import PROCESSES

WHO, TO = "Zorgcoördinatie Almere", "De Polder"


def facts_of(model: type[Model]) -> dict[str, str]:
    """The facts that a line about this may have: codes, numbers, yes and no (``facts`` in workflows/engine/admission.py)."""
    personal = personal_fields(model)
    found: dict[str, str] = {}
    for name, field in model.model_fields.items():
        kinds = set(get_args(field.annotation) or (field.annotation,))
        enum = enum_in(field.annotation)
        if name in personal or field.annotation is None:
            continue
        if enum is not None:
            found[name] = next(iter(enum)).value
        elif kinds & {bool, int} and kinds <= {bool, int, type(None)}:
            found[name] = "true" if bool in kinds else "7"
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", models())
def test_every_line_is_a_sentence_with_all_its_facts(what: str, language: Language) -> None:
    said = words(language)
    facts = facts_of(models()[what])
    for given in (facts, {"to": TO, **facts}, {}, {"to": TO}):
        line = said.story(what, given, WHO)
        assert line.endswith("."), line
        assert line[0].isupper(), line
        assert WHO in line, line
        assert not re.search(r"[{}\[\]?_]", line), line
        assert "  " not in line, line
    for name, value in facts.items():
        enum = enum_in(models()[what].model_fields[name].annotation)
        yes = "ja" if language == "nl" else "yes"
        shown = said.value(enum.__name__, value) if enum else yes if value == "true" else value
        shown = said.value("ConsentTo", name) if what == "withdraw_consent" else shown
        assert shown in said.story(what, facts, WHO), name


def test_whom_it_went_to_is_said_of_most_events() -> None:
    """An event that an agency sends goes to somebody; some are from an agency to itself, and some say it in their own way."""
    silent = {"access_asked", "file_ended", "consent_withdrawn", "case_declined", "referral_declined", "first_contact_made"}
    silent |= {"referral_completed", "observation_answered", "observation_noted"}
    for event in CATALOGUE.values():
        what = code_name(event.__name__)
        for language in LANGUAGES:
            said = TO in words(language).story(what, {"to": TO}, WHO)
            assert said or what in silent, f"[events.{what}] in {language} says {{to}} nowhere"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clock_that_ended_says_what_follows(language: Language) -> None:
    for table, name in STATES:
        line = words(language).story(f"{table}.{name}.clock", {}, WHO)
        assert words(language).then(table, name) in line
        assert words(language).phase(table, name) in line
        assert line.endswith(".")


def test_lines_as_a_coordinator_reads_them() -> None:
    said = words("nl").story
    assert (
        said("case_declined", {"reason": "no_capacity"}, WHO)
        == "Zorgcoördinatie Almere heeft de zaak afgewezen: geen capaciteit."
    )
    assert said("referral_offered", {"to": TO, "referral": "1"}, WHO) == (
        "Zorgcoördinatie Almere heeft de persoon bij De Polder aangemeld (aanmelding 1)."
    )
    consent = {"help": "true", "registration": "false", "riec": "false", "by_guardian": "false", "written": "true"}
    assert said("record_consent", consent, "Almere") == (
        "Almere heeft vastgelegd waarvoor de persoon toestemming geeft (hulporganisaties mogen worden gevraagd: ja; "
        "registratie met persoonsgegevens: nee; de waarneming mag naar de privacy officer: nee; "
        "gegeven door ouder of voogd: nee; schriftelijk gegeven: ja)."
    )
    taken = {"help": "false", "registration": "false", "riec": "true"}
    assert said("withdraw_consent", taken, "Almere") == (
        "Almere heeft vastgelegd dat de persoon toestemming intrekt: waarneming naar de privacy officer."
    )
    assert said("Case.triage.clock", {}, WHO) == (
        "De termijn is verlopen (zaak: triage); de zorgcoördinator krijgt een herinnering en de zaak telt als te laat."
    )
    assert said("withheld", {"to": TO, "what": "referral_offered"}, WHO) == (
        "Een bericht aan De Polder is niet verstuurd, omdat er geen grondslag (meer) voor is: aanmelding."
    )
    assert said("kept", {"until": "2031-11-05"}, WHO) == "Het dossier wordt bewaard tot 2031-11-05."
    assert said("alarms_left_open", {"count": "2"}, WHO) == "Het dossier is gesloten terwijl er nog alarmen openstonden (2)."


def test_a_line_that_came_too_late_says_so() -> None:
    late = {"referral": "1", "late": "true"}
    assert words("nl").story("referral_accepted", late, TO) == (
        "De Polder heeft aanmelding 1 geaccepteerd. Dit bericht kwam te laat en verandert niets meer."
    )
    assert words("en").story("referral_accepted", late, TO) == (
        "De Polder accepted offer 1. This message came too late and changes nothing any more."
    )


def test_what_nobody_knows_is_shown_as_it_is() -> None:
    assert words("nl").story("something_new", {"colour": "red"}, WHO) == "Zorgcoördinatie Almere: something new (colour: red)."


def test_braces_in_a_fact_are_no_places() -> None:
    assert words("nl").story("kept", {"until": "{who}[x]"}, WHO) == "Het dossier wordt bewaard tot {who}[x]."


def test_titles_are_those_of_the_tables() -> None:
    assert {words("en").title(name) for name in TABLES} == {table.title for table in TABLES.values()}
    assert words("nl").title("PrivacyCheck") == words("nl").title("privacy_check") == "privacytoets"


def test_a_table_may_be_named_by_the_kind_of_its_file() -> None:
    for process in PROCESSES:
        for name in process.table.states:
            by_kind, by_table = (
                (words("nl").title(one), words("nl").waits(one, name)) for one in (process.system, process.table.name)
            )
            assert by_kind == by_table, f"write {process.system} into BY_KIND of contracts/texts/speaking.py"


def test_a_table_is_found_by_its_title() -> None:
    for table in TABLES.values():
        assert words("nl").table(table.title) == code_name(table.name)
    assert words("nl").table("womens_shelter help") == "aid_referral"


def test_an_enum_is_found_also_where_it_may_be_empty() -> None:
    class Colour(StrEnum):
        RED = "red"

    class Painted(Model):
        whole: Colour
        maybe: Colour | None = None
        text: str = ""

    found = {name: enum_in(field.annotation) for name, field in Painted.model_fields.items()}
    assert found == {"whole": Colour, "maybe": Colour, "text": None}
    assert set(COMMANDS) <= set(models())
