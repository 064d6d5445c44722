"""Between whoever coordinates and an aid organisation."""

from typing import ClassVar

from pydantic import Field

from contracts.bounds import Moment, Number
from contracts.event import Event, File, Rule
from contracts.events.signals import COORDINATORS, Person
from contracts.profile import Profile
from contracts.text import Model, Personal, Text
from contracts.words import AgencyKind, AidOutcome, ConsentTo, Decline, Destination, Ground, Recall, Service, Urgency

AID = frozenset({AgencyKind.AID_ORGANISATION})


class _Referral(Event):
    referral: Number = Field(description="the number of the offer within the case")

    def suffix(self) -> str:
        """One case may be offered to an organisation more than once: each offer has a file of its own there."""
        return f"-{self.referral}" if self.rule.file is File.PLACEMENT else ""


def _to_aid(name: str, *, purpose: str, opens: bool = False, grounds: tuple[Ground, ...] = (Ground.CONSENT,)) -> Rule:
    return Rule(
        type=f"nl.keten.referrals.{name}.v1",
        senders=COORDINATORS,
        recipients=AID,
        file=File.PLACEMENT,
        opens=opens,
        late=not opens,
        grounds=grounds,
        consent=ConsentTo.HELP if Ground.CONSENT in grounds else None,
        purpose=purpose,
        retention="placement",
    )


def _to_coordinator(name: str, purpose: str, ground: Ground = Ground.CONSENT) -> Rule:
    return Rule(
        type=f"nl.keten.referrals.{name}.v1",
        senders=AID,
        recipients=COORDINATORS,
        file=File.CASE,
        late=True,
        grounds=(ground,),
        consent=ConsentTo.HELP if ground is Ground.CONSENT else None,
        purpose=purpose,
        retention="case",
    )


class Need(Model):
    """What the person needs of an aid organisation, and no more than it must know to decide."""

    service: Service
    urgency: Urgency = Urgency.NORMAL
    adults: int = Field(default=1, ge=0, le=20)
    children: int = Field(default=0, ge=0, le=20)
    safety: Personal[Text | None] = Field(default=None, description="what makes a place safe or unsafe for this person")


class ReferralOffered(_Referral):
    """Help is asked of an aid organisation, which is told in codes for whom; the offer has a clock."""

    rule: ClassVar[Rule] = _to_aid(
        "offered",
        purpose="find safe help for the person",
        opens=True,
        grounds=(Ground.CONSENT, Ground.VITAL_INTEREST),
    )
    need: Need
    profile: Personal[Profile | None] = Field(
        default=None, description="for whom, in codes; None: an offer of before, whose need and person said all that was known"
    )
    person: Personal[Person] = Field(default=Person(), description="only in an offer without a profile")
    answer_by: Moment

    @property
    def is_blind(self) -> bool:
        """Whether the person is not told before the offer is accepted."""
        return self.profile is not None


class PersonRevealed(_Referral):
    """Who it is and what makes a place safe, for the one organisation that accepted."""

    rule: ClassVar[Rule] = _to_aid(
        "person-revealed",
        purpose="let whoever helps meet the person, and know what makes a place safe",
        grounds=(Ground.CONSENT, Ground.VITAL_INTEREST),
    )
    need: Need
    person: Personal[Person] = Person()


class ReferralRecalled(_Referral):
    """The offer is taken back."""

    rule: ClassVar[Rule] = _to_aid(
        "recalled", purpose="end an offer that no longer stands, and the use of what it told", grounds=(Ground.LEGAL_TASK,)
    )
    reason: Recall


class ReferralSeen(_Referral):
    """A human at the aid organisation has read the offer."""

    rule: ClassVar[Rule] = _to_coordinator("seen", "show that the offer was read by a person")


class ReferralAccepted(_Referral):
    """The aid organisation will help; the coordinator stays responsible until first contact."""

    rule: ClassVar[Rule] = _to_coordinator("accepted", "begin a warm handover")


class ReferralDeclined(_Referral):
    """The aid organisation cannot help; the next one is asked."""

    rule: ClassVar[Rule] = _to_coordinator("declined", "ask the next organisation without delay")
    reason: Decline


class ReferralWaitlisted(_Referral):
    """The aid organisation will help as soon as it has a place; others may be asked meanwhile."""

    rule: ClassVar[Rule] = _to_coordinator("waitlisted", "find a place for the person while one organisation has none yet")


class FirstContactMade(_Referral):
    """The aid organisation has met the person: responsibility moves with this event."""

    rule: ClassVar[Rule] = _to_coordinator("first-contact-made", "complete a warm handover")


class ReferralCompleted(_Referral):
    """Help ended, with an outcome."""

    rule: ClassVar[Rule] = _to_coordinator("completed", "let the coordinator follow up and close")
    outcome: AidOutcome


class ReferralEnded(_Referral):
    """Help that was taken back has ended, with where the person sleeps from tonight on."""

    rule: ClassVar[Rule] = _to_coordinator(
        "ended", "leave nobody without a bed when help is taken back", ground=Ground.LEGAL_TASK
    )
    destination: Destination


class ClientMissing(_Referral):
    """The aid organisation does not know where the person is: the bed is kept for a while, and the coordinator looks for them."""

    rule: ClassVar[Rule] = _to_coordinator("client-missing", "find a person who is missing from the place where they are helped")


class ClientFound(_Referral):
    """The person is back where they are helped."""

    rule: ClassVar[Rule] = _to_coordinator("client-found", "let nobody be looked for in vain")
