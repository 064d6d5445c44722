"""At every agency that is asked what it holds of a case: a person decides that it is disclosed, or refuses and says why."""

from typing import TypeVar

from temporalio import workflow

from activities.disclosing import Disclosing, Kept
from activities.erasing import Question
from contracts.agencies import Party
from contracts.commands import Disclose, RefuseDisclosure
from contracts.event import Event, File
from contracts.events.disclosures import (
    MOST_EXCHANGED,
    MOST_FILES,
    DisclosureMade,
    DisclosureRefused,
    DisclosureRequested,
)
from contracts.views import ContentPart
from workflows.access.files import DisclosureFile, Inquirer
from workflows.access.tables import DISCLOSURE, Answering
from workflows.engine.admission import command, hears
from workflows.engine.content import told
from workflows.engine.narrative import chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import OPENING

T = TypeVar("T")


@workflow.defn
class Disclosure(Process[DisclosureFile]):
    """What this agency tells a person who asked elsewhere."""

    table = DISCLOSURE
    system = File.DISCLOSURE
    file_type = DisclosureFile
    reopens = True

    @workflow.init
    def __init__(self, file: DisclosureFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: DisclosureFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """Look what is held; a person decides; whoever asked hears."""
        await self.receive()
        await self.look()
        while self.reading not in self.table.ends:
            await self.decide()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """Another agency asks for a person."""
        await self.turn()

    @chapter(Answering.LOOKING)
    async def look(self) -> None:
        """What is held here; who holds nothing says so at once."""
        self.file.kept = await self._kept()
        nothing = not (self.file.kept.files or self.file.kept.exchanged)
        if nothing:
            self._tell_all(self.file.kept)
        self.move("found", Answering.ANSWERED if nothing else Answering.DECIDING)
        while self.reading == Answering.LOOKING:
            await self.turn()

    @chapter(Answering.DECIDING)
    async def decide(self) -> None:
        """A person here decides for this agency."""
        await self.turn()

    @property
    def them(self) -> Party | None:
        """Nobody: it is our turn until it ends."""
        return None

    def admits(self, sender: Party) -> bool:  # noqa: ARG002 - whoever the catalogue lets ask
        """Several agencies may ask, and one file answers them."""
        return True

    @hears(anyone=True)
    def disclosure_requested(self, received: Received[DisclosureRequested]) -> None:
        """Somebody showed at another agency who they are, and asks."""
        asks = Inquirer(party=received.sender, system=received.system, because=received.id)
        others = [known for known in self.file.inquirers if (known.party.slug, known.system) != (asks.party.slug, asks.system)]
        self.file.inquirers = [*others, asks]
        self.move("DisclosureRequested")

    @command()
    def disclose(self, _: Disclose) -> None:
        """Tell what is held here and what was told to whom, without what the law shields."""
        if self.file.kept:
            self._tell_all(self.file.kept)
        self.move("disclose")

    @command()
    def refuse_disclosure(self, order: RefuseDisclosure) -> None:
        """Do not tell, and say why."""
        for inquirer in self.file.inquirers:
            self._answer(inquirer, DisclosureRefused(system=inquirer.system, reason=order.reason))
        self.move("refuse_disclosure")

    def parts(self) -> list[ContentPart]:
        """What would be told."""
        return told(self.file, "kept", self.file.me, self.file.kept)

    async def _kept(self) -> Kept:
        return await self.ask(Disclosing.what_is_kept, Question(reference=self.file.reference), "what is held of this case")

    def _tell_all(self, kept: Kept) -> None:
        for inquirer in self.file.inquirers:
            for made in pages(kept, inquirer.system):
                self._answer(inquirer, made)

    def _answer(self, inquirer: Inquirer, event: Event) -> None:
        self.tell(inquirer.party, event, because=inquirer.because)


def pages(kept: Kept, system: str) -> list[DisclosureMade]:
    """What is kept, on as many pages as it needs: what was told grows for years, and one event has an end."""
    files, exchanged = _cut(kept.files, MOST_FILES), _cut(kept.exchanged, MOST_EXCHANGED)
    count = max(len(files), len(exchanged), 1)
    return [
        DisclosureMade(
            system=system,
            files=files[number] if number < len(files) else (),
            exchanged=exchanged[number] if number < len(exchanged) else (),
            erased_on=kept.erased_on.date() if kept.erased_on else None,
            page=number + 1,
            pages=count,
            left_out=0 if number else kept.left_out,
        )
        for number in range(count)
    ]


def _cut(whole: tuple[T, ...], most: int) -> list[tuple[T, ...]]:
    return [whole[begin : begin + most] for begin in range(0, len(whole), most)]
