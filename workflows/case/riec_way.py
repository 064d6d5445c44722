"""The part of a case that goes to the RIEC: an observation, in a file of its own that goes to the privacy officer."""

from enum import StrEnum

from temporalio import workflow

from activities.linking import CaseAsking, Linking
from activities.routing import Place, Routing
from contracts.agencies import Party
from contracts.commands import AskPrivacyCheck
from contracts.events.dossiers import PrivacyCheckAnswered, PrivacyCheckDecided, PrivacyCheckRequested
from contracts.events.observations import ObservationAnswered, ObservationNoted
from contracts.views import ContentPart
from contracts.words import ConsentTo, ObservationStands, Weighing
from workflows.case.effects import Effects, PartTrack
from workflows.case.file import SharingFile
from workflows.case.part import NOT_READ, CasePart
from workflows.engine.admission import command, hears
from workflows.engine.content import told
from workflows.engine.record import Received
from workflows.engine.table import CLOCK, Turn, state, table
from workflows.engine.track import Track

NO_RIEC = (
    "no RIEC takes part for the municipality where this happens, so the privacy officer could bring it nowhere: "
    "nothing was asked; talk with the police there, or name another municipality where it happens, too"
)


NO_OFFICER = (
    "the municipality where this happens does not take part, so no privacy officer can be asked: nothing was asked; "
    "talk with the police there, or name another municipality where it happens, too"
)


class Sharing(StrEnum):
    """Where the observation is on its way to the RIEC, as the coordinator sees it."""

    ASKED = "asked"
    BROUGHT = "brought"
    NOT_BROUGHT = "not_brought"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"


S = Sharing
SHARING = table(
    "Sharing",
    "the way to the RIEC",
    state(
        S.ASKED,
        Turn.THEM,
        "the municipality's privacy officer",
        clock="privacy_check",
        then="the coordinator is reminded to ask the municipality",
        moves={
            "ObservationAnswered": {S.BROUGHT, S.NOT_BROUGHT, S.ANSWERED, S.UNANSWERED},
            "PrivacyCheckDecided": {S.BROUGHT, S.NOT_BROUGHT},
            CLOCK: S.ASKED,
        },
    ),
    state(
        S.BROUGHT,
        Turn.THEM,
        "the municipality, for the RIEC",
        clock="feedback",
        then="the coordinator is reminded to ask for feedback",
        moves={
            "ObservationAnswered": {S.BROUGHT, S.ANSWERED, S.UNANSWERED},
            "PrivacyCheckAnswered": {S.BROUGHT, S.ANSWERED},
            CLOCK: S.BROUGHT,
        },
    ),
    ends={S.NOT_BROUGHT, S.ANSWERED, S.UNANSWERED},
)


class RiecWay(PartTrack):
    """An observation goes to the municipality's privacy officer, who decides whether the RIEC gets it."""

    table = SHARING

    def __init__(self, case: Effects, home: SharingFile) -> None:
        self.file = home
        super().__init__(case, home)

    @property
    def them(self) -> Party | None:
        """The municipality; the RIEC itself is not a party to the care file."""
        return self.file.municipality

    def expects(self, sender: Party) -> bool:
        """Our own file about the observation; of software of before the municipality."""
        return sender.slug == self.case.file.me.slug if self.file.apart else super().expects(sender)

    def heard(self, stands: ObservationStands, weighing: Weighing | None) -> None:
        """What became of the observation, as its own file tells."""
        self.file.weighing = weighing or self.file.weighing
        self.move("ObservationAnswered", Sharing(stands.value))

    def decided(self, *, brought: bool) -> None:
        """The officer brought it, or not."""
        self.move("PrivacyCheckDecided", Sharing.BROUGHT if brought else Sharing.NOT_BROUGHT)

    def answered(self, weighing: Weighing) -> None:
        """The RIEC's feedback, passed on by the municipality."""
        self.file.weighing = weighing
        self.move("PrivacyCheckAnswered", Sharing.ANSWERED if weighing.ends else Sharing.BROUGHT)


def _riec_way(self: "SharesWithRiec", _: object) -> Track:
    return RiecWay(self, self.file.sharing) if self.file.sharing else self


def _may_not_hear(self: "SharesWithRiec") -> str | None:
    """With consent, once, and where the municipality takes part, and a RIEC."""
    if self.file.consent is None or not self.file.consent.riec:
        return "the observation may not go to the privacy officer without consent to that: record consent first"
    if self.file.sharing is not None:
        return "the privacy officer was asked already"
    if self.file.care is None:
        return NOT_READ
    if self.file.care.with_riec is not None and not self.file.care.with_riec:
        return NO_RIEC
    return None if self.file.care.observed is None or self.file.care.observed else NO_OFFICER


def _covers_the_place(self: "SharesWithRiec", order: AskPrivacyCheck) -> str | None:
    """Else nobody could be asked, or the officer could bring it nowhere."""
    care, place = self.file.care, order.observation.municipality
    if care is None or care.with_riec is None:
        return None
    if place not in care.with_riec:
        return NO_RIEC
    return None if care.observed is None or place in care.observed else NO_OFFICER


class SharesWithRiec(CasePart):
    """What is asked of the privacy officer, and what comes back."""

    @property
    def tracks(self) -> list[Track]:
        """The way to the RIEC, while it is open."""
        way = _riec_way(self, None)
        return [*super().tracks, *([way] if way is not self and way.state is not None else [])]

    def parts(self) -> list[ContentPart]:
        """The observation."""
        observed = {"observation": self.file.sharing.observation} if self.file.sharing else None
        return [*super().parts(), *told(self.file, "ask_privacy_check", self.file.me, observed)]

    def told_on(self, consent: ConsentTo) -> list[str]:
        """The municipality, where software of before asked it from this case; else nobody was told anything on consent."""
        sharing = self.file.sharing if consent is ConsentTo.RIEC else None
        told = sharing.municipality if sharing and not sharing.apart else None
        return [*super().told_on(consent), *([told.slug] if told else [])]

    async def note_observation(self) -> None:
        """Put what was observed into a file of its own, which learns nothing of this case."""
        if self.file.sharing is None or not self.file.sharing.apart or self.file.sharing.reference is not None:
            return
        place = Place(municipality=self.file.sharing.observation.municipality, at=workflow.now())
        route = await self.look_up(Routing.find_officer, place, "whose privacy officer is asked")
        asking = CaseAsking(reference=self.file.reference)
        reference = await self.ask(Linking.refer_apart, asking, "a reference for what was observed")
        self.file.sharing.municipality, self.file.sharing.reference = route.municipality, reference
        self.tell(self.file.me, ObservationNoted(observation=self.file.sharing.observation), reference=reference)

    @command(bar=_may_not_hear, check=_covers_the_place)
    def ask_privacy_check(self, order: AskPrivacyCheck) -> None:
        """Ask the municipality's privacy officer to bring an observation to the RIEC."""
        if workflow.patched("an-observation-has-a-file-of-its-own"):
            self.file.sharing = SharingFile(observation=order.observation, apart=True)
            RiecWay(self, self.file.sharing)
        elif self.file.care is not None and self.file.care.municipality is not None:
            self.file.sharing = SharingFile(municipality=self.file.care.municipality, observation=order.observation)
            RiecWay(self, self.file.sharing)
            self.tell(self.file.sharing.municipality, PrivacyCheckRequested(observation=order.observation))
        self.move("ask_privacy_check")

    @hears(track=_riec_way)
    def observation_answered(self, received: Received[ObservationAnswered]) -> None:
        """What became of the observation."""
        if self.file.sharing:
            RiecWay(self, self.file.sharing).heard(received.event.stands, received.event.weighing)

    @hears(track=_riec_way)
    def privacy_check_decided(self, received: Received[PrivacyCheckDecided]) -> None:
        """The officer decided what the RIEC gets."""
        if self.file.sharing:
            RiecWay(self, self.file.sharing).decided(brought=received.event.brought)

    @hears(track=_riec_way)
    def privacy_check_answered(self, received: Received[PrivacyCheckAnswered]) -> None:
        """The RIEC's feedback reached us."""
        if self.file.sharing:
            RiecWay(self, self.file.sharing).answered(received.event.weighing)
