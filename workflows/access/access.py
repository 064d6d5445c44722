"""At whoever answers for a case: a person asks what is held about them, and all who hold something are asked."""

from temporalio import workflow

from activities.disclosing import Disclosing, Kept
from activities.erasing import Question
from contracts.access import Answer, Answers
from contracts.agencies import Party
from contracts.commands import CloseWithoutAnswers
from contracts.event import File
from contracts.events.disclosures import AccessAsked, DisclosureMade, DisclosureRefused, DisclosureRequested
from contracts.views import ContentPart
from workflows.access.files import AccessFile
from workflows.access.tables import ACCESS, Gathering
from workflows.engine.admission import command, hears
from workflows.engine.content import told_often
from workflows.engine.narrative import chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import OPENING

MOST_HELD = 2500
"""How many exchanges and files are gathered, with their signatures: Temporal takes no more than two megabytes in one piece."""


@workflow.defn
class Access(Process[AccessFile]):
    """A person's request for access, over all agencies."""

    table = ACCESS
    system = File.ACCESS
    file_type = AccessFile
    reopens = True

    @workflow.init
    def __init__(self, file: AccessFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: AccessFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """Find out who holds something; ask them all; keep what they answer."""
        await self.receive()
        await self.look()
        while self.reading not in self.table.ends:
            await self.wait()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """Somebody showed who they are, and asks."""
        await self.turn()

    @chapter(Gathering.LOOKING)
    async def look(self) -> None:
        """Whoever was told something, or told us, is asked what they hold."""
        kept: Kept = await self.ask(Disclosing.what_is_kept, Question(reference=self.file.reference), "who holds something")
        self.file.waiting = list(kept.partners)
        for party in self.file.waiting:
            self.tell(party, DisclosureRequested())
        self.move("found", Gathering.ASKING if self.file.waiting else Gathering.ANSWERED)
        while self.reading == Gathering.LOOKING:
            await self.turn()

    @chapter(Gathering.ASKING)
    async def wait(self) -> None:
        """Each answers for itself, within the term of the law."""
        await self.turn()

    @workflow.query
    def answers(self) -> Answers:
        """What they answered, and who has not yet."""
        return Answers(answers=tuple(self.file.answers), waiting=tuple(party.slug for party in self.file.waiting))

    def parts(self) -> list[ContentPart]:
        """What each agency answered."""
        made = [(answer.agency, answer.made) for answer in self.file.answers if answer.made]
        refused = [(answer.agency, answer.refused) for answer in self.file.answers if answer.refused]
        return [*told_often(self.file, "disclosure_made", made), *told_often(self.file, "disclosure_refused", refused)]

    @property
    def them(self) -> Party | None:
        """The first of those who have not answered."""
        return self.file.waiting[0] if self.file.waiting else None

    def expects(self, sender: Party) -> bool:
        """Everybody who was asked and has not answered."""
        return sender.slug in {party.slug for party in self.file.waiting}

    @hears(anyone=True)
    def access_asked(self, _: Received[AccessAsked]) -> None:
        """A person asks for access."""
        self.move("AccessAsked")

    @hears()
    def disclosure_made(self, received: Received[DisclosureMade]) -> None:
        """What another agency holds, signed by it."""
        self._answered(received, Answer(agency=received.sender.slug, made=received.event, proof=received.proof or ""))

    @hears()
    def disclosure_refused(self, received: Received[DisclosureRefused]) -> None:
        """Another agency does not say, and why."""
        self._answered(received, Answer(agency=received.sender.slug, refused=received.event, proof=received.proof or ""))

    @command()
    def close_without_answers(self, _: CloseWithoutAnswers) -> None:
        """Stop waiting for agencies that have not answered; the report says which."""
        self.move("close_without_answers")

    def _answered(self, received: Received[DisclosureMade] | Received[DisclosureRefused], answer: Answer) -> None:
        self.file.answers.append(self._fitting(answer))
        if self._has_all_of(answer):
            self.file.waiting = [party for party in self.file.waiting if party.slug != answer.agency]
        self.move(type(received.event).__name__, Gathering.ASKING if self.file.waiting else Gathering.ANSWERED)

    def _has_all_of(self, answer: Answer) -> bool:
        """Whether every page has come; a refusal has one."""
        theirs = [known for known in self.file.answers if known.agency == answer.agency]
        return answer.made is None or len(theirs) >= answer.made.pages

    def _fitting(self, answer: Answer) -> Answer:
        """A file that holds many answers has an end, too: what is beyond it is counted, and its agency has it."""
        held = sum(len(known.made.exchanged) + len(known.made.files) for known in self.file.answers if known.made)
        if answer.made is None or held + len(answer.made.exchanged) + len(answer.made.files) <= MOST_HELD:
            return answer
        left_out = answer.made.left_out + len(answer.made.exchanged)
        made = answer.made.model_copy(update={"files": (), "exchanged": (), "left_out": left_out})
        return answer.model_copy(update={"made": made, "proof": ""})
