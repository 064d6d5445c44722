"""What can be chosen in a form where the model of the command alone does not say: who there is, and which places."""

from collections.abc import Callable, Container, Sequence
from datetime import date
from functools import cached_property

from console.forms.fields import Choices, Option
from contracts.agencies import Directory
from contracts.places import Atlas
from contracts.views import FileView
from contracts.words import AgencyKind

AGENCIES = frozenset({"organisations", "to"})
"""Fields that hold slugs."""

REQUEST, WITHOUT_PLACE = "AidReferral", {"waitlisted", "not_placed"}
"""The track of a request for help, and where it is when people decide whether others are asked."""

COORDINATING = (AgencyKind.CARE_COORDINATOR, AgencyKind.REGISTRY)


class Choosing:
    """Knows who takes part, and where."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def about(self, view: FileView, today: date, said: Callable[[str], str]) -> Choices:
        """What can be chosen for a file.

        Args:
            view: The file.
            today: Which municipalities there are, follows from that.
            said: A sentence of the engine in the language of the person.
        """

        def choices(model: str, name: str) -> Sequence[Option]:
            if name == "municipality":
                return self._municipalities(today, self._atlas.observed(today) if model == "Observation" else None)
            if name == "organisations":
                return self._organisations(view.region)
            if (model, name) == ("AcknowledgeAlarms", "numbers"):
                return [Option(str(alarm.number), said(alarm.words)) for alarm in view.open_alarms]
            if name == "referral":
                return _requests(view, said)
            return self._coordinators if (model, name) == ("AssignOwner", "to") else ()

        return choices

    def named(self, today: date) -> Callable[[str, str], str]:
        """What people call a value of a field that is a place or an agency; any other as it is."""

        def name(field: str, value: str) -> str:
            if field == "municipality":
                return self._atlas.municipality(value, today).name if value in self._atlas.codes(today) else value
            known = self._directory.by_slug.get(value) if field in AGENCIES else None
            return known.name if known else value

        return name

    @cached_property
    def _atlas(self) -> Atlas:
        return Atlas(self._directory)

    @cached_property
    def _coordinators(self) -> Sequence[Option]:
        return [Option(agency.slug, agency.name) for kind in COORDINATING for agency in self._directory.of(kind)]

    def _organisations(self, region: str | None) -> Sequence[Option]:
        """Those that work in the region, or everywhere; those of the region first."""
        here = [
            one for one in self._directory.of(AgencyKind.AID_ORGANISATION) if not one.care_regions or region in one.care_regions
        ]
        ordered = sorted(here, key=lambda agency: (not agency.care_regions, agency.name))
        return [Option(agency.slug, agency.name) for agency in ordered]

    def _municipalities(self, today: date, only: Container[str] | None) -> Sequence[Option]:
        """All that there are; what is observed can be brought to a RIEC only where one takes part."""
        codes = (code for code in self._atlas.codes(today) if only is None or code in only)
        there = (self._atlas.municipality(code, today) for code in codes)
        return [Option(place.code, place.name) for place in sorted(there, key=lambda place: place.name)]


def _requests(view: FileView, said: Callable[[str], str]) -> Sequence[Option]:
    """Requests for help of which it can be decided now, by number. The story has the numbers of offers, which are others."""
    requests = [track for track in view.tracks if track.name == REQUEST and track.phase in WITHOUT_PLACE]
    there = [track for track in requests if track.number is not None]
    return [Option(str(track.number), f"{track.number}: {said(track.title)}") for track in there]
