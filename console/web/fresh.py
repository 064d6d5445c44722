"""What weighs most asks for a login that is minutes old: nobody does it who found an open screen.

A page that needs it asks on each ``POST`` that decides, before it does anything, and better already where its form opens::

    if not desk.is_fresh(who.visit):
        return log_in_again(desk, request, who, "/somewhere/again", form=posted)

What was typed is kept meanwhile. The person comes back to that path by ``GET``. There ``taken_up`` gives it, with its ticket,
which stays good: the forms that somebody has open go on with their new session. The page shows it once more, so that they send it
themselves; when it is done, ``done_with`` forgets it. `console/web/pages/again.py` is such a page.
"""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request, Response

from console.web.asked import CONTROL, Asked, Form
from console.web.ports import Desk


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        href: Where one logs in, and comes back from.
        is_kept: Whether something that was typed is kept meanwhile.
        leave: Where one goes who does not want to.
    """

    href: str
    is_kept: bool
    leave: str


def log_in_again(desk: Desk, request: Request, who: Asked, back: str, *, form: Form | None = None, leave: str = "/") -> Response:
    """The page that asks somebody to log in once more; nothing was done.

    It is a page with a link and not a redirect: browsers follow no form to another site where a page says that forms stay here.

    Args:
        desk: What knows who is fresh.
        request: Which may not be done yet.
        who: Asks.
        back: The path where they go on, asked by ``GET``.
        form: What they typed; it is kept for this path.
        leave: Where they go who do not want to.
    """
    if form:
        desk.aside.keep(_key(who, back), [*form.control.items(), *form.answers])
    shown = Shown(f"/login?fresh=yes&back={quote(back, safe='/')}", form is not None, leave)
    answer = desk.page(request, who.visit, "fresh.html", shown=shown)
    answer.status_code = HTTPStatus.FORBIDDEN
    return answer


def taken_up(desk: Desk, who: Asked, back: str) -> Form | None:
    """What they typed before they logged in once more; None: nothing is there any more."""
    pairs = desk.aside.find(_key(who, back))
    if pairs is None:
        return None
    control = {name: value for name, value in pairs if name.startswith(CONTROL)}
    return Form([(name, value) for name, value in pairs if not name.startswith(CONTROL)], control)


def done_with(desk: Desk, who: Asked, back: str) -> None:
    """What they typed was sent: it is kept no longer."""
    desk.aside.forget(_key(who, back))


def _key(who: Asked, back: str) -> tuple[str, str, str]:
    return who.visit.person, who.visit.agency.slug, back
