"""At the municipality: an officer decides what may go to the RIEC. The gate between care file and RIEC file."""

from temporalio import workflow

from activities.routing import Place, RiecRoute, Routing
from contracts.agencies import Party
from contracts.commands import BringToRiec, CloseCheck, DoNotBring
from contracts.event import Event, File
from contracts.events.dossiers import (
    DossierBrought,
    DossierReportedBack,
    PrivacyCheckAnswered,
    PrivacyCheckAnsweredV2,
    PrivacyCheckDecided,
    PrivacyCheckDecidedV2,
    PrivacyCheckRequested,
    PrivacyCheckRequestedV2,
    upcast,
)
from contracts.views import ContentPart
from workflows.engine.admission import command, hears
from workflows.engine.content import told
from workflows.engine.narrative import chapter
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import CLOSED, OPENING
from workflows.privacy.file import PrivacyFile
from workflows.privacy.table import PRIVACY
from workflows.privacy.table import Privacy as Phase


def _no_riec(self: "PrivacyCheck") -> str | None:
    if self.file.route is None:
        return "the routing tables have not been read yet: try again in a moment"
    if self.file.route.riec is None:
        return "the RIEC of this police unit does not take part: use do_not_bring with reason no_riec"
    return None


@workflow.defn
class PrivacyCheck(Process[PrivacyFile]):
    """One observation before the privacy officer, and the RIEC's answer on its way back."""

    table = PRIVACY
    system = File.PRIVACY
    file_type = PrivacyFile
    apart = True

    @workflow.init
    def __init__(self, file: PrivacyFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: PrivacyFile) -> None:  # noqa: ARG002 - the file was taken up in __init__
        """Decide, bring, pass the answer on."""
        await self.receive()
        await self.decide()
        await self.await_feedback()
        await self.leave()

    @chapter(OPENING)
    async def receive(self) -> None:
        """A coordinator asks; find the RIEC of the police unit."""
        await self.turn()
        if self.file.observation is not None:
            place = Place(municipality=self.file.observation.municipality, at=workflow.now())
            route: RiecRoute = await self.look_up(Routing.find_riec, place, "the RIEC of this police unit")
            self.file.route = route

    @chapter(Phase.ASKED)
    async def decide(self) -> None:
        """Nothing is shared until the officer decides, however long that takes."""
        move = await self.turn()
        if move.to == Phase.WITH_RIEC and self.file.brought is not None:
            self.tell(self.riec, DossierBrought(observation=self.file.brought))
            self.tell(self.file.coordinator, self._decided(brought=True))
        elif move.trigger == "do_not_bring":
            self.tell(self.file.coordinator, self._decided(brought=False))

    @chapter(Phase.WITH_RIEC)
    async def await_feedback(self) -> None:
        """What the RIEC reports back goes on to the coordinator."""
        move = await self.turn()
        if move.trigger == "DossierReportedBack" and self.file.weighing is not None:
            answered = PrivacyCheckAnsweredV2 if self.file.observed_apart else PrivacyCheckAnswered
            self.tell(self.file.coordinator, answered(weighing=self.file.weighing))

    @hears(anyone=True)
    def privacy_check_requested_v2(self, received: Received[PrivacyCheckRequestedV2]) -> None:
        """A coordinator asks what may go to the RIEC."""
        self.file.observed_apart = True
        self._asked(received.sender, received.event, "PrivacyCheckRequestedV2")

    @hears(anyone=True)
    def privacy_check_requested(self, received: Received[PrivacyCheckRequested]) -> None:
        """The same, by software of before: under the reference of its case, which hears the answers."""
        self._asked(received.sender, upcast(received.event), "PrivacyCheckRequested")

    def _asked(self, coordinator: Party, request: PrivacyCheckRequestedV2, trigger: str) -> None:
        self.file.coordinator, self.file.observation = coordinator, request.observation
        self.move(trigger)

    def _decided(self, *, brought: bool) -> Event:
        decided = PrivacyCheckDecidedV2 if self.file.observed_apart else PrivacyCheckDecided
        return decided(brought=brought, reason=self.file.not_brought)

    @hears()
    def dossier_reported_back(self, received: Received[DossierReportedBack]) -> None:
        """The RIEC's feedback."""
        self.file.weighing = received.event.weighing
        self.move("DossierReportedBack", CLOSED if received.event.weighing.ends else Phase.WITH_RIEC)

    @command(bar=_no_riec)
    def bring_to_riec(self, order: BringToRiec) -> None:
        """Bring the observation, as asked or with less in it; the victim's identity has no place in it."""
        self.file.brought = order.observation or self.file.observation
        self.move("bring_to_riec")

    @command()
    def do_not_bring(self, order: DoNotBring) -> None:
        """Do not bring it, with a reason."""
        self.file.not_brought = order.reason
        self.move("do_not_bring")

    @command()
    def close_check(self, _: CloseCheck) -> None:
        """Stop waiting for the RIEC."""
        self.move("close_check")

    def parts(self) -> list[ContentPart]:
        """The observation as the coordinator asked, and what of it was brought."""
        asked = {"observation": self.file.observation} if self.file.observation else None
        brought = {"observation": self.file.brought} if self.file.brought else None
        return [
            *told(self.file, f"privacy_check_requested{'_v2' if self.file.observed_apart else ''}", self.file.coordinator, asked),
            *told(self.file, "bring_to_riec", self.file.me, brought),
        ]

    @property
    def riec(self) -> Party | None:
        """The RIEC of the police unit."""
        return self.file.route.riec if self.file.route else None

    @property
    def them(self) -> Party | None:
        """The RIEC: after the coordinator's request, only it speaks here."""
        return self.riec
