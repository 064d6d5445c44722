"""The transition table of a report."""

from enum import StrEnum

from workflows.engine.table import CLOCK, CLOSED, VOID, Turn, opening, state, table


class Report(StrEnum):
    """What a reporter follows."""

    FOLLOWING = "following"


REPORT = table(
    "Report",
    "report",
    opening("SignalReceived", Report.FOLLOWING, ReportRegistered=Report.FOLLOWING, DeliveryRefused=CLOSED),
    state(
        Report.FOLLOWING,
        Turn.THEM,
        "the signal desk",
        clock="report",
        then="the reporter is reminded to ask the desk",
        alarm="nothing was heard of this signal for a long time: ask the desk",
        moves={
            "SignalReceived": Report.FOLLOWING,
            "ReportRegistered": Report.FOLLOWING,
            "SignalStatusChanged": {Report.FOLLOWING, CLOSED},
            "supplement_signal": Report.FOLLOWING,
            "close_report": CLOSED,
            CLOCK: Report.FOLLOWING,
        },
    ),
    ends={CLOSED, VOID},
)
