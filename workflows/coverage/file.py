"""What the file of a coverage gap holds."""

from contracts.events.coverage import CoverageGapObserved
from workflows.engine.record import Record


class CoverageFile(Record):
    """A gap in coverage, without any case."""

    gap: CoverageGapObserved | None = None
