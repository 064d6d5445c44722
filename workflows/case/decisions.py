"""What people decide in a case: each a sentence, possible when the table and the rules say so."""

from temporalio import workflow

from contracts.commands import (
    AcceptCase,
    AskPrivacyCheck,
    CloseUnconfirmed,
    ConcludeCase,
    DeclineCase,
    FindPerson,
    GiveUp,
    OfferAgain,
    OfferHelp,
    RecordConsent,
    RecordIntake,
    RecordTriage,
    StartAftercare,
    WithdrawConsent,
)
from contracts.words import CaseOutcome, Finding, Recall, Urgency
from workflows.case import rules
from workflows.case.care_tracks import RiecWay
from workflows.case.consents import note_given, note_withdrawn
from workflows.case.file import ReferralFile, SharingFile
from workflows.case.help import AidReferral
from workflows.case.letters import CaseLetters
from workflows.case.table import Phase
from workflows.engine.admission import command
from workflows.engine.track import Track

AFTER_TRIAGE = {
    Finding.PRESUMED_VICTIM: Phase.INTAKE,
    Finding.UNCLEAR: Phase.TALK,
    Finding.NO_VICTIM: Phase.CLOSING,
}


def _numbered(self: "CaseDecisions", order: OfferAgain | GiveUp) -> Track | None:
    home = self.numbered(order.referral)
    return AidReferral(self, home) if home else None


class CaseDecisions(CaseLetters):
    """The part of a case that people decide."""

    @command()
    def accept_case(self, _: AcceptCase) -> None:
        """Take the case."""
        self.move("accept_case")

    @command()
    def decline_case(self, order: DeclineCase) -> None:
        """Do not take the case; the desk looks further at once, and nothing of the person stays here."""
        self.file.not_ours, self.file.stays_in = order.reason, order.municipality
        self.file.outcome = CaseOutcome.NOT_OURS
        self.file.forget()
        self.move("decline_case")

    @command()
    def record_triage(self, order: RecordTriage) -> None:
        """Record what triage, or the talk, found."""
        self.file.finding = order.finding
        if order.finding is Finding.NO_VICTIM:
            self.file.outcome = CaseOutcome.NO_VICTIM
        self.move("record_triage", AFTER_TRIAGE[order.finding])

    @command()
    def record_intake(self, order: RecordIntake) -> None:
        """Record the intake."""
        self.file.intake = order
        self.move("record_intake")

    @command(check=rules.consent_is_valid)
    def record_consent(self, order: RecordConsent) -> None:
        """Record consent per purpose; no consent to help ends the case, registered anonymously."""
        note_given(self.file, order, workflow.now())
        self.file.consent = order
        if not order.help:
            self.file.outcome = CaseOutcome.NO_CONSENT
        self.move("record_consent", Phase.PLANNING if order.help else Phase.CLOSING)

    @command(bar=rules.nothing_was_given, check=rules.something_to_withdraw)
    def withdraw_consent(self, order: WithdrawConsent) -> None:
        """The person takes consent back: what was offered on it is recalled."""
        given = self.file.consent
        if given is not None:
            taken = rules.taken_back(given, order)
            for consent in taken:
                note_withdrawn(self.file, consent, workflow.now())
            self.file.consent = given.model_copy(update=dict.fromkeys(taken, False))
            for consent in taken:
                self.ask_back(consent)
        if not self.file.may_refer:
            for referral in self.referrals:
                referral.recall(Recall.CONSENT_WITHDRAWN)
        self.move("withdraw_consent", self.phase if self.file.may_refer else Phase.CONSENT)

    @command(bar=rules.nobody_can_be_asked, check=rules.help_can_be_asked)
    def offer_help(self, order: OfferHelp) -> None:
        """Ask aid organisations, in this order."""
        number = len(self.file.referrals) + 1
        need = order.need.model_copy(update={"urgency": Urgency.CRISIS}) if self._asks_in_crisis() else order.need
        home = ReferralFile(number=number, need=need, queue=rules.parties(self, order.organisations))
        self.file.referrals.append(home)
        AidReferral.begin(self, home)
        self.move("offer_help")

    def _asks_in_crisis(self) -> bool:
        return self.in_crisis and workflow.patched("a-crisis-has-clocks-of-its-own")

    @command()
    def find_person(self, _: FindPerson) -> None:
        """The person was found again."""
        self.move("find_person")

    @command(track=_numbered, check=rules.help_can_be_asked_again)
    def offer_again(self, order: OfferAgain) -> None:
        """Ask further organisations where nobody could place the person."""
        home = self.numbered(order.referral)
        if home is not None:
            AidReferral(self, home).offer_again(rules.parties(self, order.organisations))

    @command(track=_numbered, check=rules.request_exists)
    def give_up(self, order: GiveUp) -> None:
        """Stop asking; it stays counted as not placed."""
        home = self.numbered(order.referral)
        if home is not None:
            AidReferral(self, home).move("give_up")

    @command(bar=rules.riec_may_not_hear, check=rules.a_riec_covers_the_place)
    def ask_privacy_check(self, order: AskPrivacyCheck) -> None:
        """Ask the municipality's privacy officer to bring an observation to the RIEC."""
        if self.file.care is not None and self.file.care.municipality is not None:
            self.file.sharing = SharingFile(municipality=self.file.care.municipality, observation=order.observation)
            RiecWay.begin(self, self.file.sharing)
        self.move("ask_privacy_check")

    @command(bar=rules.help_goes_on)
    def start_aftercare(self, _: StartAftercare) -> None:
        """Help has ended; keep in touch."""
        self.move("start_aftercare")

    @command(check=rules.outcome_fits)
    def conclude_case(self, order: ConcludeCase) -> None:
        """End the case with an outcome; open offers are recalled."""
        self.file.outcome = order.outcome
        self.move("conclude_case")

    @command()
    def close_unconfirmed(self, _: CloseUnconfirmed) -> None:
        """Close although the registry has not confirmed."""
        self.move("close_unconfirmed")
