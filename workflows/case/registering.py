"""The part of a case that counts it nationally: with written consent, or anonymously."""

from enum import StrEnum

from contracts.agencies import Party
from contracts.events.registrations import RegistrationRecorded, RegistrationRequested
from contracts.words import ConsentTo, Sector
from workflows.case.effects import Effects, PartTrack
from workflows.case.file import RegisteringFile
from workflows.case.part import CasePart
from workflows.engine.admission import hears
from workflows.engine.record import Received
from workflows.engine.table import CLOCK, Turn, state, table
from workflows.engine.track import Track


class Registering(StrEnum):
    """Whether the case counts nationally."""

    REQUESTED = "requested"
    RECORDED = "recorded"


REGISTERING = table(
    "Registering",
    "national registration",
    state(
        Registering.REQUESTED,
        Turn.THEM,
        "CoMensha's registration",
        clock="registration",
        then="the coordinator is reminded that the registration is not confirmed",
        moves={"RegistrationRecorded": Registering.RECORDED, CLOCK: Registering.REQUESTED},
    ),
    ends={Registering.RECORDED},
)


class Registration(PartTrack):
    """The case is reported for national registration: with written consent, or anonymously."""

    table = REGISTERING

    @classmethod
    def begin(cls, case: Effects, home: RegisteringFile) -> None:
        """Report, with no more than the consent allows."""
        cls(case, home)
        file = case.file
        consented = file.consent is not None and bool(file.consent.registration)
        request = RegistrationRequested(
            consented=consented,
            care_region=file.region,
            reported_by=file.me.kind,
            sector=file.signal.sector if file.signal else Sector.UNKNOWN,
            registrant=file.intake.registrant if consented and file.intake else None,
        )
        case.tell(case.registry, request)

    @property
    def them(self) -> Party | None:
        """CoMensha."""
        return self.case.registry


def _registering(self: "Registers", _: object) -> Track:
    return Registration(self, self.file.registering) if self.file.registering else self


class Registers(CasePart):
    """What the registry is asked, and that it was recorded."""

    @property
    def tracks(self) -> list[Track]:
        """The registration, while it is not confirmed."""
        return [*super().tracks, *([] if self.is_counted else [_registering(self, None)])]

    @property
    def is_counted(self) -> bool:
        """Whether nothing of it has to be confirmed any more."""
        registering = _registering(self, None)
        return registering is self or registering.state is None

    def told_on(self, consent: ConsentTo) -> list[str]:
        """The registry."""
        told_here = self.registry if self.file.registering and consent is ConsentTo.REGISTRATION else None
        return [*super().told_on(consent), *([told_here.slug] if told_here else [])]

    def consent_was_recorded(self) -> None:
        """With consent the person is registered by name, now; else the case is counted without a name when it ends."""
        super().consent_was_recorded()
        if self.file.counted_at_the_end and self.file.consent and self.file.consent.registration:
            self.register()

    def register(self) -> None:
        """Once per case, whatever the person consents to later."""
        if self.file.registering is None:
            self.file.registering = RegisteringFile()
            Registration.begin(self, self.file.registering)

    @hears(track=_registering)
    def registration_recorded(self, _: Received[RegistrationRecorded]) -> None:
        """The report counts."""
        if self.file.registering:
            Registration(self, self.file.registering).move("RegistrationRecorded", Registering.RECORDED)
