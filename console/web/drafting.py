"""Half-done forms on pages: kept at every step, shown again when the form is opened, and that others have begun."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from starlette.exceptions import HTTPException

from console.web.asked import Asked, Form
from console.web.deciding import Opened, Wanted, meanwhile
from console.web.drafts_ports import Desk, Draft, NotKept, Taken, Written
from console.web.ports import Row
from console.web.shown import Hand, LineShown, capital
from contracts.views import FileView

NOT_KEPT = {"too_many": "drafts.too_many", "too_large": "drafts.too_large", "sent": "drafts.sent", "away": "drafts.away"}
"""Why a form was not kept, and the words that say so."""


@dataclass(frozen=True)
class DraftShown:
    """A half-done form of one's own."""

    decision: str
    reference: str
    file: str
    began: str
    saved: str
    until: str
    form: str

    @property
    def case(self) -> str:
        """Where its case is."""
        return f"/cases/{self.reference}"

    @property
    def discard(self) -> str:
        """Where it is thrown away."""
        return f"{self.form}/discard"


@dataclass(frozen=True)
class Beside:
    """What a page of a decision shows beside it.

    Attributes:
        others: What colleagues have begun with the file.
        draft: With which the form was filled.
        has_changed: Something happened since that was kept.
        meanwhile: What that was, as far as the story says it.
        not_kept: Why what was typed was not kept; empty: it was, or nothing was typed.
    """

    others: tuple[str, ...] = ()
    draft: DraftShown | None = None
    has_changed: bool = False
    meanwhile: tuple[LineShown, ...] = ()
    not_kept: str = ""


async def keep(desk: Desk, want: Wanted, ticket: str, posted: Form, seen: str) -> str:
    """Keep what was typed, unchecked. That this fails stops no decision: everything typed is on the page that answers.

    Returns:
        The key of the words why it was not kept; empty: it was, or there is nothing to keep.
    """
    if not want.model.model_fields:
        return ""
    try:
        await desk.drafts.keep(want.who.visit, want.form, ticket, (posted.answers, seen))
    except NotKept as refused:
        return NOT_KEPT[str(refused)]
    except (HTTPException, *desk.closing):
        raise
    except Exception as error:
        structlog.get_logger().warning("draft_not_kept", command=want.command, error=type(error).__name__)
        return NOT_KEPT["away"]
    return ""


async def sent(desk: Desk, want: Wanted, ticket: str) -> None:
    """It was decided: what was kept of this form is not needed any more."""
    try:
        await desk.drafts.sent(want.who.visit, want.form, ticket)
    except Exception as error:  # it was decided; whoever opens the form again reads that, too
        structlog.get_logger().warning("draft_not_removed", command=want.command, error=type(error).__name__)


async def beside(desk: Desk, it: Opened, *, not_kept: str = "") -> Beside:
    """What colleagues have begun, for a page that answers what was typed."""
    words = it.wanted.who.words
    return Beside(others=await _others(desk, it), not_kept=words.page(not_kept) if not_kept else "")


async def beside_form(desk: Desk, it: Opened, written: Written | None) -> Beside:
    """The same for a form that opens, with what it was filled with, and what happened since that was kept."""
    others = await _others(desk, it)
    if written is None:
        return Beside(others)
    happened = meanwhile(it, written.seen)
    return Beside(others, shown_draft(it.wanted.who, written.draft), happened is not None, happened or ())


def shown_draft(who: Asked, draft: Draft) -> DraftShown:
    """A half-done form in words."""
    moment = who.showing.clock.moment
    return DraftShown(
        decision=who.words.command(draft.command),
        reference=draft.file.rpartition("-")[2],
        file=capital(who.words.kind(draft.file.partition("-")[0])),
        began=moment(draft.began),
        saved=moment(draft.saved),
        until=moment(draft.until),
        form=f"/files/{draft.file}/do/{draft.command}",
    )


def of_others(who: Asked, drafts: Sequence[Draft], words: str = "drafts.of_other") -> tuple[str, ...]:
    """That colleagues have half-done forms, and since when: not for what, and never what is in them."""
    since: dict[str, Draft] = {}
    for draft in sorted(drafts, key=lambda draft: draft.began):
        if draft.person != who.visit.person:
            since.setdefault(draft.person, draft)
    moment = who.showing.clock.moment
    return tuple(who.words.page(words, who=person, since=moment(draft.began)) for person, draft in since.items())


def is_ours(view: FileView, me: str) -> bool:
    """Whether an agency must act in a file."""
    return any(track.turn == me for track in (view.track, *view.tracks))


def hand(who: Asked, file: str, taken: Taken | None) -> Hand:
    """Who takes a file of which it is our turn."""
    words, path = who.words, f"/files/{file}"
    if taken is None:
        return Hand("", f"{path}/take", words.page("taken.take"))
    since = who.showing.clock.moment(taken.at)
    if taken.person == who.visit.person:
        return Hand(words.page("taken.mine", since=since), f"{path}/let-go", words.page("taken.let_go"))
    said = words.page("taken.by", who=taken.person, since=since)
    return Hand(said, f"{path}/take", words.page("taken.take_over"), taken.person)


async def hands(desk: Desk, who: Asked, rows: Sequence[Row]) -> dict[str, Hand]:
    """Who takes the files of a list, in one question."""
    known = await desk.taken.of(who.visit, [row.name for row in rows])
    return {row.name: hand(who, row.name, known.get(row.name)) for row in rows}


async def _others(desk: Desk, it: Opened) -> tuple[str, ...]:
    who, name = it.wanted.who, it.wanted.name
    drafts = of_others(who, await desk.drafts.about(who.visit, [name]))
    taken = (await desk.taken.of(who.visit, [name])).get(name)
    if taken is None or taken.person == who.visit.person or not is_ours(it.view, who.visit.agency.slug):
        return drafts
    return (hand(who, name, taken).said, *drafts)
