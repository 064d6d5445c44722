"""The part of a case that keeps what the person consents to, each purpose for itself."""

from collections.abc import Sequence
from typing import Any

from temporalio import workflow

from contracts.commands import RecordConsent, WithdrawConsent
from contracts.events.erasures import ConsentWithdrawn
from contracts.views import ConsentView, ContentPart
from contracts.words import CaseOutcome, ConsentTo, Ground, Recall
from workflows.case.consent_rules import does_not_count
from workflows.case.ledger import consents_of, note_said, note_withdrawn
from workflows.case.part import CasePart
from workflows.case.table import Phase
from workflows.engine.admission import command
from workflows.engine.content import told

TO_HELP = {Phase.CONSENT, Phase.PLANNING, Phase.IN_CARE}
"""Where help is asked, or is next."""

NOTHING_TAKEN_BACK = "nothing is taken back by this: choose at least one consent that was given"


def _is_valid(self: "Consents", order: RecordConsent) -> str | None:
    """By the age of the person, and who may speak for a child."""
    return does_not_count(self.file, self.age, order)


def _nothing_was_given(self: "Consents") -> str | None:
    """Only what was given can be withdrawn."""
    given = self.file.consent is not None and any(self.file.consent.said.values())
    return None if given else "no consent has been recorded yet; record it as not given instead"


def _something_to_withdraw(self: "Consents", order: WithdrawConsent) -> str | None:
    """A withdrawal says what, of that which was given."""
    return None if self.file.consent and _taken_back(self.file.consent, order) else NOTHING_TAKEN_BACK


def _taken_back(given: RecordConsent, order: WithdrawConsent) -> list[ConsentTo]:
    """What was given and is withdrawn."""
    return [consent for consent in ConsentTo if getattr(order, consent) and getattr(given, consent)]


def _with(before: RecordConsent, order: RecordConsent) -> dict[str, Any]:
    """What changes of what holds: of a purpose that is left out nothing, and who says it and how is that of now."""
    said = {"by": order.given_by, "because": order.because, "by_guardian": order.by_guardian}
    return {**order.said, **said, "written": order.written or before.written}


class Consents(CasePart):
    """What the person says, and what is taken back when they take it back."""

    @property
    def consents(self) -> tuple[ConsentView, ...]:
        """Each purpose for itself, with when it was given and taken back."""
        return consents_of(self.file)

    def parts(self) -> list[ContentPart]:
        """Why somebody from 12 to 15 consents alone."""
        because = self.file.consent.because if self.file.consent else None
        return [*super().parts(), *told(self.file, "record_consent", self.file.me, {"because": because} if because else None)]

    def holds(self, ground: Ground, consent: ConsentTo | None) -> bool:
        """Consent is kept here, each purpose for itself."""
        if ground is Ground.CONSENT:
            return self.file.consent is not None and consent is not None and bool(getattr(self.file.consent, consent))
        return super().holds(ground, consent)

    @command(check=_is_valid)
    def record_consent(self, order: RecordConsent) -> None:
        """Record what the person says of each purpose. No to help does not end the case: the coordinator stays in touch."""
        before = self.file.consent
        note_said(self.file, order, workflow.now())
        self.file.consent = order if before is None else before.model_copy(update=_with(before, order))
        if order.help is False and not workflow.patched("no-to-help-is-not-the-end"):
            self.file.outcome = CaseOutcome.NO_CONSENT
            self.move("record_consent", Phase.CLOSING)
            return
        self._taken_back([purpose for purpose, yes in order.said.items() if not yes and before and getattr(before, purpose)])
        self.consent_was_recorded()
        self.move("record_consent", self._where_now())

    @command(bar=_nothing_was_given, check=_something_to_withdraw)
    def withdraw_consent(self, order: WithdrawConsent) -> None:
        """The person takes consent back: what was offered on it is recalled."""
        given = self.file.consent
        if given is not None:
            taken = _taken_back(given, order)
            for consent in taken:
                note_withdrawn(self.file, consent, workflow.now())
            self.file.consent = given.model_copy(update=dict.fromkeys(taken, False))
            self._taken_back(taken)
        stays = self.file.may_refer or workflow.patched("no-to-help-is-not-the-end")
        self.move("withdraw_consent", self._where_now() if stays else Phase.CONSENT)

    def _taken_back(self, consents: Sequence[ConsentTo]) -> None:
        """What was shared on them is recalled: from whoever was told, with a receipt."""
        for consent in consents:
            told = self.told_on(consent)
            if told:
                self.tell(self.file.me, ConsentWithdrawn(consent=consent, told=tuple(told)))
        if not self.file.may_refer:
            self.take_help_back(Recall.CONSENT_WITHDRAWN)

    @property
    def where_found(self) -> Phase:
        """Where the case was, as what the person says of help leads on from there."""
        return self._where_now(self.file.lost_from) if self.file.lost_from else Phase.IN_CARE

    def _where_now(self, before: Phase | None = None) -> Phase:
        """Yes to help leads to it; no leads to waiting, where help was asked or was about to be."""
        phase, help_wanted = before or Phase(self.phase), self.file.consent.help if self.file.consent else None
        if help_wanted is False and phase in TO_HELP:
            return Phase.WAITING
        if help_wanted and phase in {Phase.CONSENT, Phase.WAITING}:
            return Phase.IN_CARE if self.is_helped else Phase.PLANNING
        return phase
