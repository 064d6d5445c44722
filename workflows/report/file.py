"""What the file of a report holds."""

from contracts.agencies import Party
from contracts.words import SignalStatus
from workflows.engine.record import Record


class ReportFile(Record):
    """What a reporter hears back."""

    desk: Party | None = None
    status: SignalStatus | None = None
