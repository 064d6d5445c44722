"""What the parts of a case share; they know each other through this and through ``effects`` only."""

from temporalio import workflow

from contracts.agencies import Party
from contracts.event import File
from contracts.profile import AgeBand
from contracts.views import ContentPart
from contracts.words import ConsentTo, Ground, Recall, Urgency
from workflows.case.effects import effects_of
from workflows.case.file import CaseFile
from workflows.case.table import CASE, Phase
from workflows.engine.process import Process
from workflows.engine.track import Track

NOT_READ = "the directory has not been read yet: try again in a moment"


class CasePart(Process[CaseFile]):
    """A part says what of it is open, what it holds inside and whom it told; each adds to what the parts before it say."""

    table = CASE
    system = File.CASE
    file_type = CaseFile

    @property
    def tracks(self) -> list[Track]:
        """What runs inside the case and is open."""
        return []

    def parts(self) -> list[ContentPart]:
        """What the case holds inside, in the order in which it comes to it."""
        return []

    def told_on(self, consent: ConsentTo) -> list[str]:  # noqa: ARG002 - each part answers for the consents that it shares on
        """Slugs of the agencies that were told something on a consent."""
        return []

    def consent_was_recorded(self) -> None:
        """The person has said something of a purpose."""

    def age_was_told(self) -> None:
        """Somebody has said something of the person's age."""

    @property
    def age(self) -> AgeBand:
        """What is known of the person's age now."""
        return self.file.age_on(workflow.now().date())

    def holds(self, ground: Ground, consent: ConsentTo | None) -> bool:  # noqa: ARG002 - the parts know of consent and danger
        """A legal task always; what else makes up for it, parts say."""
        return ground is Ground.LEGAL_TASK

    def keeps_open(self) -> str | None:
        """Why the case cannot end now, in words."""
        return None

    @property
    def is_child(self) -> bool:
        """Whether the person counts as under 18, and the case follows who protects them."""
        return False

    @property
    def is_helped(self) -> bool:
        """Whether help is asked, or runs."""
        return False

    def take_help_back(self, reason: Recall) -> None:
        """Whatever is offered is recalled."""

    @property
    def where_found(self) -> Phase:
        """Where a case goes on whose person was out of sight."""
        return Phase.IN_CARE

    @property
    def registry(self) -> Party | None:
        """CoMensha."""
        return self.file.care.registry if self.file.care else None

    @property
    def in_crisis(self) -> bool:
        """From a signal that says so, until somebody helps the person."""
        return self.file.urgency is Urgency.CRISIS and not self.file.met

    def reached(self, track: Track, trigger: str, to: str) -> None:
        """A track of a part moved: do what follows from that in other parts."""
        for effect in effects_of(track.table.name, trigger, to):
            getattr(self, effect)(track)
