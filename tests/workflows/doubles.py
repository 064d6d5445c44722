"""What stands at the edges of a staged workflow: a bus, a register, a pager and maps that can fail."""

from collections.abc import Sequence
from datetime import date

from activities.alarm import Alarm
from contracts.envelope import CloudEvent
from contracts.places import Atlas, Municipality
from contracts.processing import Processing
from contracts.register import Amendment, Report


class Letters:
    """A bus that keeps what was published, each id once; it can be out of order."""

    def __init__(self) -> None:
        self.all: list[tuple[str, CloudEvent]] = []
        self.silent: set[str] = set()

    async def publish(self, message: CloudEvent, recipient: str) -> None:
        if recipient in self.silent:
            raise TimeoutError
        if message.id not in {known.id for _, known in self.all}:
            self.all.append((recipient, message))


class Shelf:
    """A register in memory."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.amendments: list[Amendment] = []
        self.out_of_reach = False

    async def add_report(self, report: Report) -> None:
        if self.out_of_reach:
            raise TimeoutError
        self.reports.append(report)

    async def add_amendment(self, amendment: Amendment) -> None:
        self.amendments.append(amendment)


class Pages:
    """A pager that remembers."""

    def __init__(self) -> None:
        self.alarms: list[Alarm] = []
        self.out_of_reach = False

    async def page(self, alarm: Alarm) -> None:
        if self.out_of_reach:
            raise TimeoutError
        self.alarms.append(alarm)


class Maps(Atlas):
    """Routing tables that can be lost."""

    lost = False

    def municipality(self, code: str, on: date) -> Municipality:
        if self.lost:
            raise LookupError("an example of a table that does not hold what it should")
        return super().municipality(code, on)


class Logbook:
    """A processing log in memory; it can be out of reach."""

    def __init__(self) -> None:
        self.records: list[Processing] = []
        self.out_of_reach = False

    async def write(self, records: Sequence[Processing]) -> None:
        if self.out_of_reach:
            raise TimeoutError
        self.records += records
