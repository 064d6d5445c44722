"""What a case itself hears: that the desk asks us to take it, and that another has it. And what follows from its parts."""

from typing import Any

from temporalio import workflow

from contracts.agencies import Party
from contracts.clocks import Duration
from contracts.events.registrations import RegistrationAmended
from contracts.events.signals import CaseProgressed, CaseStalled, CaseWithdrawn, SignalAmended, SignalRouted
from contracts.services import ADULTS_ONLY
from contracts.views import ContentPart
from contracts.words import CaseOutcome, FactSource, Recall, SignalStatus
from workflows.case.consent_rules import does_not_count
from workflows.case.consents import Consents
from workflows.case.danger import Dangers
from workflows.case.facts import Facts
from workflows.case.minor_answers import MinorAnswers
from workflows.case.referral_table import Referral
from workflows.case.registering import Registers
from workflows.case.riec_way import SharesWithRiec
from workflows.case.stays import Stays
from workflows.case.table import Phase
from workflows.engine.admission import hears
from workflows.engine.content import Said, told, told_often
from workflows.engine.record import Received
from workflows.engine.track import Track

WITHOUT_CONSENT = "the danger is over and help goes on without consent: ask the person, and record_consent"
MISSING_IN_DANGER = "a person in danger is missing: call 112; then ask_search, or call_police where no police was told yet"
AMONG_ADULTS = "a shelter for adults helps somebody who counts as under 18: decide with child protection where they go"
CONSENT_OF_A_CHILD = "at this age the consent that was recorded does not count: ask whoever must give it, and record_consent"
ASK_ANEW = "this person is an adult now: ask anew for each consent, and record_consent"
ADDED = "the reporter added to the signal: read what, in the content of this case"
BECAME_CRISIS = "the reporter says that this is a crisis now: read what was added to the signal, and act"
HELPING = {Referral.WITH_AID, Referral.LEAVING}
"""Where an organisation answers for the person."""


class CaseLetters(Consents, Facts, MinorAnswers, Dangers, Registers, SharesWithRiec, Stays):
    """The part of a case that listens."""

    @property
    def them(self) -> Party | None:
        """The desk."""
        return self.file.desk

    @property
    def responsible(self) -> Party:
        """The coordinator, until an aid organisation reports first contact."""
        return self.file.responsible or self.file.me

    def parts(self) -> list[ContentPart]:
        """What was reported, who the person is and needs, what was asked of whom."""
        reported = {"signal": self.file.signal, "care_region": self.file.region, "reported_by": self.file.reported_by}
        return [
            *told(self.file, "signal_routed", self.file.desk, reported if self.file.signal else None),
            *told_often(self.file, "signal_amended", self._amended()),
            *told(self.file, "record_intake", self.file.me, self.file.intake),
            *super().parts(),
        ]

    def _amended(self) -> list[tuple[str, Said]]:
        desk = self.file.desk
        return [(desk.slug, {"supplement": one}) for one in self.file.supplements] if desk else []

    def beginnings(self) -> dict[str, dict[str, Any]]:
        """The intake begins with what was reported of the person."""
        person = self.file.signal.person.model_dump(mode="json", exclude_none=True) if self.file.signal else {}
        return {"record_intake": {"person": person}} if person and self.phase == Phase.INTAKE else {}

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
        if self.phase != Phase.OFFERED:
            self.learn_from(received.event.supplement.person, FactSource.REPORTER)
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

    # What follows from moves of its parts, as ``effects`` says

    def help_has_begun(self, track: Track) -> None:
        """Responsibility moves to whoever has met the person, and the reporter hears that help is there."""
        self.file.responsible, self.file.met = track.them, True
        self.tell(self.file.desk, CaseProgressed(status=SignalStatus.WITH_AID))

    def help_has_ended(self, track: Track) -> None:
        """Responsibility comes back; a case that only waited for this is closed."""
        self.hand_back(track)
        self.settle_if_all_is_told(track)

    def hand_back(self, _: Track) -> None:
        """Somebody helps no longer: whoever else helps answers for the person, or we do."""
        helping = [home.organisation for home in self.file.referrals if home.progress and home.progress.phase in HELPING]
        kept = [party for party in helping if party is not None]
        if self.file.responsible not in kept:
            self.file.responsible = kept[-1] if kept else None

    def person_is_missing(self, track: Track) -> None:
        """Whoever helped does not know where the person is: we answer for them again, and look."""
        self.hand_back(track)
        self.file.met = self.file.responsible is not None
        if self.table.targets(self.phase, "ClientMissing"):
            self.file.lost_from = Phase(self.phase)
            self.move("ClientMissing")
        if self.open_danger:
            self.alarm(MISSING_IN_DANGER)

    def person_is_found(self, track: Track) -> None:
        """Whoever helps answers for the person again, and the case goes on where it was."""
        self.file.responsible, self.file.met = track.them, True
        if self.phase == Phase.LOST:
            self.move("ClientFound", self.where_found)

    def danger_has_ended(self, track: Track) -> None:
        """With it ends the vital interest: offers are taken back, and consent is asked for help that runs; nobody is put out."""
        if not self.file.may_refer:
            self.take_offers_back(Recall.GROUND_ENDED)
            if self.is_helped:
                self.alarm(WITHOUT_CONSENT)
        self.settle_if_all_is_told(track)

    def child_has_appeared(self, _: Track) -> None:
        """What is for adults only is offered no more; help that runs goes on until a person decides, and consent is looked at."""
        self.take_offers_back(Recall.UNDER_18, ADULTS_ONLY)
        if any(home.phase == Referral.WITH_AID and home.file.need.service in ADULTS_ONLY for home in self.referrals):
            self.alarm(AMONG_ADULTS)
        consent = self.file.consent
        if consent is not None and does_not_count(self.file, self.age, consent):
            self.alarm(CONSENT_OF_A_CHILD)

    def child_is_seen_to(self, track: Track) -> None:
        """Whoever must protect the child knows of it: a case that only waited for this is closed."""
        if self.phase == Phase.CLOSING:
            self.child_is_left()
        self.settle_if_all_is_told(track)

    def child_is_adult(self, track: Track) -> None:
        """What was consented to for a child is asked of the adult."""
        if self.file.consent is not None and any(self.file.consent.said.values()):
            self.alarm(ASK_ANEW)
        self.settle_if_all_is_told(track)

    def nobody_could_help(self, _: Track) -> None:
        """The person could not be placed: the register counts it."""
        self.tell(self.registry, RegistrationAmended(not_placed=self.file.not_placed))

    def settle_if_all_is_told(self, _: Track) -> None:
        """A case that only waited for a confirmation is closed."""
        if self.phase == self.reading == Phase.CLOSING and self.is_settled:
            self.move("settle")

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left: the registration is confirmed, it is known where everybody goes, and nobody is in danger."""
        return self.is_counted and self.nobody_leaves and self.keeps_open() is None
