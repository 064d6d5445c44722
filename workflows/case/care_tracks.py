"""The two smaller tracks of a case: the way to the RIEC, and national registration."""

from contracts.agencies import Party
from contracts.events.dossiers import PrivacyCheckRequested
from contracts.events.registrations import RegistrationRequested
from contracts.words import Sector, Weighing
from workflows.case.effects import Effects
from workflows.case.file import RegisteringFile, SharingFile
from workflows.case.table import REGISTERING, SHARING, Sharing
from workflows.engine.track import Track


class RiecWay(Track):
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


class Registering(Track):
    """The case is reported for national registration: with written consent, or anonymously."""

    table = REGISTERING

    def __init__(self, case: Effects, home: RegisteringFile) -> None:
        self.case = case
        super().__init__(case, home)

    @classmethod
    def begin(cls, case: Effects, home: RegisteringFile) -> None:
        """Report, with no more than the consent allows."""
        cls(case, home)
        file = case.file
        consented = file.consent is not None and file.consent.registration
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
