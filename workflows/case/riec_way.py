"""The part of a case that goes to the RIEC: an observation, through the municipality's privacy officer."""

from enum import StrEnum

from contracts.agencies import Party
from contracts.commands import AskPrivacyCheck
from contracts.events.dossiers import PrivacyCheckAnswered, PrivacyCheckDecided, PrivacyCheckRequested
from contracts.views import ContentPart
from contracts.words import ConsentTo, Weighing
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


class Sharing(StrEnum):
    """Where the observation is on its way to the RIEC, as the coordinator sees it."""

    ASKED = "asked"
    BROUGHT = "brought"
    NOT_BROUGHT = "not_brought"
    ANSWERED = "answered"


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
        moves={"PrivacyCheckDecided": {S.BROUGHT, S.NOT_BROUGHT}, CLOCK: S.ASKED},
    ),
    state(
        S.BROUGHT,
        Turn.THEM,
        "the municipality, for the RIEC",
        clock="feedback",
        then="the coordinator is reminded to ask for feedback",
        moves={"PrivacyCheckAnswered": {S.BROUGHT, S.ANSWERED}, CLOCK: S.BROUGHT},
    ),
    ends={S.NOT_BROUGHT, S.ANSWERED},
)


class RiecWay(PartTrack):
    """An observation goes to the municipality's privacy officer, who decides whether the RIEC gets it."""

    table = SHARING

    def __init__(self, case: Effects, home: SharingFile) -> None:
        self.file = home
        super().__init__(case, home)

    @classmethod
    def begin(cls, case: Effects, home: SharingFile) -> None:
        """Ask the officer."""
        cls(case, home)
        case.tell(home.municipality, PrivacyCheckRequested(observation=home.observation))

    @property
    def them(self) -> Party | None:
        """The municipality; the RIEC itself is not a party to the care file."""
        return self.file.municipality

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
    if self.file.care.municipality is None:
        return "the municipality where the person stays does not take part, so no privacy officer can be asked"
    return None if self.file.care.with_riec is None or self.file.care.with_riec else NO_RIEC


def _covers_the_place(self: "SharesWithRiec", order: AskPrivacyCheck) -> str | None:
    """Else the officer could bring it nowhere."""
    covered = self.file.care.with_riec if self.file.care else None
    return None if covered is None or order.observation.municipality in covered else NO_RIEC


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
        """The municipality."""
        sharing = self.file.sharing if consent is ConsentTo.RIEC else None
        return [*super().told_on(consent), *([sharing.municipality.slug] if sharing else [])]

    @command(bar=_may_not_hear, check=_covers_the_place)
    def ask_privacy_check(self, order: AskPrivacyCheck) -> None:
        """Ask the municipality's privacy officer to bring an observation to the RIEC."""
        if self.file.care is not None and self.file.care.municipality is not None:
            self.file.sharing = SharingFile(municipality=self.file.care.municipality, observation=order.observation)
            RiecWay.begin(self, self.file.sharing)
        self.move("ask_privacy_check")

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
