"""Between whoever coordinates and whoever protects a child. An age that may be under 18 counts as under 18."""

from typing import ClassVar

from pydantic import Field

from contracts.bounds import Number
from contracts.event import Event, File, Rule
from contracts.events.signals import COORDINATORS, Person
from contracts.text import Line, Model, Personal, Text
from contracts.words import (
    AgencyKind,
    ChildAssessment,
    ChildDecline,
    ChildRecall,
    Ground,
    GuardingOutcome,
    Urgency,
)

CHILD_PROTECTION = frozenset({AgencyKind.CHILD_PROTECTION})


class _Child(Event):
    report: Number = Field(description="the number of the report within the case")

    def suffix(self) -> str:
        """What one declined may be reported again: each report has a file of its own there."""
        return f"-{self.report}" if self.rule.file is File.GUARDING else ""


def _to_child_protection(name: str, purpose: str, *grounds: Ground, opens: bool) -> Rule:
    return Rule(
        type=f"nl.keten.minors.{name}.v1",
        senders=COORDINATORS,
        recipients=CHILD_PROTECTION,
        file=File.GUARDING,
        opens=opens,
        late=not opens,
        grounds=grounds,
        purpose=purpose,
        retention="guarding",
    )


def _to_coordinator(name: str, purpose: str) -> Rule:
    return Rule(
        type=f"nl.keten.minors.{name}.v1",
        senders=CHILD_PROTECTION,
        recipients=COORDINATORS,
        file=File.CASE,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose=purpose,
        retention="case",
    )


class Guardian(Model):
    """Who has custody of a child, or acts for whoever has."""

    name: Personal[Line]
    safe_contact: Personal[Line] = Field(description="how to reach the guardian without danger for the child")


class ChildReported(_Child):
    """A child, or somebody who may be one, has perhaps nobody who protects them."""

    rule: ClassVar[Rule] = _to_child_protection(
        "reported",
        "let a child have somebody who protects and represents it",
        Ground.LEGAL_TASK,
        Ground.VITAL_INTEREST,
        opens=True,
    )
    urgency: Urgency = Field(default=Urgency.NORMAL, description="a crisis where the child is not safe now")
    person: Personal[Person] = Person()
    account: Personal[Text] = Field(description="why the child may not be safe, and where it is")


class ChildRecalled(_Child):
    """The coordinator's report stands no more; whether the child needs protection still, child protection decides."""

    rule: ClassVar[Rule] = _to_child_protection(
        "recalled", "end a report that no longer stands, and the use of what it told", Ground.LEGAL_TASK, opens=False
    )
    reason: ChildRecall


class ChildAssessed(_Child):
    """What child protection found, and what follows."""

    rule: ClassVar[Rule] = _to_coordinator("assessed", "let the coordinator know whether somebody protects the child")
    assessment: ChildAssessment


class ChildDeclined(_Child):
    """Child protection does not take the report; the coordinator turns to another one at once."""

    rule: ClassVar[Rule] = _to_coordinator("declined", "let the coordinator find whoever must protect the child")
    reason: ChildDecline


class GuardianNamed(_Child):
    """Who consents for the child, and is asked before help begins; said again where it is somebody else."""

    rule: ClassVar[Rule] = _to_coordinator("guardian-named", "let the coordinator ask whoever may consent for the child")
    guardian: Personal[Guardian]


class GuardingEnded(_Child):
    """Child protection guards no longer."""

    rule: ClassVar[Rule] = _to_coordinator("guarding-ended", "let the coordinator know that nobody guards the child any more")
    outcome: GuardingOutcome
