"""Who plays which part in a sandbox, so that a case comes by the agency of whoever builds."""

from datetime import UTC, datetime
from typing import NamedTuple

from contracts.agencies import Agency, Directory
from contracts.places import Atlas, Municipality
from contracts.words import AgencyKind, Service


class Cast(NamedTuple):
    """The agencies of a case.

    Attributes:
        own: That of whoever builds.
        reporter: Who reports.
        desk: Who routes.
        owner: Who coordinates.
        helper: Who is asked for help.
        officer: The municipality whose privacy officer is asked.
        riec: To which an observation goes.
        registry: Where it is counted.
        police: Who is told of a danger.
        child_protection: Who protects a child.
        province: Who hears of a gap in coverage.
        place: Code of the municipality where the person stays.
        service: Which help is asked.
    """

    own: Agency
    reporter: Agency
    desk: Agency
    owner: Agency
    helper: Agency
    officer: Agency | None
    riec: Agency | None
    registry: Agency
    police: Agency | None
    child_protection: Agency | None
    province: Agency | None
    place: str
    service: Service

    @property
    def words(self) -> dict[str, str]:
        """What a script writes ``$helper`` for, and the like."""
        return {
            "$own": self.own.slug,
            "$helper": self.helper.slug,
            "$service": self.service.value,
            "$place": self.place,
            "$observed": (self.officer.municipality or self.place) if self.officer else self.place,
        }


def cast(directory: Directory, own: Agency) -> Cast:
    """Who plays with an agency: the place lies where it acts, and it has its part wherever it can have one.

    Raises:
        ValueError: The directory has nobody for a part; the message says for which.
    """
    atlas = Atlas(directory)
    place = _place(atlas, own)
    owner = atlas.coordinator(place) or directory.registry
    helpers = _first_own(own, [agency for agency in directory.of(AgencyKind.AID_ORGANISATION) if _helps_in(agency, place)])
    reporters = _first_own(own, [*directory.of(AgencyKind.REPORTER), *directory.of(AgencyKind.MUNICIPALITY)])
    for what, found in (("an aid organisation that works there", helpers), ("a reporter", reporters)):
        if not found:
            raise ValueError(f"a sandbox for {own.slug} plays in {place.name}, and the directory has no {what}: add one")
    officer = _officer(directory, atlas, own, place)
    return Cast(
        own=own,
        reporter=reporters[0],
        desk=directory.desk,
        owner=owner,
        helper=helpers[0],
        officer=officer,
        riec=atlas.riec(_municipality(atlas, officer.municipality or "")) if officer else None,
        registry=directory.registry,
        police=next(iter(_first_own(own, list(atlas.investigation(place)))), None),
        child_protection=next(iter(_first_own(own, list(atlas.child_protection(place)))), None),
        province=atlas.oversight(place),
        place=place.code,
        service=helpers[0].services[0],
    )


def _place(atlas: Atlas, own: Agency) -> Municipality:
    """The first municipality in which the agency has a part; CoMensha coordinates where nobody else does."""
    places = [_municipality(atlas, code) for code in atlas.codes(datetime.now(UTC).date())]
    with_owner = [place for place in places if atlas.coordinator(place)]
    fitting = {
        AgencyKind.CARE_COORDINATOR: [place for place in places if place.care_region == own.care_region],
        AgencyKind.REGISTRY: [place for place in places if not place.care_region],
        AgencyKind.MUNICIPALITY: [place for place in places if place.code == own.municipality],
        AgencyKind.RIEC: [place for place in with_owner if place.police_unit == own.police_unit],
        AgencyKind.OVERSIGHT: [place for place in with_owner if place.province == own.province],
        AgencyKind.INVESTIGATION: [place for place in with_owner if own in atlas.investigation(place)],
        AgencyKind.CHILD_PROTECTION: [place for place in with_owner if own in atlas.child_protection(place)],
        AgencyKind.AID_ORGANISATION: [place for place in with_owner if _helps_in(own, place)],
    }
    found = fitting.get(own.kind, [])
    return (sorted(found, key=lambda place: atlas.privacy_officer(place) is None) or with_owner or places)[0]


def _helps_in(agency: Agency, place: Municipality) -> bool:
    return not agency.care_regions or place.care_region in agency.care_regions


def _first_own(own: Agency, agencies: list[Agency]) -> list[Agency]:
    return sorted(agencies, key=lambda agency: agency != own)


def _officer(directory: Directory, atlas: Atlas, own: Agency, place: Municipality) -> Agency | None:
    """A municipality that can bring something to a RIEC: the own one, that of the place, or any."""
    officers = directory.of(AgencyKind.MUNICIPALITY)
    riecs = [(agency, atlas.riec(_municipality(atlas, agency.municipality or ""))) for agency in officers]
    able = [agency for agency, riec in riecs if riec and (own.kind is not AgencyKind.RIEC or riec == own)]
    return min(able, key=lambda agency: (agency != own, agency.municipality != place.code), default=None)


def _municipality(atlas: Atlas, code: str) -> Municipality:
    return atlas.municipality(code, datetime.now(UTC).date())
