"""The whole catalogue as files, out of what is in this version: the same bytes every time."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from console.catalogue import entries
from console.catalogue.about_event import Source
from console.catalogue.documents import asyncapi_file, asyncapi_text, schema_file, schema_text
from console.catalogue.examples import Json
from console.catalogue.pages import pages
from console.catalogue.spoken import NAMES, Spoken
from console.generate.files import ROOT
from console.generate.releases import decisions, released
from contracts.agencies import read_directory
from contracts.catalogue import CATALOGUE
from contracts.examples import example_of, names
from contracts.texts.reading import Language
from contracts.words import AgencyKind

HERE = Path(__file__).parent
LOOK = HERE.parent / "look"


def of_today() -> Source:
    """What is in this version."""
    return Source(CATALOGUE, example, read_directory(), released(ROOT), decisions(ROOT), version("keten"))


def example(name: str) -> Json | None:
    """The example of an event, by its short name; None: there is none."""
    return example_of(name) if name in names() else None


def site(source: Source, spoken: Mapping[Language, Spoken]) -> dict[str, str]:
    """Every file by its path.

    Args:
        source: Out of what.
        spoken: In which languages, with their words.
    """
    languages = tuple(spoken)
    found = {
        "index.html": _first(languages),
        "look/style.css": (LOOK / "keten.css").read_text(encoding="utf-8") + (HERE / "site.css").read_text(encoding="utf-8"),
        "look/keten.svg": (LOOK / "keten.svg").read_text(encoding="utf-8"),
        "look/search.js": (HERE / "search.js").read_text(encoding="utf-8"),
        **{schema_file(event): schema_text(event) for event in entries.told(source.catalogue)},
        **{asyncapi_file(kind): asyncapi_text(kind, source.catalogue) for kind in AgencyKind},
    }
    for language, words in spoken.items():
        found |= {f"{language}/{path}": text for path, text in pages(source, words, languages).items()}
    return dict(sorted(found.items()))


def _first(languages: tuple[Language, ...]) -> str:
    """Where somebody chooses a language."""
    environment = Environment(loader=PackageLoader("console.catalogue"), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("first.html").render(languages={one: NAMES[one] for one in languages}) + "\n"
