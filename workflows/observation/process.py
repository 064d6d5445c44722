"""At the coordinator: an observation goes to the privacy officer under a reference of its own, and its case hears the answer."""

from temporalio import workflow

from activities.routing import OfficerRoute, Place, Routing
from contracts.agencies import Party
from contracts.commands import CloseObservation
from contracts.event import File
from contracts.events.dossiers import PrivacyCheckAnsweredV2, PrivacyCheckDecidedV2, PrivacyCheckRequestedV2
from contracts.events.observations import ObservationAnswered, ObservationNoted
from contracts.views import ContentPart
from contracts.words import ObservationStands, Weighing
from workflows.engine.admission import command, hears
from workflows.engine.content import told
from workflows.engine.narrative import Move, chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import CLOSED, OPENING
from workflows.observation.file import ObservationFile
from workflows.observation.table import OBSERVATION, Observing

NO_OFFICER = "no municipality takes part where this was observed: tell it in another way, then close this observation"


@workflow.defn
class Observation(Process[ObservationFile]):
    """One observation, from its case to the answer. Which case that is does not stand here."""

    table = OBSERVATION
    system = File.OBSERVATION
    file_type = ObservationFile

    @workflow.init
    def __init__(self, file: ObservationFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: ObservationFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """Ask the officer, and pass on what comes of it."""
        await self.receive()
        await self.await_decision()
        await self.await_feedback()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """It was noted: ask the privacy officer of the place where it happens."""
        await self.turn()
        if self.file.observation is None:
            return
        place = Place(municipality=self.file.observation.municipality, at=workflow.now())
        route: OfficerRoute = await self.look_up(Routing.find_officer, place, "whose privacy officer is asked")
        self.file.municipality = route.municipality
        if route.municipality is None:
            self.alarm(NO_OFFICER)
        self.tell(route.municipality, PrivacyCheckRequestedV2(observation=self.file.observation))

    @chapter(Observing.ASKED)
    async def await_decision(self) -> None:
        """The officer decides what the RIEC gets; the case hears either."""
        move = await self.turn()
        if move.trigger == "PrivacyCheckDecidedV2":
            self._answer(ObservationStands.BROUGHT if self.file.brought else ObservationStands.NOT_BROUGHT)
        self._unanswered(move)

    @chapter(Observing.BROUGHT)
    async def await_feedback(self) -> None:
        """What the RIEC reports back goes on to the case."""
        move = await self.turn()
        if move.trigger == "PrivacyCheckAnsweredV2" and self.file.weighing is not None:
            ends = self.file.weighing.ends
            self._answer(ObservationStands.ANSWERED if ends else ObservationStands.BROUGHT, self.file.weighing)
        self._unanswered(move)

    @hears(anyone=True)
    def observation_noted(self, received: Received[ObservationNoted]) -> None:
        """A case of ours noted it."""
        self.file.observation = received.event.observation
        self.move("ObservationNoted")

    @hears()
    def privacy_check_decided_v2(self, received: Received[PrivacyCheckDecidedV2]) -> None:
        """The officer decided what the RIEC gets."""
        self.file.brought, self.file.not_brought = received.event.brought, received.event.reason
        self.move("PrivacyCheckDecidedV2", Observing.BROUGHT if received.event.brought else CLOSED)

    @hears()
    def privacy_check_answered_v2(self, received: Received[PrivacyCheckAnsweredV2]) -> None:
        """The RIEC's feedback, passed on by the municipality."""
        self.file.weighing = received.event.weighing
        self.move("PrivacyCheckAnsweredV2", CLOSED if received.event.weighing.ends else Observing.BROUGHT)

    @command()
    def close_observation(self, _: CloseObservation) -> None:
        """Stop waiting; the case hears that nothing more comes."""
        self.move("close_observation")

    def parts(self) -> list[ContentPart]:
        """What was observed."""
        noted = {"observation": self.file.observation} if self.file.observation else None
        return told(self.file, "observation_noted", self.file.me, noted)

    @property
    def them(self) -> Party | None:
        """The municipality whose privacy officer was asked."""
        return self.file.municipality

    def _answer(self, stands: ObservationStands, weighing: Weighing | None = None) -> None:
        self.tell(self.file.me, ObservationAnswered(stands=stands, weighing=weighing))

    def _unanswered(self, move: Move) -> None:
        if move.trigger == "close_observation":
            self._answer(ObservationStands.UNANSWERED)
