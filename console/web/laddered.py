"""Ladders in words: each rung with how it stands, and why a letter is not further. Pages and command line say the same."""

from dataclasses import dataclass
from typing import NamedTuple

from console.rungs import Ladder, Mark, Rung, Step, Why
from console.web.shown import Showing, capital

RUNGS = {
    Rung.PUBLISHED: "deliveries.published",
    Rung.STORED: "deliveries.stored",
    Rung.DELIVERED: "deliveries.delivered",
    Rung.READ: "deliveries.read",
    Rung.ANSWERED: "deliveries.answered",
}

SIGNS = {Mark.DONE: "✓", Mark.AT_LATEST: "✓", Mark.WAITS: "…", Mark.FAILED: "!", Mark.UNKNOWN: "?", Mark.NONE: "-"}
"""Beside the words, never instead of them."""

REASONS = {
    Why.LEAVING: "deliveries.leaving",
    Why.NOT_REACHED: "deliveries.not_reached",
    Why.NOBODY_REACHED: "deliveries.nobody_reached",
    Why.WITHHELD: "deliveries.withheld",
    Why.UNSENDABLE: "deliveries.unsendable",
    Why.NOT_ASKED: "deliveries.not_asked",
    Why.NOT_CONFIRMED: "deliveries.not_confirmed",
    Why.REFUSED: "deliveries.refused",
    Why.LOST: "deliveries.lost",
    Why.NOT_NOTED: "deliveries.not_noted",
    Why.NOT_READ: "deliveries.not_read",
    Why.NOT_ANSWERED: "deliveries.not_answered",
    Why.TAKEN_BACK: "deliveries.taken_back",
}


@dataclass(frozen=True)
class StepShown:
    """A rung.

    Attributes:
        label: What it is called.
        mark: How it stands, as a code that the look knows.
        sign: The same as a sign.
        said: The same in words, with the moment.
    """

    label: str
    mark: str
    sign: str
    said: str


@dataclass(frozen=True)
class LadderShown:
    """A letter and how far it came.

    Attributes:
        to: Its recipient.
        event: What it is.
        steps: The rungs, from below.
        why: Why it is not further; empty where it has come as far as it can.
        hangs: Whether it may need a person here.
        left_out: Why some rungs are not there; empty: all are, or nobody ever stands on them.
    """

    to: str
    event: str
    steps: tuple[StepShown, ...]
    why: str
    hangs: bool
    left_out: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The same as a row of a table."""
        return (self.to, self.event, *(step.said for step in self.steps))


class Laddering(NamedTuple):
    """Says ladders to a person.

    Attributes:
        showing: What shows codes to them.
    """

    showing: Showing

    @property
    def heads(self) -> tuple[str, ...]:
        """What stands above the columns of a table."""
        words = self.showing.words
        return (words.page("case.to"), words.page("case.what"), *(words.page(key) for key in RUNGS.values()))

    def ladder(self, ladder: Ladder) -> LadderShown:
        """A letter."""
        stops = ladder.stops
        return LadderShown(
            to=self.showing.name(ladder.to),
            event=capital(self.showing.words.part(ladder.event)),
            steps=tuple(self._step(step, ladder) for step in ladder.steps),
            why=self._why(stops.why, ladder) if stops and stops.why else "",
            hangs=ladder.hangs,
            left_out=self._left_out(ladder),
        )

    def _step(self, step: Step, ladder: Ladder) -> StepShown:
        words = self.showing.words
        said = self._said(step)
        if step.rung is Rung.ANSWERED and step.mark is Mark.DONE:
            said = f"{said} ({words.part(ladder.answer).lower()})" if ladder.answer else said
        return StepShown(words.page(RUNGS[step.rung]), step.mark, SIGNS[step.mark], said)

    def _said(self, step: Step) -> str:
        words, moment = self.showing.words, self.showing.clock.moment
        if step.why is Why.TAKEN_BACK and step.at:
            return words.page("deliveries.step_taken_back", moment=moment(step.at))
        if step.mark is Mark.DONE and step.at:
            return moment(step.at)
        if step.mark is Mark.AT_LATEST and step.at:
            return words.page("deliveries.step_at_latest", moment=moment(step.at))
        if step.mark is Mark.WAITS and step.since:
            return words.page("deliveries.step_waits", moment=moment(step.since))
        if step.mark is Mark.FAILED:
            failed = step.at or step.since
            return words.page("deliveries.step_failed", moment=moment(failed) if failed else "")
        return words.page("deliveries.step_unknown" if step.mark is Mark.UNKNOWN else "deliveries.step_none")

    def _why(self, why: Why, ladder: Ladder) -> str:
        code = self.showing.words.value("RefusalCode", ladder.code) if ladder.code else ""
        return self.showing.words.page(REASONS[why], who=self.showing.name(ladder.to), code=code)

    def _left_out(self, ladder: Ladder) -> str:
        """That nobody says of such an event that it was read, or that it asks for no answer."""
        if ladder.stops is None or ladder.step(Rung.PUBLISHED).mark is Mark.WAITS:
            return ""
        rungs = {rung: ladder.step(rung) for rung in (Rung.READ, Rung.ANSWERED)}
        never = [rung for rung, step in rungs.items() if step.mark is Mark.NONE and step.why is None]
        if not never:
            return ""
        key = "deliveries.only_told" if len(never) == 2 else "deliveries.never_read" if Rung.READ in never else ""
        return self.showing.words.page(key) if key else ""
