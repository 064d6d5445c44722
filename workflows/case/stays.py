"""The part of a case that hears how somebody's stay at an aid organisation goes, beside whether the help is completed."""

from datetime import datetime

from temporalio import workflow

from contracts.events.referrals import ClientFound, ClientMissing, ReferralEnded, ReferralWaitlisted
from contracts.hours import ALWAYS
from workflows.case.help import Helps, about
from workflows.case.table import Phase
from workflows.engine.admission import hears
from workflows.engine.calendar import due
from workflows.engine.record import Received
from workflows.engine.table import State

NO_BED = "a shelter let a person go who has no known place to sleep tonight: find the person and a bed, or declare_danger"


class Stays(Helps):
    """Where a person is whom an aid organisation helps."""

    def clock_end(self, state: State) -> datetime:
        """A child that is out of sight is looked for within hours."""
        child = state.name == Phase.LOST and self.file.is_minor(workflow.now().date())
        if child and workflow.patched("a-child-out-of-sight-is-looked-for-within-hours"):
            return due(workflow.now(), self.file.clocks.lost_minor, ALWAYS)
        return super().clock_end(state)

    @hears(track=about)
    def referral_waitlisted(self, received: Received[ReferralWaitlisted]) -> None:
        """There is no place there yet; others are asked beside it."""
        referral = self.running(received.event.referral)
        if referral:
            referral.waitlisted()

    @hears(track=about)
    def client_missing(self, received: Received[ClientMissing]) -> None:
        """Whoever helps does not know where the person is; of help that was taken back the answer is still to come."""
        self.answered(received.event.referral, "ClientMissing")

    @hears(track=about)
    def client_found(self, received: Received[ClientFound]) -> None:
        """The person is back where they are helped."""
        self.answered(received.event.referral, "ClientFound")

    @hears(track=about)
    def referral_ended(self, received: Received[ReferralEnded]) -> None:
        """Help that was taken back has ended: where no bed is known, a person here acts at once."""
        if self.answered(received.event.referral, "ReferralEnded") and not received.event.destination.is_a_bed:
            self.alarm(NO_BED)
