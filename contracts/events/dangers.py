"""Between whoever knows of somebody in danger and the investigation service that protects."""

from typing import ClassVar

from pydantic import Field

from contracts.bounds import Number
from contracts.event import Event, File, Rule
from contracts.events.signals import COORDINATORS, Person
from contracts.text import Line, Personal, Text
from contracts.words import AgencyKind, DangerOutcome, Ground

INVESTIGATION = frozenset({AgencyKind.INVESTIGATION})
KNOW_OF_DANGER = frozenset({AgencyKind.DESK, AgencyKind.AID_ORGANISATION, AgencyKind.CHILD_PROTECTION}) | COORDINATORS


class _Danger(Event):
    danger: Number = Field(description="the number of the danger within the file of whoever reported it")

    def suffix(self) -> str:
        """Somebody may come into danger again and again: each report has a file of its own there."""
        return f"-{self.danger}" if self.rule.file is File.DANGER else ""


def _to_investigation(name: str, purpose: str, *grounds: Ground, opens: bool, senders: frozenset[AgencyKind]) -> Rule:
    return Rule(
        type=f"nl.keten.dangers.{name}.v1",
        senders=senders,
        recipients=INVESTIGATION,
        file=File.DANGER,
        opens=opens,
        late=not opens,
        grounds=grounds,
        purpose=purpose,
        retention="danger",
    )


def _back(name: str, purpose: str) -> Rule:
    """For the file that reported it, of whichever kind that is."""
    return Rule(
        type=f"nl.keten.dangers.{name}.v1",
        senders=INVESTIGATION,
        recipients=KNOW_OF_DANGER,
        file=None,
        late=True,
        grounds=(Ground.LEGAL_TASK,),
        purpose=purpose,
        retention="case",
    )


class DangerReported(_Danger):
    """Somebody is in danger now, and a person declared that. What changes is reported anew, under the next number."""

    rule: ClassVar[Rule] = _to_investigation(
        "reported", "protect a person who is in danger", Ground.VITAL_INTEREST, opens=True, senders=KNOW_OF_DANGER
    )
    person: Personal[Person] = Person()
    whereabouts: Personal[Line | None] = Field(default=None, description="where the person is, as far as known")
    threat: Personal[Text] = Field(description="what threatens, and from whom")


class PersonMissing(_Danger):
    """Nobody knows where the person is, and that is dangerous."""

    rule: ClassVar[Rule] = _to_investigation(
        "person-missing",
        "find a person who is missing and in danger",
        Ground.LEGAL_TASK,
        Ground.VITAL_INTEREST,
        opens=True,
        senders=COORDINATORS,
    )
    minor: bool = Field(description="under 18, or perhaps: an age that is not known counts so where it may be")
    person: Personal[Person] = Person()
    whereabouts: Personal[Line | None] = Field(default=None, description="where the person was last, as far as known")

    def grounds(self) -> tuple[Ground, ...]:
        """Of a minor as a legal task, too; of an adult only in a vital interest."""
        return self.rule.grounds if self.minor else (Ground.VITAL_INTEREST,)


class DangerRecalled(_Danger):
    """Whoever reported the danger says that it is over; whether it is, a person at the investigation service decides."""

    rule: ClassVar[Rule] = _to_investigation(
        "recalled", "let nobody be protected or looked for in vain", Ground.LEGAL_TASK, opens=False, senders=KNOW_OF_DANGER
    )


class DangerTaken(_Danger):
    """Somebody at the investigation service protects the person, or looks for them, from now on."""

    rule: ClassVar[Rule] = _back("taken", "let whoever reported a danger know that somebody protects the person")
    system: Line = Field(description="the file of whoever reported it")


class DangerEnded(_Danger):
    """The investigation service does nothing more about it; where the danger is not over, whoever reported it must act."""

    rule: ClassVar[Rule] = _back("ended", "let whoever reported a danger know whether it is over")
    system: Line = Field(description="the file of whoever reported it")
    outcome: DangerOutcome
