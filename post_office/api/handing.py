"""Events leave when it stands in the processing log who is given them."""

from collections.abc import Sequence

from post_office.door import Door
from post_office.ports import Heard
from post_office.problems import Problem
from post_office.tokens import Listed
from runtime.processing.log import NotLogged

NOT_LOGGED = "the processing log cannot be written now, so nothing is handed out: make room on its disk; ask again"


async def hand_out(here: Door, who: Listed, after: int, found: Sequence[Heard]) -> None:
    """Write down that somebody who read up to a position is given this.

    Raises:
        Problem: It cannot be written; a person hears of it.
    """
    try:
        await here.book.handed(f"system {who.name}", after, found)
    except NotLogged:
        await here.alarm.say("log", NOT_LOGGED)
        raise Problem("not_logged", NOT_LOGGED) from None
    here.alarm.over("log")
