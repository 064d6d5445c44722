"""A wrong directory is refused in words that say what to do; an agency of a known kind is a row and nothing else."""

from pathlib import Path

import pytest

from contracts.agencies import Directory, read_directory
from contracts.words import AgencyKind

DESK = """
[[agencies]]
slug = "desk"
kind = "desk"
name = "Desk"
oin = "00000099000000000101"
"""
REGISTRY = """
[[agencies]]
slug = "registry"
kind = "registry"
name = "Registry"
oin = "00000099000000000102"
"""


def agency(kind: str, **fields: str) -> str:
    lines = [f"{key} = {value}" for key, value in {"slug": '"other"', "oin": '"00000099000000000103"', **fields}.items()]
    return "\n".join(["[[agencies]]", f'kind = "{kind}"', 'name = "Other"', *lines, ""])


def directory(tmp_path: Path, text: str) -> Directory:
    path = tmp_path / "agencies.toml"
    path.write_text(text)
    return read_directory(path)


WRONG = {
    "not TOML": ("agencies = [", "agencies.toml: not TOML"),
    "no agencies": ("", "agencies"),
    "no desk": (REGISTRY, "needs exactly one desk, it has 0"),
    "no registry": (DESK, "needs exactly one registry, it has 0"),
    "two desks": (DESK + REGISTRY + agency("desk"), "needs exactly one desk, it has 2"),
    "same slug": (DESK + REGISTRY + agency("reporter", slug='"desk"'), "two agencies have the same slug: desk"),
    "same oin": (DESK + REGISTRY + agency("reporter", oin='"00000099000000000101"'), "two agencies have the same oin: 0"),
    "municipality without code": (
        DESK + REGISTRY + agency("municipality"),
        "agency other: kind municipality needs a municipality",
    ),
    "wrong code": (DESK + REGISTRY + agency("municipality", municipality='"0034"'), "municipality"),
    "coordinator without region": (DESK + REGISTRY + agency("care_coordinator"), "kind care_coordinator needs a care_region"),
    "riec without unit": (DESK + REGISTRY + agency("riec"), "kind riec needs a police_unit"),
    "province without name": (DESK + REGISTRY + agency("oversight"), "kind oversight needs a province"),
    "aid without services": (DESK + REGISTRY + agency("aid_organisation"), "an aid organisation needs services, of cosm"),
    "unknown service": (DESK + REGISTRY + agency("aid_organisation", services='["taxi"]'), "services.0"),
    "unknown kind": (DESK + REGISTRY + agency("court"), "kind"),
    "shelter that is no professional": (
        DESK + REGISTRY + agency("aid_organisation", services='["cosm"]', professional="false"),
        "agency other: `professional = false` is for a reporter",
    ),
    "investigation service that is no professional": (
        DESK + REGISTRY + agency("reporter", investigation_service="true", professional="false"),
        "agency other: `professional = false` is for a reporter",
    ),
    "misspelt field": (DESK + REGISTRY + agency("reporter", hour='"always"'), "hour"),
    "wrong slug": (DESK + REGISTRY + agency("reporter", slug='"Not A Slug"'), "slug"),
    "slug that is a wildcard": (DESK + REGISTRY + agency("reporter", slug='"a.*"'), "slug"),
    "short oin": (DESK + REGISTRY + agency("reporter", oin='"0000009900000000010"'), "oin"),
    "wrong hours": (DESK + REGISTRY + agency("reporter", hours='"nine to five"'), "opening hours 'nine to five' are not"),
    "investigation by a shelter": (
        DESK + REGISTRY + agency("aid_organisation", services='["cosm"]', investigation_service="true"),
        "only a reporter can be an investigation_service",
    ),
    "police without unit": (
        DESK + REGISTRY + agency("investigation", force='"police"'),
        "agency other: police needs a police_unit",
    ),
    "investigation of no force": (DESK + REGISTRY + agency("investigation"), "kind investigation needs a force"),
    "unknown force": (DESK + REGISTRY + agency("investigation", force='"army"'), "force"),
    "force of a shelter": (
        DESK + REGISTRY + agency("aid_organisation", services='["cosm"]', force='"police"'),
        "only kind investigation has a force, it is aid_organisation",
    ),
    "child protection without duty": (DESK + REGISTRY + agency("child_protection"), "kind child_protection needs a duty"),
    "advice without region": (
        DESK + REGISTRY + agency("child_protection", duty='"advice"'),
        "agency other: advice needs a protection_region",
    ),
    "duty officer with a name": (DESK + REGISTRY + agency("reporter", duty_officer='"J. Example"'), "duty_officer"),
    "nobody out of hours": (
        DESK + REGISTRY + agency("reporter", out_of_hours='"ghost"'),
        "out_of_hours names ghost",
    ),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG.keys())
def test_wrong_directory(tmp_path: Path, text: str, words: str):
    with pytest.raises(ValueError, match=r"directory|agenc|not TOML") as caught:
        directory(tmp_path, text)
    assert words in str(caught.value)


def test_the_smallest_directory(tmp_path: Path):
    read = directory(tmp_path, DESK + REGISTRY)
    assert (read.desk.slug, read.registry.slug) == ("desk", "registry")


def test_a_row_is_enough(tmp_path: Path):
    read = directory(tmp_path, DESK + REGISTRY + agency("aid_organisation", services='["cosm"]'))
    assert [found.slug for found in read.of(AgencyKind.AID_ORGANISATION)] == ["other"]
    assert read.get("other").party.hours.model_dump() == "mon-fri 09:00-17:00"


@pytest.mark.parametrize(
    ("kind", "field"), [("investigation", {"force": '"border_police"'}), ("child_protection", {"duty": '"unaccompanied"'})]
)
def test_who_acts_in_the_whole_country_needs_no_area(tmp_path: Path, kind: str, field: dict[str, str]):
    assert directory(tmp_path, DESK + REGISTRY + agency(kind, **field)).get("other").kind == kind


def test_an_unknown_slug_names_who_there_is(tmp_path: Path):
    with pytest.raises(LookupError, match="no agency 'ghost' in the directory; there are: desk, registry"):
        directory(tmp_path, DESK + REGISTRY).get("ghost")


def test_the_embedded_directory_holds_every_kind_and_test_numbers_only():
    read = read_directory()
    assert {found.kind for found in read.agencies} == set(AgencyKind)
    assert all(found.oin.startswith("00000099") for found in read.agencies)
    assert read.by_oin[read.desk.oin] is read.by_slug[read.desk.slug]


def test_round_trip():
    read = read_directory()
    assert Directory.model_validate_json(read.model_dump_json()) == read
