"""What fails in a file is said in Dutch as a whole: what, why, and what to do."""

import pytest

from console.troubles import NOT_PROVIDED, Trouble, _of_workflow, _remedy  # pyright: ignore[reportPrivateUsage]
from contracts.texts import words

AGENCY = "coordinator-almere"
WHY = (NOT_PROVIDED, "nobody takes it up", "an error without a type", "ConnectionError", "timeout")
TROUBLES = [
    _of_workflow("CaseFileWorkflow", 3, AGENCY),
    *(Trouble(what="activity", name="publish_event", error=why, attempt=7, do=_remedy(why, AGENCY)) for why in WHY),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.error)
def test_a_trouble_is_said_in_dutch_with_its_name_and_its_agency(trouble: Trouble) -> None:
    said = words("nl").said(trouble.words)
    for english in (" fails", " try ", "office", "nobody", "without"):
        assert english not in said
    for kept in (trouble.name, str(trouble.attempt), AGENCY):
        assert kept in said
    assert words("en").said(trouble.words) == trouble.words
