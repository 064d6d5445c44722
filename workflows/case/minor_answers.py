"""What child protection answers a case about a child: each answer is about one report, and only that of the last one moves it."""

from contracts.events.children import ChildAssessed, ChildDeclined, GuardianNamed, GuardingEnded
from contracts.profile import AgeBand
from contracts.words import ChildAssessment, FactSource, GuardingOutcome
from workflows.case.minor import Minors, MinorTrack
from workflows.case.minor_table import Minor
from workflows.engine.admission import hears
from workflows.engine.record import Received
from workflows.engine.track import Track

Answer = Received[ChildAssessed] | Received[ChildDeclined] | Received[GuardianNamed] | Received[GuardingEnded]

DECLINED = "child protection does not take the report of a child: read why, and notify_child_protection elsewhere now"
ENDED = "child protection guards a child no longer: read why, and notify_child_protection where nobody else protects it"

AFTER_GUARDING = {GuardingOutcome.ADULT: Minor.ADULT, GuardingOutcome.LEFT_COUNTRY: Minor.DONE}
"""Where it goes when nobody guards the child any more; otherwise the coordinator looks who does."""


def _of_report(self: "MinorAnswers", received: Answer) -> Track | None:
    """The child, from whoever was told of it; what is said of an earlier report is only noted."""
    minor = self.file.minor
    if minor is None or minor.reported.get(received.event.report) != received.sender.slug:
        return self
    return self.standing(received)


class MinorAnswers(Minors):
    """What is heard of a child."""

    def standing(self, received: Answer) -> MinorTrack | None:
        """The child, where the answer is about the report that stands."""
        track = self.open_minor
        stands = track is not None and track.minor.told is not None and track.minor.number == received.event.report
        return track if stands else None

    @hears(track=_of_report)
    def child_assessed(self, received: Received[ChildAssessed]) -> None:
        """Somebody guards the child, it is examined, or there is no need: then those who have it go on."""
        track = self.standing(received)
        if track is None:
            return
        examined = received.event.assessment is ChildAssessment.EXAMINED
        if received.event.assessment is ChildAssessment.NO_NEED:
            track.minor.told = None
        track.move("ChildAssessed", Minor.EXAMINED if examined else Minor.GUARDED)

    @hears(track=_of_report)
    def child_declined(self, received: Received[ChildDeclined]) -> None:
        """It is not for them: a person turns to another agency at once."""
        track = self.standing(received)
        if track is not None:
            track.minor.told = None
            track.move("ChildDeclined")
            self.alarm(DECLINED)

    @hears(track=_of_report)
    def guardian_named(self, received: Received[GuardianNamed]) -> None:
        """Who may consent for the child."""
        track = self.standing(received)
        if track is not None:
            track.minor.guardian, track.minor.named_by = received.event.guardian, received.sender
            track.move("GuardianNamed")

    @hears(track=_of_report)
    def guarding_ended(self, received: Received[GuardingEnded]) -> None:
        """Nobody guards the child there any more: where it is no adult, a person looks who does."""
        track, outcome = self.standing(received), received.event.outcome
        if track is None:
            return
        track.minor.told, to = None, AFTER_GUARDING.get(outcome, Minor.UNGUARDED)
        if to is Minor.ADULT:
            self.note_adult(AgeBand.FROM_18, FactSource.CHILD_PROTECTION, received.sender.slug)
        track.move("GuardingEnded", to)
        if to is Minor.UNGUARDED:
            self.alarm(ENDED)
