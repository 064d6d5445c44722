"""The directory: which agencies take part. An agency of a known kind is a row here, no code."""

import tomllib
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from contracts.hours import OFFICE, OpeningHours
from contracts.text import Line, Model, MunicipalityCode, Oin, Slug
from contracts.words import AgencyKind, ChildDuty, Force, Service

AREA_OF_KIND = {
    AgencyKind.MUNICIPALITY: "municipality",
    AgencyKind.CARE_COORDINATOR: "care_region",
    AgencyKind.RIEC: "police_unit",
    AgencyKind.OVERSIGHT: "province",
}
PART_OF_KIND = {AgencyKind.INVESTIGATION: "force", AgencyKind.CHILD_PROTECTION: "duty"}
"""Kinds of agency that differ in their task: which field says that."""
AREA_OF_PART = {
    Force.POLICE: "police_unit",
    ChildDuty.ADVICE: "protection_region",
    ChildDuty.PROTECTION_ORDERS: "protection_region",
}
"""The area for which it acts; all others act in the whole country."""


class Party(Model):
    """What a workflow keeps of an agency: enough to write to it and to reckon its clock."""

    slug: Slug
    kind: AgencyKind
    name: Line
    hours: OpeningHours = OFFICE
    professional: bool = True


class Agency(Model):
    """One row of the directory; a misspelt field is refused, or its default would act in silence."""

    model_config = ConfigDict(extra="forbid")

    slug: Slug
    kind: AgencyKind
    name: Line
    oin: Oin = Field(description="organisation identification number, 20 digits; 00000099... is for tests")
    hours: OpeningHours = OFFICE
    out_of_hours: Slug | None = Field(default=None, description="who answers in a crisis while this agency is closed")
    duty_officer: Slug | None = Field(
        default=None, description="who is called here in a crisis, at any hour: a role or number, no name"
    )
    investigation_service: bool = Field(default=False, description="must report by law, also by name and without consent")
    professional: bool = Field(default=True, description="else it hears only that its report arrived, and that it ended")
    municipality: MunicipalityCode | None = None
    care_region: Line | None = None
    police_unit: Line | None = None
    province: Line | None = None
    care_regions: tuple[Line, ...] = Field(default=(), description="where an aid organisation works; empty: everywhere")
    services: tuple[Service, ...] = ()
    force: Force | None = Field(default=None, description="which investigation service it is")
    duty: ChildDuty | None = Field(default=None, description="which task of child protection it has")
    protection_region: Line | None = Field(default=None, description="where an agency of child protection acts")

    @model_validator(mode="after")
    def _area_fits_kind(self) -> Self:
        part = self._part()
        area = AREA_OF_PART.get(part) if part else AREA_OF_KIND.get(self.kind)
        if area and not getattr(self, area):
            raise ValueError(f"agency {self.slug}: {part or f'kind {self.kind}'} needs a {area}")
        if self.kind is AgencyKind.AID_ORGANISATION and not self.services:
            raise ValueError(f"agency {self.slug}: an aid organisation needs services, of {', '.join(Service)}")
        if self.investigation_service and self.kind is not AgencyKind.REPORTER:
            raise ValueError(f"agency {self.slug}: only a reporter can be an investigation_service, it is a {self.kind}")
        if not self.professional and (self.kind is not AgencyKind.REPORTER or self.investigation_service):
            raise ValueError(f"agency {self.slug}: `professional = false` is for a reporter that is no investigation_service")
        return self

    def _part(self) -> Force | ChildDuty | None:
        for kind, field in PART_OF_KIND.items():
            part = getattr(self, field)
            if part is None and self.kind is kind:
                raise ValueError(f"agency {self.slug}: kind {kind} needs a {field}")
            if part is not None and self.kind is not kind:
                raise ValueError(f"agency {self.slug}: only kind {kind} has a {field}, it is {self.kind}")
        return self.force or self.duty

    @property
    def namespace(self) -> str:
        """The Temporal namespace that holds this agency's own workflows."""
        return self.slug

    @property
    def party(self) -> Party:
        """This agency as a workflow keeps it."""
        return Party(slug=self.slug, kind=self.kind, name=self.name, hours=self.hours, professional=self.professional)


class Directory(Model):
    """All agencies that take part."""

    agencies: tuple[Agency, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for field in ("slug", "oin"):
            values = [getattr(agency, field) for agency in self.agencies]
            double = sorted({value for value in values if values.count(value) > 1})
            if double:
                raise ValueError(f"two agencies have the same {field}: {', '.join(double)}")
        for kind in (AgencyKind.DESK, AgencyKind.REGISTRY):
            if len(self.of(kind)) != 1:
                raise ValueError(f"the directory needs exactly one {kind}, it has {len(self.of(kind))}")
        for agency in self.agencies:
            if agency.out_of_hours and agency.out_of_hours not in self.by_slug:
                raise ValueError(f"agency {agency.slug}: out_of_hours names {agency.out_of_hours}, not in the directory")
        return self

    @cached_property
    def by_slug(self) -> dict[str, Agency]:
        """Agencies by slug."""
        return {agency.slug: agency for agency in self.agencies}

    @cached_property
    def by_oin(self) -> dict[str, Agency]:
        """Agencies by identification number."""
        return {agency.oin: agency for agency in self.agencies}

    def of(self, kind: AgencyKind) -> tuple[Agency, ...]:
        """Agencies of one kind, in the order of the file."""
        return tuple(agency for agency in self.agencies if agency.kind is kind)

    @property
    def desk(self) -> Agency:
        """The signal desk."""
        return self.of(AgencyKind.DESK)[0]

    @property
    def registry(self) -> Agency:
        """The national registry (CoMensha)."""
        return self.of(AgencyKind.REGISTRY)[0]

    def get(self, slug: str) -> Agency:
        """The agency with this slug.

        Raises:
            LookupError: Nobody has it; the message names who there is.
        """
        if slug not in self.by_slug:
            raise LookupError(f"no agency {slug!r} in the directory; there are: {', '.join(sorted(self.by_slug))}")
        return self.by_slug[slug]


EMBEDDED = Path(str(files("contracts") / "data" / "agencies.toml"))


def read_directory(path: Path = EMBEDDED) -> Directory:
    """The directory from a TOML file with one ``[[agencies]]`` table per agency.

    Raises:
        ValueError: The file does not describe a directory; the message says where and why.
    """
    try:
        return Directory.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: not TOML: {error}") from error
    except FileNotFoundError:
        raise ValueError(f"{path} does not exist: point KETEN_DIRECTORY to the file that says which agencies take part") from None
