from typing import Any

import pytest

from contracts.commands import BringToRiec, OfferHelp, RecordTriage
from contracts.events.dossiers import Observation
from contracts.shape import codes_of, core, inner, may_be_none, model_of
from contracts.text import Line, Personal


@pytest.mark.parametrize(
    ("annotation", "kind", "absent"),
    [(int, int, False), (Line, str, False), (Line | None, str, True), (Personal[Line | None], str, True)],
)
def test_marks_and_none_are_taken_off(annotation: Any, kind: Any, absent: bool) -> None:
    assert (core(annotation), may_be_none(annotation)) == (kind, absent)


def test_lists_models_and_codes_are_told_apart() -> None:
    organisations = OfferHelp.model_fields["organisations"].annotation
    assert core(inner(organisations)) is str
    assert inner(int) is None
    assert model_of(BringToRiec.model_fields["observation"].annotation) is Observation
    assert model_of(str) is None
    assert "unclear" in codes_of(RecordTriage.model_fields["finding"].annotation)
    assert codes_of(str) == []
