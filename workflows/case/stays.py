"""The part of a case that hears how somebody's stay at an aid organisation goes, beside whether the help is completed."""

from contracts.events.referrals import ReferralEnded
from workflows.case.help import Helps, about
from workflows.engine.admission import hears
from workflows.engine.record import Received

NO_BED = "a shelter let a person go who has no known place to sleep tonight: find the person and a bed, or declare_danger"


class Stays(Helps):
    """Where a person is whom an aid organisation helps."""

    @hears(track=about)
    def referral_ended(self, received: Received[ReferralEnded]) -> None:
        """Help that was taken back has ended: where no bed is known, a person here acts at once."""
        if self.answered(received.event.referral, "ReferralEnded") and not received.event.destination.is_a_bed:
            self.alarm(NO_BED)
