"""The part of a case that keeps what the person consents to, each purpose for itself."""

from temporalio import workflow

from contracts.commands import RecordConsent, WithdrawConsent
from contracts.events.erasures import ConsentWithdrawn
from contracts.views import ConsentView
from contracts.words import CaseOutcome, ConsentTo, Ground, Recall
from workflows.case.ledger import consents_of, note_given, note_withdrawn
from workflows.case.part import CasePart
from workflows.case.table import Phase
from workflows.engine.admission import command

NOTHING_TAKEN_BACK = "nothing is taken back by this: choose at least one consent that was given"


def _is_valid(self: "Consents", order: RecordConsent) -> str | None:
    """Under 16, a parent or guardian consents."""
    gives = order.help or order.registration or order.riec
    if gives and self.file.intake is not None and self.file.intake.under_16 and not order.by_guardian:
        return "the person is under 16: a parent or guardian must consent; set `by_guardian` when they did"
    return None


def _nothing_was_given(self: "Consents") -> str | None:
    """Only what was given can be withdrawn."""
    given = self.file.consent is not None and any(getattr(self.file.consent, consent) for consent in ConsentTo)
    return None if given else "no consent has been recorded yet; record it as not given instead"


def _something_to_withdraw(self: "Consents", order: WithdrawConsent) -> str | None:
    """A withdrawal says what, of that which was given."""
    return None if self.file.consent and _taken_back(self.file.consent, order) else NOTHING_TAKEN_BACK


def _taken_back(given: RecordConsent, order: WithdrawConsent) -> list[ConsentTo]:
    """What was given and is withdrawn."""
    return [consent for consent in ConsentTo if getattr(order, consent) and getattr(given, consent)]


class Consents(CasePart):
    """What the person says, and what is taken back when they take it back."""

    @property
    def consents(self) -> tuple[ConsentView, ...]:
        """Each purpose for itself, with when it was given and taken back."""
        return consents_of(self.file)

    def holds(self, ground: Ground, consent: ConsentTo | None) -> bool:
        """Consent is kept here, each purpose for itself; nobody decides yet that a vital interest makes up for it."""
        if ground is Ground.CONSENT:
            return self.file.consent is not None and consent is not None and getattr(self.file.consent, consent)
        return ground is Ground.LEGAL_TASK

    @command(check=_is_valid)
    def record_consent(self, order: RecordConsent) -> None:
        """Record consent per purpose; no consent to help ends the case, registered anonymously."""
        note_given(self.file, order, workflow.now())
        self.file.consent = order
        if not order.help:
            self.file.outcome = CaseOutcome.NO_CONSENT
        self.move("record_consent", Phase.PLANNING if order.help else Phase.CLOSING)

    @command(bar=_nothing_was_given, check=_something_to_withdraw)
    def withdraw_consent(self, order: WithdrawConsent) -> None:
        """The person takes consent back: what was offered on it is recalled."""
        given = self.file.consent
        if given is not None:
            taken = _taken_back(given, order)
            for consent in taken:
                note_withdrawn(self.file, consent, workflow.now())
            self.file.consent = given.model_copy(update=dict.fromkeys(taken, False))
            for consent in taken:
                self.ask_back(consent)
        if not self.file.may_refer:
            self.take_help_back(Recall.CONSENT_WITHDRAWN)
        self.move("withdraw_consent", self.phase if self.file.may_refer else Phase.CONSENT)

    def ask_back(self, consent: ConsentTo) -> None:
        """What was shared on this consent is recalled: from whoever was told, with a receipt."""
        told = self.told_on(consent)
        if told:
            self.tell(self.file.me, ConsentWithdrawn(consent=consent, told=tuple(told)))
