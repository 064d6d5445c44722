"""A case: whose turn it is, why it waits, what then, what can be decided, and its story."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from console.file_names import is_reference
from console.web.asked import Asked, asked, not_here
from console.web.drafting import DraftShown, hand, is_ours, of_others, shown_draft
from console.web.drafts_ports import Desk
from console.web.looking import Seen, look
from console.web.shown import Hand, LineShown, RowShown, TrackShown, capital
from contracts.views import ConsentView

ALARMS = "acknowledge_alarms"


@dataclass(frozen=True)
class Act:
    """A decision that is possible now."""

    href: str
    words: str
    explain: str


@dataclass(frozen=True)
class FileShown:
    """A file about the case.

    Attributes:
        kind: What kind of file it is.
        main: The file itself, on its clock.
        tracks: What runs inside it.
        acts: What can be decided.
        barred: What this state allows and cannot be now, with why.
        alarms: What a person must still acknowledge.
        acknowledge: Where that is done; empty: not here.
        consents: For what, given, withdrawn, by whom.
        letters: To whom, what, since when: not delivered yet.
        troubles: Why it stands still, if it does.
        story: The newest first.
        left_out: That the story is longer; empty: it is not.
        hand: Who takes it; None: it is not our turn.
        name: By which the file is found.
    """

    kind: str
    main: TrackShown
    tracks: tuple[TrackShown, ...]
    acts: tuple[Act, ...]
    barred: tuple[tuple[str, str], ...]
    alarms: tuple[str, ...]
    acknowledge: str
    consents: tuple[tuple[str, ...], ...]
    letters: tuple[tuple[str, ...], ...]
    troubles: tuple[str, ...]
    story: tuple[LineShown, ...]
    left_out: str
    hand: Hand | None
    name: str


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        reference: Of the case.
        region: Where it is.
        responsible: Who answers for the person.
        files: Those that answered.
        silent: Those that did not, as the list knows them.
        unlisted: Whether there may be more, which the list does not know and which does not answer.
        drafts: One's own half-done forms.
        others: That colleagues have some.
    """

    reference: str
    region: str
    responsible: str
    files: tuple[FileShown, ...]
    silent: tuple[RowShown, ...]
    unlisted: bool
    drafts: tuple[DraftShown, ...]
    others: tuple[str, ...]


def routes(desk: Desk) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/cases/{reference}")
    async def case(request: Request, reference: str) -> Response:
        who = await asked(desk, request)
        if not is_reference(reference):
            raise not_here()
        looked = await look(desk.files(who.visit), desk.lists(who.visit), who.visit.agency, reference)
        if not looked.seen and not looked.silent:
            raise not_here()
        first = looked.seen[0].view if looked.seen else None
        drafts = await desk.drafts.about(who.visit, [one.name for one in (*looked.seen, *looked.silent)])
        shown = Shown(
            reference=reference,
            region=(first.region if first else None) or "",
            responsible=who.showing.name(first.responsible) if first else "",
            files=tuple([_file(who, seen, hand) for seen, hand in await _hands(desk, who, looked.seen)]),
            silent=tuple(who.showing.row(row) for row in looked.silent),
            unlisted=looked.unlisted > 0,
            drafts=tuple(shown_draft(who, draft) for draft in drafts if draft.person == who.visit.person),
            others=of_others(who, drafts, "drafts.of_other_case"),
        )
        return desk.page(request, who.visit, "case.html", shown=shown)

    return router


async def _hands(desk: Desk, who: Asked, files: Sequence[Seen]) -> list[tuple[Seen, Hand | None]]:
    """Each file with who takes it; where the turn has ended, nobody does any more."""
    known = await desk.taken.of(who.visit, [seen.name for seen in files])
    found: list[tuple[Seen, Hand | None]] = []
    for seen in files:
        ours = is_ours(seen.view, who.visit.agency.slug)
        if seen.name in known and not ours:
            await desk.taken.ended(who.visit, seen.name)
        found.append((seen, hand(who, seen.name, known.get(seen.name)) if ours else None))
    return found


def _file(who: Asked, seen: Seen, of_whom: Hand | None) -> FileShown:
    view, words, showing = seen.view, who.words, who.showing
    acts = {
        choice.command: Act(
            f"/files/{seen.name}/do/{choice.command}", words.command(choice.command), words.explain(choice.command)
        )
        for choice in view.choices
    }
    alarms = tuple(_alarm(who, alarm.words, alarm.times) for alarm in view.open_alarms) or tuple(map(words.said, view.alarms))
    acknowledge = acts.pop(ALARMS, None)
    return FileShown(
        kind=capital(words.kind(view.kind)),
        main=showing.track(view.track, view),
        tracks=tuple(showing.track(track, view) for track in view.tracks),
        acts=tuple(acts.values()),
        barred=tuple((words.command(one.command), capital(words.said(one.words))) for one in view.barred),
        alarms=alarms,
        acknowledge=acknowledge.href if acknowledge and alarms else "",
        consents=_consents(who, seen),
        letters=_letters(who, seen),
        troubles=tuple(words.said(trouble) for trouble in seen.troubles),
        story=showing.story(view.story),
        left_out=words.page("case.left_out", number=view.left_out) if view.left_out else "",
        hand=of_whom,
        name=seen.name,
    )


def _alarm(who: Asked, said: str, times: int) -> str:
    words = who.words.said(said)
    return f"{words} ({who.words.page('case.times', number=times)})" if times > 1 else words


def _consents(who: Asked, seen: Seen) -> tuple[tuple[str, ...], ...]:
    words, moment = who.words, who.showing.clock.moment
    return tuple(
        (
            capital(words.value("ConsentTo", consent.purpose)),
            _given(who, consent),
            moment(consent.withdrawn) if consent.withdrawn else words.page("case.not_withdrawn"),
        )
        for consent in seen.view.consents
    )


def _given(who: Asked, consent: ConsentView) -> str:
    if consent.given:
        return who.showing.clock.moment(consent.given)
    return who.words.page("case.given_once" if consent.holds or consent.withdrawn else "case.not_given")


def _letters(who: Asked, seen: Seen) -> tuple[tuple[str, ...], ...]:
    moment, name = who.showing.clock.moment, who.showing.name
    return tuple((name(letter.to), capital(who.words.part(letter.event)), moment(letter.since)) for letter in seen.view.letters)
