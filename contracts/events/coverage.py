"""What the province hears: where the net has a hole, never about whom."""

from typing import ClassVar

from contracts.event import Event, File, Rule
from contracts.events.signals import DESK
from contracts.text import Line
from contracts.words import AgencyKind, CoverageGapKind, Ground


class CoverageGapObserved(Event):
    """A region had nobody for a signal. The reference is fresh, so that it leads to no case."""

    rule: ClassVar[Rule] = Rule(
        type="nl.keten.coveragegaps.observed.v1",
        senders=DESK,
        recipients=frozenset({AgencyKind.OVERSIGHT}),
        file=File.COVERAGE,
        opens=True,
        fresh=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose="let the province press a region for coverage",
        retention="coverage",
    )
    gap: CoverageGapKind
    care_region: Line | None = None
