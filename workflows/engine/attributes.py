"""What is readable of a workflow without any key: names and codes, checked before they are shown."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field
from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from contracts.event import File
from contracts.places import CARE_REGIONS
from contracts.reference import Reference
from contracts.text import Model, Slug
from workflows.engine.table import OPENING

PHASE = SearchAttributeKey.for_keyword("KetenPhase")
OWNER = SearchAttributeKey.for_keyword("KetenOwner")
REGION = SearchAttributeKey.for_keyword("KetenRegion")
KIND = SearchAttributeKey.for_keyword("KetenKind")
CASE = SearchAttributeKey.for_keyword("KetenCase")
DEADLINE = SearchAttributeKey.for_datetime("KetenDeadline")
OVERDUE = SearchAttributeKey.for_bool("KetenOverdue")
OVERDUE_SINCE = SearchAttributeKey.for_datetime("KetenOverdueSince")
REMINDED = SearchAttributeKey.for_int("KetenReminded")
TURN = SearchAttributeKey.for_keyword("KetenTurn")
STEP = SearchAttributeKey.for_keyword("KetenStep")
DUE = SearchAttributeKey.for_datetime("KetenDue")
ALARM = SearchAttributeKey.for_bool("KetenAlarm")
WAITS_FOR = SearchAttributeKey.for_keyword("KetenWaitsFor")
WAITS_IN = SearchAttributeKey.for_keyword("KetenWaitsIn")

Step = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]*\.[a-z]+(_[a-z]+)*$", max_length=80)]
Code = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=40)]


class Others(Model):
    """Of what is with other agencies the track that is due first, also where the agency that keeps the file has its own turn.

    Attributes:
        turn: Slug of the agency for which it waits; None: for none.
        step: The table of that track and its phase.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    turn: Slug | None = None
    step: Step | None = None


class Next(Model):
    """Of which track an inbox speaks: one that waits for the agency that keeps the file, if there is one.

    Attributes:
        turn: Slug of the agency whose turn it is there.
        step: Its table and its phase.
        due: When its clock ends.
        alarm: Whether a person must acknowledge something.
        others: For whom else it waits; None: a file of before does not say it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    turn: Slug | None = None
    step: Step | None = None
    due: datetime | None = None
    alarm: bool = False
    others: Others | None = None

    @property
    def values(self) -> list[Any]:
        """The search attributes, as Temporal takes them; at an end nobody's turn is left."""
        keys: list[Any] = [(TURN, self.turn), (STEP, self.step), (DUE, self.due)]
        keys += [(WAITS_FOR, self.others.turn), (WAITS_IN, self.others.step)] if self.others else []
        return [*(key.value_set(value) if value else key.value_unset() for key, value in keys), ALARM.value_set(self.alarm)]


class Face(Model):
    """The search attributes of a file. Nothing that somebody wrote fits any of its fields.

    Raises:
        ValidationError: Something else than a code, a slug, a pseudonym or a region of the tables was to be shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    phase: Code
    owner: Slug | None
    region: str | None
    kind: File
    case: Reference
    deadline: datetime | None
    overdue: bool
    overdue_since: datetime | None = None
    reminded: int = 0
    next: Next | None = None

    @classmethod
    def opening(cls, kind: File, case: str, us: str) -> Self:
        """That of a file which its agency is about to open."""
        return cls(phase=OPENING, owner=us, region=None, kind=kind, case=case, deadline=None, overdue=False)

    @property
    def values(self) -> list[Any]:
        """The search attributes, as Temporal takes them."""
        pairs: list[Any] = [PHASE.value_set(self.phase), OWNER.value_set(self.owner or "-"), KIND.value_set(self.kind)]
        pairs += [CASE.value_set(self.case), OVERDUE.value_set(self.overdue)]
        pairs += [REGION.value_set(self.region)] if self.region in CARE_REGIONS else []
        moments = ((DEADLINE, self.deadline), (OVERDUE_SINCE, self.overdue_since))
        pairs += [key.value_set(moment) if moment else key.value_unset() for key, moment in moments]
        return [*pairs, REMINDED.value_set(self.reminded), *(self.next.values if self.next else [])]

    @property
    def at_the_start(self) -> TypedSearchAttributes:
        """What a workflow bears that is about to start: it is listed before its first task has run."""
        shown = [update for update in self.values if update.key in {PHASE, OWNER, KIND, CASE, OVERDUE}]
        return TypedSearchAttributes([SearchAttributePair(update.key, update.value) for update in shown])

    def show(self, before: Self | None) -> None:
        """Put them where operators find them.

        Args:
            before: What is there; it is not written again. Of a file that is overdue all is: versions before wrote less of those.
        """
        there = {update.key: update.value for update in before.values} if before and not self.overdue else {}
        changed = [update for update in self.values if update.key not in there or update.value != there[update.key]]
        workflow.upsert_search_attributes(changed)  # pyright: ignore[reportUnknownMemberType] - generic in the library
