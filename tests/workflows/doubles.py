"""What stands at the edges of a staged workflow: a bus, a register, a pager and maps that can fail."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from activities.erasing import Holdings
from contracts.agencies import Agency, read_directory
from contracts.alarms import Alarm
from contracts.ended import EndedFile
from contracts.envelope import CloudEvent
from contracts.event import Event, File
from contracts.events.disclosures import HeldFile
from contracts.logged import Exchange, decided, sent
from contracts.orders import Ordering
from contracts.places import Atlas, Municipality
from contracts.processing import Direction, Processing
from contracts.reference import new_reference
from contracts.refusals import RefusalCode, Refused
from contracts.register import Amendment, Report
from contracts.words import Ground

ERASED_AT = datetime(2026, 3, 2, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
READABLE_ON_THE_BUS = timedelta(days=14)


class Letters:
    """A bus that keeps what was published, each id once; it can be out of order."""

    def __init__(self) -> None:
        self.all: list[tuple[str, CloudEvent]] = []
        self.to_itself: list[CloudEvent] = []
        self.silent: set[str] = set()
        self.refused: type[Event] | None = None

    async def publish(self, message: CloudEvent, recipient: str) -> None:
        if message.event_class is self.refused:
            raise Refused(RefusalCode.TOO_LARGE, "an example")
        if recipient in self.silent:
            raise TimeoutError
        if message.event_class.rule.itself:
            self.to_itself.append(message)
        elif message.id not in {known.id for _, known in self.all}:
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
    """Routing tables that can be lost, or know nobody who protects a child."""

    lost = False
    without_child_protection = False

    def municipality(self, code: str, on: date) -> Municipality:
        if self.lost:
            raise LookupError("an example of a table that does not hold what it should")
        return super().municipality(code, on)

    def child_protection(self, place: Municipality | None) -> tuple[Agency, ...]:
        return () if self.without_child_protection else super().child_protection(place)


class Awaiting:
    """Lines about what leaves, and what is awaited word of, in memory; it can be out of reach."""

    def __init__(self) -> None:
        self.records: list[Processing] = []
        self.sent: list[Exchange] = []
        self.known: set[str] = set()
        self.given_up: list[tuple[str, str | None]] = []
        self.out_of_reach = False

    async def begin(self, letters: Sequence[Exchange], at: datetime, *, awaited: bool = True) -> None:
        self._reach()
        self.records += [sent(letter, at) for letter in letters]
        if awaited:
            self._await(letters)

    def left(self, letters: Sequence[Exchange]) -> None:
        self.known |= {letter.message.id for letter in letters}

    async def expect(self, letters: Sequence[Exchange], at: datetime) -> None:
        self._reach()
        self._await(letters)
        self.left(letters)

    async def withdraw(self, letters: Sequence[Exchange], at: datetime) -> None:
        self._reach()
        self.sent = [letter for letter in self.sent if letter not in letters]

    async def never(self, letters: Sequence[Exchange], at: datetime, code: str | None = None) -> None:
        self._reach()
        self.given_up += [(type(letter.event).__name__, code) for letter in letters]

    def _await(self, letters: Sequence[Exchange]) -> None:
        self.sent += [letter for letter in letters if letter not in self.sent]

    def _reach(self) -> None:
        if self.out_of_reach:
            raise TimeoutError


class Papers:
    """What is kept of a case, and with whom it was exchanged."""

    def __init__(self, *partners: str) -> None:
        self.told = partners
        self.count = 1
        self.files: tuple[HeldFile, ...] = (HeldFile(kind=File.CASE, phase="closed"),)
        self.out_of_reach = False

    @property
    def lines(self) -> "PaperLines":
        return PaperLines(self)

    async def about(self, case: str) -> tuple[HeldFile, ...]:
        if self.out_of_reach:
            raise TimeoutError
        return self.files


class PaperLines:
    """Lines of the processing log for everybody who was told."""

    def __init__(self, papers: Papers) -> None:
        self._papers = papers

    async def about(self, case: str) -> tuple[Processing, ...]:
        said = {"direction": Direction.SENT, "event_type": "nl.keten.cases.accepted.v1", "ground": Ground.LEGAL_TASK}
        line = decided("look", case, read_directory().desk, ERASED_AT)
        return tuple(
            line.model_copy(update={**said, "counterparty": slug, "event_id": f"{number:032x}"})
            for slug in self._papers.told
            for number in range(self._papers.count)
        )


class Ties:
    """References apart from their cases, in memory."""

    def __init__(self) -> None:
        self.made_for: dict[str, str] = {}

    async def made(self, case: str) -> str:
        return self.made_for.setdefault(case, new_reference())


class Vault:
    """Everything in which something of a case may be, and the persons who may have it erased."""

    def __init__(self, *partners: str) -> None:
        self.told = partners
        self.open_files: tuple[str, ...] = ()
        self.forgotten: list[str] = []
        self.destroyed: datetime | None = None
        self.held_key = True
        self.keys_of: dict[str, str] = {}
        self.ended: list[EndedFile] = []
        self.since: dict[str, datetime] = {}
        self.out_of_reach = False

    @property
    def holdings(self) -> Holdings:
        return Holdings(keys=self, stores=[self], exchanges=self, files=self, ended=self, persons=self, mail=self)

    async def held(self, case: str) -> tuple[bool, datetime | None]:
        if self.out_of_reach:
            raise TimeoutError
        return self.held_key, self.destroyed

    async def forget(self, case: str) -> None:
        self.forgotten.append(case)
        self.held_key, self.destroyed = False, ERASED_AT

    async def partners(self, case: str) -> tuple[str, ...]:
        return self.told

    async def about(self, case: str) -> tuple[str, ...]:
        return self.open_files

    async def of(self, case: str) -> tuple[EndedFile, ...]:
        return tuple(file for file in self.ended if file.reference == case)

    async def begin(self, ended: EndedFile) -> None:
        if self.out_of_reach:
            raise TimeoutError
        if ended not in self.ended:
            self.ended.append(ended)

    async def who(self, order: str, case: str) -> Ordering:
        """The middle part names the person; nobody is called nobody. One of two names has the key of one."""
        name = order.split(".")[1]
        if name == "nobody":
            raise ValueError("nobody at this agency signed this")
        return Ordering(name, self.keys_of.get(name, name), self.since.get(name, LONG_AGO), ERASED_AT)

    async def unreadable_from(self) -> datetime:
        return ERASED_AT + READABLE_ON_THE_BUS
