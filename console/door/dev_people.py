"""Whom one may be in an embedded installation: one invented person for each agency, and whoever is in its list."""

from collections.abc import Sequence

from console.door.dev_login import Offered
from contracts.agencies import Agency
from contracts.words import AgencyKind
from runtime.people.people import People

PLAYED = {
    AgencyKind.DESK: "desk-worker",
    AgencyKind.REPORTER: "reporter",
    AgencyKind.MUNICIPALITY: "privacy-officer",
    AgencyKind.CARE_COORDINATOR: "coordinator",
    AgencyKind.RIEC: "information-officer",
    AgencyKind.AID_ORGANISATION: "shelter-worker",
    AgencyKind.REGISTRY: "national-coordinator",
    AgencyKind.OVERSIGHT: "policy-officer",
    AgencyKind.INVESTIGATION: "officer-on-duty",
    AgencyKind.CHILD_PROTECTION: "child-worker",
}
"""What such a person is called; not a name of anybody."""


class DevPeople:
    """The people of some agencies.

    Args:
        agencies: Whose.
        people: The lists; who was never in one is added with the first click.
        first: The agency whose person has something to do.
    """

    def __init__(self, agencies: Sequence[Agency], people: People, first: str = "") -> None:
        self._agencies = {agency.slug: agency for agency in sorted(agencies, key=lambda agency: agency.slug != first)}
        self._people = people

    def offered(self) -> list[tuple[Agency, list[Offered]]]:
        """For each agency its own person first, then whoever else works there."""
        return [(agency, [Offered(name, agency.slug) for name in self._names(agency)]) for agency in self._agencies.values()]

    def be(self, offered: Offered) -> None:
        """Make sure that somebody works there. Who was struck from the list stays struck.

        Raises:
            LookupError: They are not offered.
        """
        agency = self._agencies.get(offered.agency)
        if agency is None or offered.person not in self._names(agency):
            raise LookupError("not offered")
        if not self._ever(agency, offered.person):
            self._people.add(offered.person, agency.slug)

    def _names(self, agency: Agency) -> list[str]:
        own, now = PLAYED[agency.kind], [person.name for person in self._people.lists.now(agency.slug)]
        begins = [] if own in now or self._ever(agency, own) else [own]
        return [*begins, *sorted(now, key=lambda name: (name != own, name))]

    def _ever(self, agency: Agency, name: str) -> bool:
        return any(person.name == name for person in self._people.lists.ever(agency.slug))
