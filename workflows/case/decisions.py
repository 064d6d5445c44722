"""What people decide of a case itself: each a sentence, possible when the table and the rules say so."""

from temporalio import workflow

from contracts.commands import (
    AcceptCase,
    CloseUnconfirmed,
    ConcludeCase,
    DeclineCase,
    FindPerson,
    RecordContact,
    RecordIntake,
    RecordTriage,
    StartAftercare,
)
from contracts.profile import AgeBand
from contracts.words import CaseOutcome, FactSource, Finding
from workflows.case.letters import CaseLetters
from workflows.case.referral_table import Referral
from workflows.case.table import Phase
from workflows.engine.admission import command
from workflows.engine.calendar import due

AFTER_TRIAGE = {
    Finding.PRESUMED_VICTIM: Phase.INTAKE,
    Finding.UNCLEAR: Phase.TALK,
    Finding.OTHER_HARM: Phase.INTAKE,
    Finding.NO_VICTIM: Phase.CLOSING,
}
AFTER_INTAKE = {True: Phase.PLANNING, False: Phase.WAITING, None: Phase.CONSENT}
"""By what the person said of help so far."""

UNTIL_INTAKE = {Phase.TRIAGE, Phase.TALK, Phase.INTAKE}
"""Where a finding leads on."""


def _help_goes_on(self: "CaseDecisions") -> str | None:
    """Aftercare follows help: nobody is asked any more, and nobody helps."""
    asked = [referral.them.slug for referral in self.referrals if referral.phase != Referral.NOT_PLACED and referral.them]
    if not asked:
        return None
    return f"help is still asked of, or runs at, {', '.join(asked)}: aftercare begins when that has ended"


def _outcome_fits(self: "CaseDecisions", order: ConcludeCase) -> str | None:
    """Help that runs is not cut off, and who is out of sight is looked for."""
    if order.outcome is not CaseOutcome.OUT_OF_SIGHT:
        return _help_runs(self)
    if self.phase != Phase.LOST:
        return None
    until = due(self.progress.since, self.file.clocks.out_of_sight, self.file.me.hours)
    looked_for = f"the person is looked for until {until:%Y-%m-%d %H:%M} UTC; the case may end as out of sight after that"
    return None if workflow.now() >= until else looked_for


def _finding_fits(self: "CaseDecisions", order: RecordTriage) -> str | None:
    """Help that runs is not cut off."""
    return self.keeps_open() or _help_runs(self) if order.finding is Finding.NO_VICTIM else None


def _age_fits(self: "CaseDecisions", order: RecordIntake) -> str | None:
    return self.adult_in_passing(order.age)


def _help_runs(self: "CaseDecisions") -> str | None:
    running = [referral.them.slug for referral in self.referrals if referral.phase == Referral.WITH_AID and referral.them]
    if not running:
        return None
    return f"help still runs at {', '.join(running)}: wait until they complete it, or record that consent was withdrawn"


class CaseDecisions(CaseLetters):
    """The part of a case that people decide."""

    @command()
    def accept_case(self, _: AcceptCase) -> None:
        """Take the case."""
        self.move("accept_case")
        for told in (self.file.signal, *self.file.supplements):
            if told is not None:
                self.learn_from(told.person, FactSource.REPORTER)

    @command()
    def decline_case(self, order: DeclineCase) -> None:
        """Do not take the case; the desk looks further at once, and nothing of the person stays here."""
        self.file.not_ours, self.file.stays_in = order.reason, order.municipality
        self.file.outcome = CaseOutcome.NOT_OURS
        self.file.forget()
        self.move("decline_case")

    @command(check=_finding_fits)
    def record_triage(self, order: RecordTriage) -> None:
        """Record what triage or the talk found, or what is known now: a finding may be revised as long as the case is open."""
        self.file.finding = order.finding
        if order.finding is Finding.NO_VICTIM:
            self.file.outcome = CaseOutcome.NO_VICTIM
        first = order.finding is Finding.NO_VICTIM or self.phase in UNTIL_INTAKE
        self.move("record_triage", AFTER_TRIAGE[order.finding] if first else self.phase)

    @command(check=_age_fits)
    def record_intake(self, order: RecordIntake) -> None:
        """Record the intake."""
        self.file.intake = order
        before = order.age is AgeBand.UNKNOWN  # an intake of before says under 16 at most
        if order.told_age is not AgeBand.UNKNOWN and (not before or workflow.patched("a-child-is-a-part-of-the-case")):
            self.learn(order.told_age, FactSource.INTAKE)
        self.learn_from(order.person, FactSource.INTAKE)
        help_wanted = self.file.consent.help if self.file.consent else None
        helped = help_wanted and self.is_helped
        self.move("record_intake", Phase.IN_CARE if helped else AFTER_INTAKE[help_wanted])

    @command()
    def record_contact(self, _: RecordContact) -> None:
        """In touch with somebody who wants no help now: the clock begins anew."""
        self.move("record_contact", anew=True)

    @command()
    def find_person(self, _: FindPerson) -> None:
        """The person was found again."""
        self.move("find_person", self.where_found)

    @command(bar=_help_goes_on)
    def start_aftercare(self, _: StartAftercare) -> None:
        """Help has ended; keep in touch."""
        self.move("start_aftercare")

    @command(bar=CaseLetters.keeps_open, check=_outcome_fits)
    def conclude_case(self, order: ConcludeCase) -> None:
        """End the case with an outcome; open offers are recalled."""
        self.file.outcome = order.outcome
        self.move("conclude_case")

    @command(bar=CaseLetters.keeps_open)
    def close_unconfirmed(self, _: CloseUnconfirmed) -> None:
        """Close although the registry has not confirmed."""
        self.move("close_unconfirmed")
