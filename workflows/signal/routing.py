"""At the signal desk: until somebody has accepted it, a signal has a clock."""

from temporalio import workflow

from activities.routing import Place, Route, Routing
from contracts.events.signals import SignalReceived
from contracts.words import SignalStatus
from workflows.engine.narrative import chapter
from workflows.engine.table import OPENING
from workflows.signal.desk import SignalDesk
from workflows.signal.file import SignalFile
from workflows.signal.table import Phase


@workflow.defn
class SignalRouting(SignalDesk):
    """A signal, from the report until the case that followed from it is concluded."""

    @workflow.init
    def __init__(self, file: SignalFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: SignalFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """Receive, route, find an owner, follow the case until it is concluded."""
        await self.receive()
        while self.goes_on:  # a case that belongs to another region, or stands still, is given to somebody else
            await self.route()
            await self.find_owner()
            await self.follow()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """The reporter gets a receipt at once."""
        move = await self.turn()
        if move.to == Phase.SEARCHING:
            self.tell(self.file.reporter, SignalReceived(status=SignalStatus.WITH_DESK), because=self.file.first_id)

    @chapter(Phase.SEARCHING)
    async def route(self) -> None:
        """By the municipality where the person stays: to its coordinator, else to CoMensha; of an unknown place, too."""
        route = await self._find_route()
        self.file.route, self.file.region = route, route.care_region
        if self.phase == Phase.SEARCHING:
            self.search(route)
        while self.reading == Phase.SEARCHING:  # what came meanwhile was read together with where it went
            await self.turn()

    @chapter(Phase.WITH_COORDINATOR, Phase.WITH_REGISTRY, Phase.ALARM, Phase.JOINING)
    async def find_owner(self) -> None:
        """A coordinator who is silent or declines: CoMensha. CoMensha too: a person is alarmed, until somebody acts."""
        move = await self.turn()
        if move.to in {Phase.ALARM, Phase.JOINING}:
            self.report_status(SignalStatus.WITH_DESK)

    @chapter(Phase.OWNED)
    async def follow(self) -> None:
        """The reporter hears of every change of hands, never of the content."""
        await self.turn()

    async def _find_route(self) -> Route:
        place = Place(municipality=self.file.place, at=workflow.now())
        return await self.look_up(Routing.find_owner, place, "who acts for the place where the person stays")
