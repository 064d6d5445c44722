"""The effects of a case name tables, states, triggers and what follows, and each of them is there."""

import inspect
from collections.abc import Sequence

import pytest

from tests.workflows.tables_found import TABLES
from workflows.case.case import Case
from workflows.case.effects import EFFECTS, Effect, effects_of
from workflows.case.part import CasePart
from workflows.engine.track import Track


def _wrong(row: Effect) -> Sequence[str]:
    """What of a row leads nowhere."""
    table = TABLES.get(row.table)
    if table is None:
        return [f"{row.table} is no table"]
    leading = {trigger for state in table.states.values() for trigger, targets in state.moves.items() if row.reached in targets}
    wrong = [] if not row.trigger or row.trigger in leading else [f"{row.trigger} leads {row.table} never to {row.reached}"]
    wrong += [] if leading else [f"nothing leads {row.table} to {row.reached}"]
    found = getattr(Case, row.effect, None)
    takes = list(inspect.signature(found).parameters.values())[1:] if found else []
    return wrong if len(takes) == 1 and takes[0].annotation is Track else [*wrong, f"{row.effect} does not take a track"]


def test_every_row_of_the_effects_leads_somewhere() -> None:
    assert [wrong for row in EFFECTS for wrong in _wrong(row)] == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Effect("Nothing", "", "with_aid", "hand_back"), "is no table"),
        (Effect("AidReferral", "recall", "with_aid", "hand_back"), "never to with_aid"),
        (Effect("AidReferral", "", "offerd", "hand_back"), "nothing leads"),
        (Effect("AidReferral", "", "recalled", "forget_it"), "does not take a track"),
        (Effect("AidReferral", "", "recalled", "register"), "does not take a track"),
    ],
)
def test_control_a_wrong_row_is_found(row: Effect, words: str) -> None:
    assert any(words in wrong for wrong in _wrong(row))


def test_no_row_stands_twice() -> None:
    assert len(set(EFFECTS)) == len(EFFECTS)


def test_an_effect_follows_its_trigger_and_no_other() -> None:
    assert effects_of("AidReferral", "ReferralCompleted", "recalled") == ["help_has_ended"]
    assert effects_of("AidReferral", "recall", "recalled") == ["hand_back"]
    assert effects_of("AidReferral", "ReferralSeen", "seen") == []


def test_what_is_an_effect_is_no_part_of_its_own() -> None:
    """What follows from a part's move concerns the case: no part defines it for itself."""
    parts = [kind for kind in CasePart.__subclasses__() if kind.__module__ != "workflows.case.letters"]
    assert parts
    assert not [(row.effect, kind) for row in EFFECTS for kind in parts if row.effect in vars(kind)]
