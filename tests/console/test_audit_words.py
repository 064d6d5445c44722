"""Who comes and goes is said in words; whatever else stands in a log reads as what it is."""

import pytest

from console.commands.audit import cells
from runtime.audit.entry import Act, Action, Head, first_hash, next_entry
from tests.console.web.doubles import NOW

SLUG = "coordinator-almere"


@pytest.mark.parametrize(
    ("action", "why", "said"),
    [
        (Action.LOG_IN, "web_console", ("logs in", "-", "web_console")),
        (Action.LOG_OUT, "lock", ("logs out", "-", "lock")),
        (Action.PUT_OUT, "not_listed", ("is put out", "-", "not_listed")),
        (Action.READ, "case", ("read", "-", "case")),
    ],
)
def test_an_entry_says_who_did_what(action: Action, why: str, said: tuple[str, ...]) -> None:
    act = Act(person="c-17", action=action, object=why)
    shown = cells(next_entry(SLUG, Head(0, first_hash(SLUG)), act, NOW))
    assert (shown[0], shown[2:6], shown[6]) == ("1", ("c-17", *said), "begun")
