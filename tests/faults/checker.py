"""Whether all that was acknowledged has had its effect, exactly once and in order. It knows only records and what was found."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from contracts.event import OUTLIVING
from tests.faults.record import Record
from workflows.engine.admission import snake

NO_CONSENT = (
    "SignalReported",
    "SignalReceived",
    "SignalRouted",
    *["SignalStatusChanged"] * 3,  # with the coordinator, accepted, closed
    "CaseAccepted",
    "RegistrationRequested",
    "RegistrationRecorded",
    "RegistrationAmended",
    "CaseConcluded",
)
"""What a case in which nobody wants help hears at all agencies together."""
KINDS = ("case", "registration", "report", "signal")
"""The files of such a case."""
OPENED = "SignalReported"


class Entered(NamedTuple):
    """An event as a file took it."""

    file: str
    line: str
    sequence: int
    id: str
    name: str


class Kept(NamedTuple):
    """A file as it was found at the end."""

    agency: str
    kind: str
    phase: str
    running: bool
    owner: str | None
    deadline: bool
    alarms: tuple[str, ...]
    story: tuple[tuple[str, str], ...]
    """Who did what."""
    entered: tuple[Entered, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.agency}/{self.kind}"

    @property
    def of_the_case(self) -> bool:
        """Whether it ends with the case."""
        return self.kind not in OUTLIVING


class Seen(NamedTuple):
    """Everything that was found at the end."""

    cases: dict[str, list[Kept]]
    dead: list[str]
    alarms: list[str]
    registered: dict[str, tuple[int, tuple[str, ...]]]
    """How many reports of a case the register has, and the outcomes that it heard."""


def faults(record: Record, seen: Seen) -> list[str]:
    """All that should not be, in words."""
    found = [f"dead letter: {letter}" for letter in seen.dead] + [f"alarm: {alarm}" for alarm in seen.alarms]
    for reference, files in seen.cases.items():
        found += [f"{reference} {fault}" for file in files for fault in _of_file(file)]
        entered = [event for file in files for event in file.entered]
        found += [f"{reference} out of order: {line}" for line in irregular(entered)]
        found += [f"{reference} doubled: {line}" for line in doubled(files)]
    for reference, event_id in record.signals.items():
        found += [f"{reference} {fault}" for fault in _of_signal(seen.cases.get(reference, []), event_id)]
    for (reference, command), times in Counter(record.decisions).items():
        if times > 1:
            found.append(f"{reference} acknowledged decision {command} was lost: it was acknowledged {times} times")
        done = [what for file in seen.cases.get(reference, []) for _, what in file.story if what == command]
        if len(done) != 1:
            found.append(f"{reference} acknowledged decision {command} stands {len(done)} times")
    for reference in record.signals.keys() - record.left:
        found += [f"{reference} {fault}" for fault in _of_closed(seen, reference)]
    return found


def _of_file(file: Kept) -> list[str]:
    found = [f"{file.name} has an alarm: {alarm}" for alarm in file.alarms]
    if file.running and not (file.owner and file.deadline):
        found.append(f"{file.name} is open in {file.phase} without a next step")
    return found


def _of_signal(files: list[Kept], event_id: str | None) -> list[str]:
    """The acknowledged signal itself; of one that the staff reported the receipt is known, and not the id."""
    opening = [event for file in files if file.kind == "signal" for event in file.entered if event.name == OPENED]
    if not opening:
        return ["acknowledged signal is lost"]
    if len(opening) > 1 or event_id not in {None, opening[0].id}:
        return [f"acknowledged signal {event_id} came as {[event.id for event in opening]}"]
    return []


def _of_closed(seen: Seen, reference: str) -> list[str]:
    """A case that was played to its end."""
    files = [file for file in seen.cases.get(reference, []) if file.of_the_case]
    found = [f"{file.name} is not closed: {file.phase}" for file in files if file.running or file.phase != "closed"]
    if sorted(file.kind for file in files) != list(KINDS):
        found.append(f"has the files {[file.name for file in files]}")
    heard = Counter(event.name for file in files for event in file.entered)
    wanted = Counter(NO_CONSENT)
    found += [
        f"{name} entered {heard[name]} times, not {wanted[name]}"
        for name in sorted(heard | wanted)
        if heard[name] != wanted[name]
    ]
    if seen.registered.get(reference) != (1, ("no_help_wanted",)):
        found.append(f"the register has {seen.registered.get(reference)}")
    return found


def doubled(files: Iterable[Kept]) -> list[str]:
    """Events that a file's story tells more often than they were sent: what came again must change nothing."""
    found: list[str] = []
    for file in files:
        sent = Counter((event.line.split("/")[0], snake(event.name)) for event in file.entered)
        told = Counter(line for line in file.story if line in sent)
        found += [f"{file.name}: {what} of {who}" for (who, what), times in told.items() if times > sent[who, what]]
    return found


def irregular(entered: Iterable[Entered]) -> list[str]:
    """Lines whose numbers have a gap or stand twice, and events that were taken twice."""
    lines: defaultdict[str, list[int]] = defaultdict(list)
    ids: Counter[tuple[str, str]] = Counter()
    for event in entered:
        lines[f"{event.file} from {event.line}"].append(event.sequence)
        ids[event.file, event.id] += 1
    wrong = [f"{line}: {numbers}" for line, numbers in lines.items() if sorted(numbers) != list(range(1, len(numbers) + 1))]
    return wrong + sorted(f"{file}: {id_} twice" for (file, id_), times in ids.items() if times > 1)
