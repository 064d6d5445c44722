"""The batches of whoever asks: how far each is, what came of every item, and going on or stopping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from console.batches.commands import REPLAY, WHERE
from console.web.asked import Asked, asked, form_of, not_here
from console.web.batch_ports import Batch, Item
from console.web.dead_ports import OPERATE
from console.web.decision_pages import TICKET
from console.web.pages.batch_new import ID, explained
from console.web.ports import Desk
from console.web.shown import capital

GO_ON = "press_batch"
"""For what the ticket of the buttons is: one press."""

STATES = {
    "trying": "batches.trying",
    "tried": "batches.tried",
    "working": "batches.working",
    "stopped": "batches.stopped",
}
"""How far a batch is, and the words; where it has ended, how it did."""

WHY = {
    "no_right": "batches.no_right",
    "no_log": "batches.no_log",
    "no_answer": "batches.no_answer",
    "by_hand": "batches.by_hand",
}
ITEMS = {
    "waiting": "batches.waiting",
    "under_way": "batches.under_way",
    "done": "batches.done",
    "refused": "batches.refused",
    "unknown": "batches.unknown",
}
ANSWERS = {"gone": "batches.gone", "bare": "batches.bare", "replayed": "batches.replayed"}


@dataclass(frozen=True)
class BatchShown:
    """A batch in words.

    Attributes:
        state: How far it is; of one that ended, whether all of it was done.
        counts: How many items are how far.
        is_done: All of it was done.
        needs: Somebody should look.
    """

    id: str
    title: str
    at: str
    state: str
    counts: str
    is_done: bool
    needs: bool


@dataclass(frozen=True)
class ItemShown:
    """An item in words.

    Attributes:
        href: Where what it is about is.
        name: What it is about.
        state: How far it is.
        said: What was answered.
        is_wrong: It was refused, or nobody knows.
    """

    href: str
    name: str
    state: str
    said: str
    is_wrong: bool


@dataclass(frozen=True)
class ListShown:
    """What the list shows.

    Attributes:
        batches: The newest first.
        commands: What can be decided over a selection: where it is chosen, the words, and what it does.
    """

    batches: tuple[BatchShown, ...]
    commands: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Shown:
    """What the page of a batch shows.

    Attributes:
        why: Why it was stopped.
        go_on: The words of the button that goes on; empty: there is nothing to go on with.
        explain: What that does.
        is_moving: It is worked on.
        may_stop: It can be stopped.
        ticket: For both.
    """

    batch: BatchShown
    items: tuple[ItemShown, ...]
    why: str
    go_on: str
    explain: str
    is_moving: bool
    may_stop: bool
    ticket: str


def routes(desk: Desk) -> APIRouter:
    """The list, a batch, and what can be done with it."""
    router = APIRouter()

    @router.get("/batches")
    async def batches(request: Request) -> Response:
        who = await asked(desk, request, OPERATE)
        found = await desk.batches(who.visit).mine()
        commands = tuple((f"/batches/new?command={name}", who.words.command(name), explained(who, name)) for name in WHERE)
        shown = ListShown(tuple(_batch(who, batch, counts) for batch, counts in found), commands)
        return desk.page(request, who.visit, "batches.html", shown=shown)

    @router.get("/batches/{batch}")
    async def one(request: Request, batch: str) -> Response:
        who = await asked(desk, request, OPERATE)
        found = await desk.batches(who.visit).one(batch) if ID.fullmatch(batch) else None
        if found is None:
            raise not_here()
        ticket = await desk.ticket(who.visit, batch, GO_ON)
        return desk.page(request, who.visit, "batch.html", shown=_shown(who, *found, ticket))

    @router.post("/batches/{batch}/{what}")
    async def press(request: Request, batch: str, what: str) -> Response:
        who = await asked(desk, request, OPERATE)
        if what not in ("go_on", "stop") or not ID.fullmatch(batch):
            raise not_here()
        ticket = (await form_of(request)).control.get(TICKET, "")
        mine = desk.batches(who.visit)
        async with desk.once(who.visit, ticket, batch, GO_ON) as spent:
            if spent.answer is None or (what, spent.answer) == ("stop", "go_on"):  # a page of before it went on stops it, too
                if await mine.one(batch) is None:
                    raise not_here()
                await (mine.go_on(batch) if what == "go_on" else mine.stop(batch))
                await desk.answered(ticket, what)
        return RedirectResponse(f"/batches/{batch}", HTTPStatus.SEE_OTHER)

    return router


def _batch(who: Asked, batch: Batch, counts: Mapping[str, int]) -> BatchShown:
    words, total = who.words, sum(counts.values())
    is_done = batch.state == "ended" and counts.get("done", 0) == total
    key = STATES.get(batch.state, "batches.complete" if is_done else "batches.not_complete")
    parts = (f"{counts[state]} {words.page(key)}" for state, key in ITEMS.items() if counts.get(state))
    return BatchShown(
        id=batch.id,
        title=words.page("batches.replay") if batch.command == REPLAY else words.command(batch.command),
        at=who.showing.clock.moment(batch.made_at),
        state=words.page(key),
        counts=", ".join(parts),
        is_done=is_done,
        needs=not is_done and batch.state not in ("trying", "working"),
    )


def _shown(who: Asked, batch: Batch, items: Sequence[Item], ticket: str) -> Shown:
    counts: dict[str, int] = {}
    for item in items:
        counts[item.state] = counts.get(item.state, 0) + 1
    is_moving = batch.state in ("trying", "working")
    go_on, explain = _further(counts) if not is_moving else ("", "")
    return Shown(
        batch=_batch(who, batch, counts),
        items=tuple(_item(who, batch, item) for item in items),
        why=who.words.page(WHY[batch.why]) if batch.why in WHY else "",
        go_on=who.words.page(go_on, number=len(items) - counts.get("done", 0)) if go_on else "",
        explain=who.words.page(explain) if explain else "",
        is_moving=is_moving,
        may_stop=is_moving or batch.state == "tried",
        ticket=ticket,
    )


def _further(counts: Mapping[str, int]) -> tuple[str, str]:
    """The words of what can be done now: nobody starts the rest before one was done."""
    waiting, unknown = counts.get("waiting", 0) + counts.get("under_way", 0), counts.get("unknown", 0)
    if not counts.get("done") and (waiting or unknown):
        return "batches.try_next", "batches.try_next_explain"
    if waiting:
        return "batches.rest", "batches.rest_explain"
    if unknown or counts.get("refused"):
        return "batches.again", "batches.again_explain"
    return "", ""


def _item(who: Asked, batch: Batch, item: Item) -> ItemShown:
    words = who.words
    kind, reference = item.target.partition("-")[0], item.target.rpartition("-")[2]
    if item.answer in ANSWERS:
        said = words.page(ANSWERS[item.answer])
    elif item.state == "refused":
        said = capital(words.said(item.answer))
    else:
        said = capital(words.phase(kind, item.answer)) if item.answer else ""
    is_letter = batch.command == REPLAY
    return ItemShown(
        href=f"/dead/{item.target}" if is_letter else f"/cases/{reference}",
        name=words.page("batches.letter", number=item.target) if is_letter else f"{capital(words.kind(kind))} {reference}",
        state=capital(words.page(ITEMS[item.state])),
        said=said,
        is_wrong=item.state in ("refused", "unknown"),
    )
