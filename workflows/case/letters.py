"""What other agencies say to a case: the desk, aid organisations, the privacy officer, the registry."""

from typing import Any

from temporalio import workflow

from contracts.agencies import Party
from contracts.clocks import Duration
from contracts.event import File
from contracts.events.dossiers import PrivacyCheckAnswered, PrivacyCheckDecided
from contracts.events.erasures import ConsentWithdrawn
from contracts.events.referrals import (
    FirstContactMade,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralSeen,
)
from contracts.events.registrations import RegistrationAmended, RegistrationRecorded
from contracts.events.signals import CaseProgressed, CaseStalled, CaseWithdrawn, SignalAmended, SignalRouted
from contracts.views import ConsentView, ContentPart
from contracts.words import AidOutcome, CaseOutcome, ConsentTo, Ground, SignalStatus, Urgency
from workflows.case.care_tracks import Registering, RiecWay
from workflows.case.consents import consents_of
from workflows.case.content import known_of_the_person, parts_of
from workflows.case.file import CaseFile, ReferralFile
from workflows.case.help import AidReferral
from workflows.case.table import CASE, Phase, Referral
from workflows.case.table import Registering as Registered
from workflows.engine.admission import hears
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.track import Track

ADDED = "the reporter added to the signal: read what, in the content of this case"
BECAME_CRISIS = "the reporter says that this is a crisis now: read what was added to the signal, and act"
HELPING = {Referral.WITH_AID, Referral.LEAVING}
"""Where an organisation answers for the person."""


def _referral(self: "CaseLetters", received: Received[ReferralSeen]) -> Track | None:
    """The request that a letter is about; None for an earlier offer of this case, which is only noted."""
    number = received.event.referral
    home = next((home for home in self.file.referrals if home.offer == number), None)
    if home is not None:
        return AidReferral(self, home)
    earlier = any(home.asked.get(number) == received.sender.slug for home in self.file.referrals)
    return None if earlier else self


def _riec_way(self: "CaseLetters", _: object) -> Track:
    return RiecWay(self, self.file.sharing) if self.file.sharing else self


def _registering(self: "CaseLetters", _: object) -> Track:
    return Registering(self, self.file.registering) if self.file.registering else self


class CaseLetters(Process[CaseFile]):
    """The part of a case that listens."""

    table = CASE
    system = File.CASE
    file_type = CaseFile

    @property
    def them(self) -> Party | None:
        """The desk."""
        return self.file.desk

    @property
    def registry(self) -> Party | None:
        """CoMensha."""
        return self.file.care.registry if self.file.care else None

    @property
    def responsible(self) -> Party:
        """The coordinator, until an aid organisation reports first contact."""
        return self.file.responsible or self.file.me

    @property
    def referrals(self) -> list[AidReferral]:
        """Requests for help that are open."""
        return [found for found in (AidReferral(self, home) for home in self.file.referrals) if found.is_open]

    @property
    def tracks(self) -> list[Track]:
        """Everything that runs inside the case and is open."""
        smaller = [_riec_way(self, None), _registering(self, None)]
        return [*self.referrals, *(track for track in smaller if track is not self and track.state is not None)]

    @property
    def consents(self) -> tuple[ConsentView, ...]:
        """Each purpose for itself, with when it was given and taken back."""
        return consents_of(self.file)

    def parts(self) -> list[ContentPart]:
        """What was reported, who the person is and needs, what was asked of whom."""
        return parts_of(self.file)

    def beginnings(self) -> dict[str, dict[str, Any]]:
        """The intake begins with what was reported of the person."""
        known = known_of_the_person(self.file) if self.phase == Phase.INTAKE else {}
        return {"record_intake": known} if known else {}

    @property
    def in_crisis(self) -> bool:
        """From a signal that says so, until somebody helps the person."""
        return self.file.urgency is Urgency.CRISIS and not self.file.met

    @property
    def kept_for(self) -> Duration:
        """A case that we did not take is kept for the short term of an offer."""
        if self.file.not_taken and workflow.patched("a-case-that-was-not-taken-is-kept-shortly"):
            return self.file.clocks.retention_offer
        return super().kept_for

    def stands_still(self, track: Track) -> None:
        """The desk, which can find another owner, hears it of a case that is still ours to direct."""
        turn = track.turn_of
        ours = self.phase != Phase.OFFERED and self.file.outcome is not CaseOutcome.TAKEN_ELSEWHERE
        if ours and turn is not None:
            self.tell(self.file.desk, CaseStalled(waits_for=turn.kind))

    def hand_back(self) -> None:
        """Somebody helps no longer: whoever else helps answers for the person, or we do."""
        helping = [home.organisation for home in self.file.referrals if home.progress and home.progress.phase in HELPING]
        kept = [party for party in helping if party is not None]
        if self.file.responsible not in kept:
            self.file.responsible = kept[-1] if kept else None

    def holds(self, ground: Ground, consent: ConsentTo | None) -> bool:
        """Consent is kept here, each purpose for itself; nobody decides yet that a vital interest makes up for it."""
        if ground is Ground.CONSENT:
            return self.file.consent is not None and consent is not None and getattr(self.file.consent, consent)
        return ground is Ground.LEGAL_TASK

    def ask_back(self, consent: ConsentTo) -> None:
        """What was shared on this consent is recalled: from whoever was told, with a receipt."""
        told = self._told_on(consent)
        if told:
            self.tell(self.file.me, ConsentWithdrawn(consent=consent, told=tuple(told)))

    def _told_on(self, consent: ConsentTo) -> list[str]:
        if consent is ConsentTo.HELP:
            return sorted({slug for home in self.file.referrals for slug in home.asked.values()})
        if consent is ConsentTo.RIEC:
            return [self.file.sharing.municipality.slug] if self.file.sharing else []
        return [self.registry.slug] if self.registry and self.file.registering else []

    def numbered(self, number: int) -> ReferralFile | None:
        """A request for help by its number."""
        return next((home for home in self.file.referrals if home.number == number), None)

    def count_not_placed(self) -> None:
        """Nobody could place the person: the register counts it."""
        self.tell(self.registry, RegistrationAmended(not_placed=self.file.not_placed))

    @hears(anyone=True)
    def signal_routed(self, received: Received[SignalRouted]) -> None:
        """The desk asks us to take this case."""
        self.file.desk = received.sender
        self.file.signal, self.file.supplements = received.event.signal, []
        self.file.reported_by = received.event.reported_by
        self.file.region = received.event.care_region
        self.move("SignalRouted")

    @hears()
    def signal_amended(self, received: Received[SignalAmended]) -> None:
        """The reporter added to the signal: a person reads it; a crisis has its terms from this moment."""
        before = self.file.urgency
        self.file.supplements.append(received.event.supplement)
        self.move("SignalAmended", self.phase)
        if self.file.urgency is before:
            self.alarm(ADDED, told_by_others=True)
        else:
            for track in self.all_tracks():
                track.hasten()
            self.alarm(BECAME_CRISIS)

    @hears()
    def case_withdrawn(self, _: Received[CaseWithdrawn]) -> None:
        """Somebody else owns it; whoever had not taken it yet forgets what was told of the person."""
        self.file.outcome = CaseOutcome.TAKEN_ELSEWHERE
        if self.phase == Phase.OFFERED:
            self.file.forget()
        self.move("CaseWithdrawn")

    @hears(track=_referral)
    def referral_seen(self, received: Received[ReferralSeen]) -> None:
        """A human has read the offer."""
        self._running(received.event.referral, "ReferralSeen")

    @hears(track=_referral)
    def referral_accepted(self, received: Received[ReferralAccepted]) -> None:
        """An organisation will help; we stay responsible until it has met the person."""
        self._running(received.event.referral, "ReferralAccepted")

    @hears(track=_referral)
    def referral_declined(self, received: Received[ReferralDeclined]) -> None:
        """The next organisation is asked."""
        referral = self._current(received.event.referral)
        if referral:
            referral.declined()

    @hears(track=_referral)
    def first_contact_made(self, received: Received[FirstContactMade]) -> None:
        """Responsibility moves to whoever has met the person, and the reporter hears that help is there."""
        if self._running(received.event.referral, "FirstContactMade"):
            self.file.responsible, self.file.met = received.sender, True
            self.tell(self.file.desk, CaseProgressed(status=SignalStatus.WITH_AID))

    @hears(track=_referral)
    def referral_completed(self, received: Received[ReferralCompleted]) -> None:
        """Help ended: responsibility comes back, unless others help; who is out of sight is looked for at once."""
        if not self._running(received.event.referral, "ReferralCompleted"):
            return
        self.hand_back()
        lost = received.event.outcome is AidOutcome.OUT_OF_SIGHT
        if lost and self.table.targets(self.phase, "ReferralCompleted") and workflow.patched("out-of-sight-is-a-state"):
            self.file.met = self.file.responsible is not None
            self.move("ReferralCompleted")
        self._settle()

    @hears(track=_riec_way)
    def privacy_check_decided(self, received: Received[PrivacyCheckDecided]) -> None:
        """The officer decided what the RIEC gets."""
        if self.file.sharing:
            RiecWay(self, self.file.sharing).decided(brought=received.event.brought)

    @hears(track=_riec_way)
    def privacy_check_answered(self, received: Received[PrivacyCheckAnswered]) -> None:
        """The RIEC's feedback reached us."""
        if self.file.sharing:
            RiecWay(self, self.file.sharing).answered(received.event.weighing)

    @hears(track=_registering)
    def registration_recorded(self, _: Received[RegistrationRecorded]) -> None:
        """The report counts; a case that only waited for this is closed."""
        if self.file.registering:
            Registering(self, self.file.registering).move("RegistrationRecorded", Registered.RECORDED)
        self._settle()

    @property
    def is_settled(self) -> bool:
        """Whether nothing has to be confirmed any more: the registration, and where a person goes whose help was taken back."""
        registering = _registering(self, None)
        counted = registering is self or registering.state is None
        return counted and all(referral.phase != Referral.LEAVING for referral in self.referrals)

    def _settle(self) -> None:
        """A case that only waited for this is closed."""
        if self.phase == self.reading == Phase.CLOSING and self.is_settled:
            self.move("settle")

    def _current(self, number: int) -> AidReferral | None:
        home = next((home for home in self.file.referrals if home.offer == number), None)
        return AidReferral(self, home) if home else None

    def _running(self, number: int, trigger: str) -> bool:
        """Move the request that an answer is about; an answer to an earlier offer moves nothing."""
        referral = self._current(number)
        if referral:
            referral.move(trigger)
        return referral is not None
