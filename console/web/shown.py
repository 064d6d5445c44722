"""What pages show of files: words instead of codes, names instead of slugs, moments as people say them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from console.web.moments import Clock
from console.web.once import told_once
from console.web.ports import Row, Words
from contracts.agencies import Directory
from contracts.views import FileView, StoryLine, TrackView


@dataclass(frozen=True)
class Hand:
    """Who takes a file, and what one can do about that.

    Attributes:
        said: Who has it, since when; empty: nobody.
        action: Where the button leads.
        button: What it says.
        instead_of: Who has it, where one takes it over.
    """

    said: str
    action: str
    button: str
    instead_of: str = ""


@dataclass(frozen=True)
class RowShown:
    """A file in a list."""

    name: str
    reference: str
    kind: str
    step: str
    why: str
    then: str
    turn: str
    due: str
    left: str
    late: bool
    alarm: bool
    is_timed: bool = True
    """Whether its moment can be known from a list."""
    hand: Hand | None = None

    @property
    def href(self) -> str:
        """Where its case is."""
        return f"/cases/{self.reference}"


@dataclass(frozen=True)
class TrackShown:
    """Something that runs on a clock."""

    title: str
    phase: str
    turn: str
    mine: bool
    until: str
    left: str
    late: bool
    reminders: str
    why: str
    then: str
    ended: str


@dataclass(frozen=True)
class LineShown:
    """A line of a story."""

    at: str
    words: str


class Showing(NamedTuple):
    """Shows files to a person.

    Attributes:
        words: In their language.
        clock: For moments.
        directory: Who takes part.
        me: The slug of their agency.
    """

    words: Words
    clock: Clock
    directory: Directory
    me: str

    def name(self, slug: str | None) -> str:
        """An agency as people call it."""
        known = self.directory.by_slug.get(slug or "")
        return known.name if known else slug or self.words.page("case.nobody")

    def row(self, row: Row) -> RowShown:
        """A row of a list."""
        return self._row(row, row.step, row.turn or row.owner, row.due or row.deadline)

    def waiting(self, row: Row) -> RowShown:
        """A row where the agency waits for another, also where it has something to do itself: by that other's step.

        When that is due is known where it is the first clock of the file.
        """
        if row.waits_for is None:
            return self.row(row)
        is_first = row.due is None or row.deadline is None or row.deadline < row.due or row.turn == row.waits_for
        shown = self._row(row, row.waits_in, row.waits_for, row.deadline if is_first else None)
        return replace(shown, is_timed=is_first)

    def _row(self, row: Row, step: str | None, turn: str, due: datetime | None) -> RowShown:
        table, _, phase = (step or f"{row.kind}.{row.phase}").partition(".")
        return RowShown(
            name=row.name,
            reference=row.reference,
            kind=capital(self.words.kind(row.kind)),
            step=self.words.phase(table, phase),
            why=self.words.waits(table, phase),
            then=self.words.then(table, phase),
            turn=self.name(turn),
            due=self.clock.moment(due) if due else "",
            left=self.clock.left(due) if due else "",
            late=bool(due and self.clock.is_over(due)),
            alarm=row.alarm,
        )

    def track(self, track: TrackView, view: FileView) -> TrackShown:
        """A track of a file; the file itself is one."""
        words, clock, table = self.words, self.clock, track.name or view.kind
        since, mine = clock.moment(track.since), track.turn == self.me
        return TrackShown(
            title=capital(words.kind(view.kind) if track == view.track else self._title(track)),
            phase=words.phase(table, track.phase),
            turn=capital(words.page("case.yours" if mine else "case.theirs", who=self.name(track.turn), since=since)),
            mine=mine,
            until=words.page("case.until", moment=clock.moment(track.until)) if track.until else "",
            left=clock.left(track.until) if track.until else "",
            late=bool(track.until and clock.is_over(track.until)),
            reminders=self._reminded(track.reminders),
            why=words.waits(table, track.phase),
            then=_sentence(words.then(table, track.phase) or words.said(track.then or "")),
            ended="" if track.until else words.page("case.ended", moment=since),
        )

    def _title(self, track: TrackView) -> str:
        """With its number and what it is about, where there may be several and decisions name one."""
        title = self.words.title(track.name) if track.name else self.words.said(track.title)
        return title if track.number is None else f"{title} {track.number}, {self.words.said(track.title)}"

    def _reminded(self, times: int) -> str:
        return self.words.page("case.reminded", number=times) if times else ""

    def story(self, lines: Sequence[StoryLine]) -> tuple[LineShown, ...]:
        """A story, the newest first; what was done at the same moment stands in the order in which it was done, too."""
        return tuple(map(self.line, reversed(told_once(sorted(lines, key=lambda line: line.at)))))

    def line(self, line: StoryLine) -> LineShown:
        """One thing that happened."""
        facts = {**line.facts, **({"to": self.name(line.facts["to"])} if "to" in line.facts else {})}
        return LineShown(self.clock.moment(line.at), self.words.story(line.what, facts, self.name(line.who)))


def capital(words: str) -> str:
    """With a capital; other letters as they are."""
    return words[:1].upper() + words[1:]


def _sentence(words: str) -> str:
    return f"{capital(words).removesuffix('.')}." if words else ""
