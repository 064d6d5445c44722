"""Every event that an agency can hear from others can be brought about, and whoever cannot hear it is told so."""

import pytest

from console.event_names import event_class, name_of
from console.sandbox.acts import ACTS
from console.sandbox.cast import Cast, cast
from console.sandbox.curls import STEPS
from console.sandbox.leading import SPECIAL
from console.sandbox.lines import line_to, opening_event
from console.sandbox.page import words
from console.sandbox.paths import path_to, reached
from contracts.agencies import Directory
from contracts.catalogue import CATALOGUE, may_send
from contracts.words import AgencyKind as K

NOT_REACHED = {
    K.DESK: {"erasures.requested", "dangers", "signals.received", "signals.status-changed"},
    K.AID_ORGANISATION: {"dangers"},
    K.CARE_COORDINATOR: {"minors"},
    K.REGISTRY: {"minors"},
    K.INVESTIGATION: {"deliveries", "disclosures", "erasures"},
    K.CHILD_PROTECTION: {"deliveries", "disclosures", "erasures", "dangers", "minors"},
    K.RIEC: {"erasures.requested"},
    K.OVERSIGHT: {"deliveries", "erasures"},
}
"""What nothing in a sandbox leads to yet, by the beginnings of names; the documentation names them."""


@pytest.mark.parametrize("kind", list(K))
def test_every_event_that_a_kind_can_hear_has_a_way(kind: K) -> None:
    heard = {name_of(event) for event in CATALOGUE.values() if kind in event.rule.recipients and not event.rule.itself}
    missing = heard - set(reached(kind))
    assert all(any(name.startswith(known) for known in NOT_REACHED.get(kind, ())) for name in missing), missing


@pytest.mark.parametrize("kind", [K.REPORTER, K.AID_ORGANISATION, K.CARE_COORDINATOR])
def test_of_those_who_send_and_help_every_one(kind: K) -> None:
    heard = {name_of(event) for event in CATALOGUE.values() if kind in event.rule.recipients and not event.rule.itself}
    unplayed = {name for name in heard if name.startswith(("dangers", "minors"))} - set(reached(kind))
    assert set(reached(kind)) == heard - unplayed
    assert all(any(name.startswith(known) for known in NOT_REACHED[kind]) for name in unplayed)


@pytest.mark.parametrize("kind", list(K))
def test_every_step_of_a_way_is_known(kind: K) -> None:
    for name in reached(kind):
        assert all(step in {*ACTS, *SPECIAL} for step in path_to(event_class(name), kind).steps)


def test_what_is_never_heard_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="never heard by this kind of agency, reporter: it is for aid_organisation"):
        path_to(event_class("referrals.offered"), K.REPORTER)
    with pytest.raises(ValueError, match="tells itself"):
        path_to(event_class("files.ended"), K.REPORTER)
    with pytest.raises(ValueError, match=r"can be triggered: .*dossiers\.brought"):
        path_to(event_class("erasures.requested"), K.RIEC)


def every_cast(directory: Directory) -> list[Cast]:
    return [cast(directory, agency) for agency in directory.agencies]


def test_everybody_has_a_part_in_its_own_sandbox(directory: Directory) -> None:
    for who in every_cast(directory):
        parts = (who.reporter, who.desk, who.owner, who.helper, who.officer, who.riec, who.registry, who.province)
        parts += (who.police, who.child_protection)
        assert who.own in parts, who.own.slug


def test_what_the_own_agency_says_may_be_said(directory: Directory) -> None:
    for who in every_cast(directory):
        for step in STEPS[who.own.kind]:
            for event, to in ACTS[step].says(who):
                assert may_send(who.own, directory.get(to), type(event)), (who.own.slug, step)


def test_a_line_of_faults_is_numbered_and_chained(directory: Directory) -> None:
    for who in every_cast(directory):
        sender, line = line_to(who)
        assert may_send(sender, who.own, opening_event(who))
        assert [message.sequence for message in line] == ["1", "2", "3"]
        assert [message.previous for message in line] == [None, line[0].fingerprint, line[1].fingerprint]


def test_every_line_for_a_shell_has_words_in_both_languages() -> None:
    assert words("nl").keys() == words("en").keys()
    steps = {step for steps in STEPS.values() for step in steps}
    assert {f"do_{step}" for step in steps} <= words("nl").keys()
