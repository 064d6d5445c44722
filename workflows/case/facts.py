"""The part of a case that keeps what is known of the person: fact beside fact, with who recorded it, when, and from where."""

from temporalio import workflow

from contracts.commands import RecordFacts
from contracts.profile import AgeBand
from contracts.views import ContentPart
from contracts.words import FactSource
from workflows.case.file import FactFile
from workflows.case.part import CasePart
from workflows.engine.admission import command


class Facts(CasePart):
    """None is overwritten: the newest that says something counts."""

    def parts(self) -> list[ContentPart]:
        """Every fact, in the order of time."""
        facts = (ContentPart(what="record_facts", who=one.who, at=one.at, data=one.told()) for one in self.file.facts)
        return [*super().parts(), *facts]

    def learn(self, age: AgeBand, source: FactSource) -> None:
        """Keep what became known."""
        self.file.facts.append(FactFile(at=workflow.now(), who=self.file.me.slug, source=source, age=age))
        self.age_was_told()

    @command()
    def record_facts(self, order: RecordFacts) -> None:
        """Record what is known of the person now, and from where."""
        self.learn(order.age, order.source)
        self.move("record_facts")
