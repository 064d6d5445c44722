"""The part of a case that keeps what is known of the person: fact beside fact, with who recorded it, when, and from where."""

from temporalio import workflow

from contracts.ages import UNDER_18, age_of
from contracts.commands import RecordFacts
from contracts.events.signals import Person
from contracts.profile import AgeBand, Answer
from contracts.views import ContentPart
from contracts.words import FactSource
from workflows.case.file import FactFile
from workflows.case.part import CasePart
from workflows.engine.admission import command

COUNTS = "this person counts as under 18: use record_adult where it is known that they are not"


def _is_decided_otherwise(self: "Facts", order: RecordFacts) -> str | None:
    return self.adult_in_passing(order.age)


class Facts(CasePart):
    """None is overwritten: the newest that says something counts."""

    def parts(self) -> list[ContentPart]:
        """Every fact, in the order of time."""
        facts = (ContentPart(what="record_facts", who=one.who, at=one.at, data=one.told()) for one in self.file.facts)
        return [*super().parts(), *facts]

    def adult_in_passing(self, age: AgeBand) -> str | None:
        """Who counts as a child becomes an adult by a decision of its own."""
        return COUNTS if self.is_child and age not in {*UNDER_18, AgeBand.UNKNOWN} else None

    def learn(self, age: AgeBand, source: FactSource, suspected: Answer = Answer.UNKNOWN) -> None:
        """Keep what became known."""
        fact = FactFile(at=workflow.now(), who=self.file.me.slug, source=source, age=age, guardian_suspected=suspected)
        self.file.facts.append(fact)
        self.age_was_told()

    def learn_from(self, person: Person, source: FactSource) -> None:
        """A birth year that may be that of a child; what a person here has recorded counts for more."""
        said = age_of(person.birth_year, workflow.now().date())
        known = any(fact.age is not AgeBand.UNKNOWN for fact in self.file.facts)
        if said in UNDER_18 and not known and workflow.patched("a-child-is-a-part-of-the-case"):
            self.learn(said, source)

    @command(check=_is_decided_otherwise)
    def record_facts(self, order: RecordFacts) -> None:
        """Record what is known of the person now, and from where."""
        self.learn(order.age, order.source, order.guardian_suspected)
        self.move("record_facts")
