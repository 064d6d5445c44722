"""Who acts for a place, asked at the moment it matters: tables and directory may change while a case runs."""

from datetime import datetime

from temporalio import activity

from contracts.agencies import Agency, Party
from contracts.places import Atlas, Municipality
from contracts.text import Model, MunicipalityCode, Slug
from contracts.words import ChildDuty, Service


class Place(Model):
    """A municipality at a moment; None: nobody knows where the person stays."""

    municipality: MunicipalityCode | None
    at: datetime


class Route(Model):
    """Who is asked to own a signal.

    Attributes:
        coordinator: The care coordinator of the region; None where nobody is known.
        fallback: Who answers in a crisis while the coordinator is closed.
        registry: CoMensha, which coordinates remotely.
        oversight: The province, if it takes part.
        others: Everybody whom a person may assign.
    """

    care_region: str | None
    coordinator: Party | None
    fallback: Party | None
    registry: Party
    oversight: Party | None
    others: tuple[Party, ...]


class Organisation(Model):
    """An aid organisation that works for a region."""

    party: Party
    services: tuple[Service, ...]


class ChildAgency(Model):
    """An agency of child protection, with its task."""

    party: Party
    duty: ChildDuty


class Protection(Model):
    """Who protects in a place, those of its region first.

    Attributes:
        investigation: Whom to tell of a danger; where nobody takes part, a person calls 112.
        child_protection: Whom to tell of a child.
    """

    investigation: tuple[Party, ...]
    child_protection: tuple[ChildAgency, ...]


class CareMap(Model):
    """Whom a coordinator can turn to for a place.

    Attributes:
        registry: CoMensha, for registration.
        municipality: Where the privacy officer sits; None where the municipality does not take part.
        organisations: Who could help, those of the region first.
        with_riec: Codes of the municipalities for which a RIEC takes part; None: an earlier version did not ask.
        protection: Who protects a person or a child; None: an earlier version did not ask.
        observed: Those whose own privacy officer takes part, too; None: an earlier version did not ask.
    """

    registry: Party
    municipality: Party | None
    organisations: tuple[Organisation, ...]
    with_riec: tuple[MunicipalityCode, ...] | None = None
    protection: Protection | None = None
    observed: tuple[MunicipalityCode, ...] | None = None


class OfficerRoute(Model):
    """The municipality whose privacy officer is asked about a place; None where it does not take part."""

    municipality: Party | None


class RiecRoute(Model):
    """The RIEC for a place; None where it does not take part."""

    riec: Party | None


class Routing:
    """Reads the map; decides nothing."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas

    @activity.defn
    async def find_owner(self, place: Place) -> Route:
        """Who may own a signal about a person who stays in this place; of an unknown one CoMensha."""
        here = self._municipality(place)
        coordinator = self._atlas.coordinator(here) if here else None
        return Route(
            care_region=here.care_region if here else None,
            coordinator=_party(coordinator),
            fallback=self._party_of(coordinator.out_of_hours if coordinator else None),
            registry=self._atlas.directory.registry.party,
            oversight=_party(self._atlas.oversight(here)) if here else None,
            others=tuple(a.party for a in self._atlas.directory.agencies if a.care_region),
        )

    @activity.defn
    async def find_help(self, place: Place) -> CareMap:
        """Whom a coordinator can turn to for a person who stays in this place."""
        here = self._municipality(place)
        region = here.care_region if here else None
        fitting = [agency for service in Service for agency in self._atlas.aid(region, service)]
        return CareMap(
            registry=self._atlas.directory.registry.party,
            municipality=_party(self._atlas.privacy_officer(here)) if here else None,
            organisations=tuple(Organisation(party=a.party, services=a.services) for a in dict.fromkeys(fitting)),
            with_riec=self._atlas.with_riec(place.at.date()),
            protection=self._protection(here),
            observed=self._atlas.observed(place.at.date()),
        )

    @activity.defn
    async def find_officer(self, place: Place) -> OfficerRoute:
        """The municipality of this place, where it takes part."""
        here = self._municipality(place)
        return OfficerRoute(municipality=_party(self._atlas.privacy_officer(here)) if here else None)

    @activity.defn
    async def find_riec(self, place: Place) -> RiecRoute:
        """The RIEC of the police unit in which this place lies."""
        here = self._municipality(place)
        return RiecRoute(riec=_party(self._atlas.riec(here)) if here else None)

    def _municipality(self, place: Place) -> Municipality | None:
        return self._atlas.municipality(place.municipality, place.at.date()) if place.municipality else None

    def _protection(self, here: Municipality | None) -> Protection:
        children = self._atlas.child_protection(here)
        return Protection(
            investigation=tuple(agency.party for agency in self._atlas.investigation(here)),
            child_protection=tuple(
                ChildAgency(party=agency.party, duty=agency.duty) for agency in children if agency.duty is not None
            ),
        )

    def _party_of(self, slug: Slug | None) -> Party | None:
        return self._atlas.directory.get(slug).party if slug else None


def _party(agency: Agency | None) -> Party | None:
    return agency.party if agency else None
