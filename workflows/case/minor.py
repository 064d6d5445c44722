"""The part of a case in which a child is protected: who may be under 18 is told to child protection, until somebody guards it."""

from temporalio import workflow

from contracts.agencies import Party
from contracts.ages import UNDER_18
from contracts.commands import NotifyChildProtection, RecordAdult
from contracts.events.children import ChildRecalled, ChildReported
from contracts.profile import AgeBand
from contracts.views import ContentPart
from contracts.words import ChildDuty, ChildRecall, FactSource, Urgency
from workflows.case.effects import Effects, PartTrack
from workflows.case.file import FactFile, MinorFile
from workflows.case.minor_table import MINOR, Minor
from workflows.case.part import NOT_READ, CasePart
from workflows.case.table import BEFORE_LOST, Phase
from workflows.engine.admission import command
from workflows.engine.content import told_often
from workflows.engine.track import Track

STILL = "a child has nobody who protects it yet: notify_child_protection and wait for its answer, or record_adult"
NOBODY = (
    "no agency of child protection takes part here: call Veilig Thuis (0800-2000), "
    "and set `outside` when somebody protects the child"
)

SEEN_TO = {Minor.EXAMINED, Minor.GUARDED}
"""Where a case may end: whoever must protect the child knows of it."""

UNDER_WAY = {*BEFORE_LOST, Phase.LOST, Phase.AFTERCARE}
"""Where a case is ours, and does not end yet."""


class MinorTrack(PartTrack):
    """A child that needs somebody who protects and represents it."""

    table = MINOR

    def __init__(self, case: Effects, home: MinorFile) -> None:
        self.minor = home
        super().__init__(case, home)

    @property
    def them(self) -> Party | None:
        """The agency of child protection that was told; none where it found no need, or was told outside of Keten."""
        return self.minor.told

    @property
    def in_crisis(self) -> bool:
        """As the case."""
        return self.case.in_crisis


def _open(self: "Minors", _: object) -> Track | None:
    return self.open_minor or self


def _agencies(self: "Minors") -> list[Party]:
    """Those of the place, who assess first."""
    protection = self.file.care.protection if self.file.care else None
    known = protection.child_protection if protection else ()
    return [found.party for found in sorted(known, key=lambda found: found.duty is not ChildDuty.ADVICE)]


def _is_read(self: "Minors") -> str | None:
    return NOT_READ if self.file.care is None or self.file.care.protection is None else None


def _can_be_told(self: "Minors", order: NotifyChildProtection) -> str | None:
    """The one that is named takes part here; nobody is told outside of Keten where somebody does."""
    known = [party.slug for party in _agencies(self)]
    if not known:
        return None if order.outside else NOBODY
    if order.outside:
        return f"child protection takes part here: leave `outside` out, and tell one of {', '.join(known)}"
    if order.to is None or order.to in known:
        return None
    return f"{order.to} cannot be told of a child here; these can: {', '.join(known)}"


class Minors(CasePart):
    """Whoever may be under 18 has somebody who protects them before the case can end."""

    @property
    def open_minor(self) -> MinorTrack | None:
        """The child, as long as the case follows who protects it."""
        track = MinorTrack(self, self.file.minor) if self.file.minor else None
        return track if track is not None and track.state is not None else None

    @property
    def is_child(self) -> bool:
        """While the part is open."""
        return self.open_minor is not None

    @property
    def is_child_of_before(self) -> bool:
        """Whether a case under way knows of a child, from when nobody followed who protects it."""
        return self.file.minor is None and self.phase in UNDER_WAY and self.age in UNDER_18

    @property
    def tracks(self) -> list[Track]:
        """The child, while the part is open."""
        return [*super().tracks, *([self.open_minor] if self.open_minor else [])]

    def parts(self) -> list[ContentPart]:
        """Why child protection was told, and who guards the child."""
        minor = self.file.minor or MinorFile()
        accounts = [(self.file.me.slug, {"account": account}) for account in minor.accounts]
        named = [(minor.named_by.slug, {"guardian": minor.guardian})] if minor.named_by else []
        reported = told_often(self.file, "notify_child_protection", accounts)
        return [*super().parts(), *reported, *told_often(self.file, "guardian_named", named)]

    def keeps_open(self) -> str | None:
        """Nobody is left without protection."""
        waits = self.open_minor is not None and self.open_minor.phase not in SEEN_TO
        return STILL if waits else super().keeps_open()

    def age_was_told(self) -> None:
        """The part begins when somebody may be under 18."""
        super().age_was_told()
        if self.age in UNDER_18 and self.open_minor is None:
            self.file.minor = self.file.minor or MinorFile()
            self.file.minor.progress = self.file.minor.told = None
            track = MinorTrack(self, self.file.minor)
            self.reached(track, "", track.phase)

    def child_is_left(self) -> None:
        """The case ends: whoever protects the child goes on, and hears that nobody coordinates any more."""
        track = self.open_minor
        if track is not None and track.phase in SEEN_TO:
            self._recall(track, ChildRecall.CASE_CLOSED)
            track.move("close")

    @command(track=_open, bar=_is_read, check=_can_be_told)
    def notify_child_protection(self, order: NotifyChildProtection) -> None:
        """Tell child protection of the child; where none takes part, record that it was told outside of Keten and protects."""
        track = self.open_minor
        if track is None:
            return
        track.minor.accounts.append(order.account)
        self._recall(track, ChildRecall.REPORTED_ELSEWHERE)
        if order.outside:
            track.move("notify_child_protection", Minor.GUARDED)
            return
        agencies = _agencies(self)
        told = next((party for party in agencies if party.slug == order.to), agencies[0])
        track.minor.told, track.minor.number = told, len(track.minor.reported) + 1
        track.minor.reported[track.minor.number] = told.slug
        track.move("notify_child_protection", Minor.NOTIFIED)
        urgency = Urgency.CRISIS if self.in_crisis else Urgency.NORMAL
        report = ChildReported(report=track.minor.number, urgency=urgency, person=self.file.person, account=order.account)
        self.tell(told, report)

    @command(track=_open)
    def record_adult(self, order: RecordAdult) -> None:
        """Record that the person is 18 or older, and from where that is known."""
        track = self.open_minor
        if track is not None:
            self.note_adult(order.age, order.source, self.file.me.slug)
            self._recall(track, ChildRecall.ADULT)
            track.move("record_adult")

    def note_adult(self, age: AgeBand, source: FactSource, by: str) -> None:
        """Keep beside what was known before that the person is an adult."""
        self.file.facts.append(FactFile(at=workflow.now(), who=by, source=source, age=age))

    def _recall(self, track: MinorTrack, reason: ChildRecall) -> None:
        """Whoever was told hears that this report stands no more."""
        told, track.minor.told = track.minor.told, None
        if told is not None:
            self.tell(told, ChildRecalled(report=track.minor.number, reason=reason))
