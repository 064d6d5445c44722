"""What one agency may send and hears, out of the catalogue and the directory."""

from datetime import datetime

from contracts.agencies import Agency
from contracts.catalogue import CATALOGUE, may_send
from contracts.event import TYPE, Event, File
from contracts.schemas import data_schema
from post_office.door import About
from post_office.shown import AgencyShown, CatalogueShown, EventShown, VersionShown

BY_ITSELF = frozenset({"deliveries"})
"""Domains of which a post office sends and answers every event by itself."""


def catalogue(about: About) -> CatalogueShown:
    """What the agency of this post office may send, and what it hears."""
    own, others = about.agency, about.directory.agencies
    sends = [(event, [other for other in others if may_send(own, other, event)]) for event in CATALOGUE.values()]
    hears = [(event, [other for other in others if may_send(other, own, event)]) for event in CATALOGUE.values()]
    return CatalogueShown(
        agency=own.slug,
        kind=own.kind,
        sends=[_event(about, event, others, others) for event, others in sends if others],
        hears=[_event(about, event, others, [own]) for event, others in hears if others],
    )


def agencies(about: About) -> list[AgencyShown]:
    """Who takes part, by slug."""
    return [_agency(agency, about.agency) for agency in sorted(about.directory.agencies, key=lambda agency: agency.slug)]


def _event(about: About, event: type[Event], others: list[Agency], recipients: list[Agency] | tuple[Agency, ...]) -> EventShown:
    rule, named = event.rule, TYPE.fullmatch(event.rule.type)
    assert named
    example = about.examples.get(rule.type)
    return EventShown(
        type=rule.type,
        title=event.__name__,
        description=(event.__doc__ or "").strip(),
        purpose=rule.purpose,
        agencies=sorted(other.slug for other in others),
        grounds=[*rule.grounds],
        consent_to=rule.consent,
        retention=rule.retention,
        by_post_office=named["domain"] in BY_ITSELF,
        begins_case=rule.fresh or (rule.opens and rule.file in {File.SIGNAL, File.REPORT}),
        personal_fields=[*event.personal_fields()],
        left_out=sorted({path for other in recipients for path in event.left_out_for(other.kind)}),
        schema=data_schema(event),
        example=dict(example) if example else None,
        versions=[
            VersionShown(type=one, version=version, ends=ends) for one, version, ends in _versions(named["domain"], named["name"])
        ],
    )


def _versions(domain: str, name: str) -> list[tuple[str, str, datetime | None]]:
    """All that the catalogue has under one name."""
    found = (TYPE.fullmatch(one) for one in CATALOGUE)
    return [(one[0], one["version"], None) for one in found if one and (one["domain"], one["name"]) == (domain, name)]


def _agency(agency: Agency, own: Agency) -> AgencyShown:
    return AgencyShown(
        slug=agency.slug,
        name=agency.name,
        kind=agency.kind,
        oin=agency.oin,
        municipality=agency.municipality,
        care_region=agency.care_region,
        police_unit=agency.police_unit,
        province=agency.province,
        care_regions=[*agency.care_regions],
        services=[*agency.services],
        itself=agency == own,
    )
