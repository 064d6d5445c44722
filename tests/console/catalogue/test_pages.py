"""The pages follow from the catalogue alone, are whole in both languages, and lead nowhere else."""

import os
import posixpath
import re
import subprocess
import sys
from pathlib import Path

from contracts.catalogue import CATALOGUE
from contracts.refusals import RefusalCode
from contracts.texts import LANGUAGES
from contracts.words import AgencyKind
from tests.console.catalogue.conftest import Made, ThingInvented
from tests.console.catalogue.reading_pages import read
from tests.post_office.asking import Office

NAMED = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def html(files: dict[str, str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if path.endswith(".html")}


def test_every_event_kind_and_code_is_there_in_both_languages(today: Made) -> None:
    for language in LANGUAGES:
        for event in CATALOGUE.values():
            page = read(today.files[f"{language}/events/{event.short_name()}.html"])
            assert event.rule.type in page.text
        for kind in AgencyKind:
            assert f"{language}/kinds/{kind}.html" in today.files
        assert set(RefusalCode) <= read(today.files[f"{language}/refusals.html"]).ids


def test_every_answer_of_a_post_office_stands_on_the_page_of_refusals(today: Made, tmp_path: Path) -> None:
    """The same list as in the OpenAPI document, with the same status."""
    listed = {row["code"]: row["status"] for row in Office(tmp_path).app.openapi()["x-codes"]}
    assert len(listed) > len(RefusalCode)
    for language in LANGUAGES:
        page = read(today.files[f"{language}/refusals.html"])
        assert listed.keys() <= page.ids
        for code, status in listed.items():
            assert re.search(rf"\b{code}\b ?:? {status}\b", page.text), code
        assert "readers_full" in today.files[f"{language}/index.js"]


def test_no_dutch_page_falls_back_on_english(today: Made) -> None:
    fallen = [path for path, text in html(today.files).items() if '<span lang="en">' in text and path.startswith("nl/")]
    assert fallen == []


def test_no_link_is_dead_and_none_leads_to_another_host(today: Made) -> None:
    pages = {path: read(text) for path, text in html(today.files).items()}
    led: set[str] = set()
    for path, page in pages.items():
        for link in page.links:
            assert not NAMED.match(link), f"{path} leads to {link}"
            to, _, part = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), to)) if to else path
            assert target in today.files, f"{path} leads to {link}"
            assert not part or part in pages[target].ids, f"{path} leads to {link}"
            led.add(target)
    assert today.files.keys() - led == {"index.html"}, "nobody is led there"


def test_search_leads_to_pages(today: Made) -> None:
    for language in LANGUAGES:
        leads = re.findall(r'"at": "([^"#]+)', today.files[f"{language}/index.js"])
        assert len(leads) > len(CATALOGUE)
        assert {f"{language}/{at}" for at in leads} <= today.files.keys()


def test_nothing_is_fetched_by_style_or_script(today: Made) -> None:
    for path, text in today.files.items():
        if path.endswith((".css", ".js", ".svg")):
            assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|import\(", text), path
    assert sum(path.endswith(".css") for path in today.files) == 1
    assert today.files["look/search.js"].count("\n") <= 40


def test_no_style_or_script_stands_in_a_page(today: Made) -> None:
    for path, text in html(today.files).items():
        page = read(text)
        assert "style" not in page.tags, path
        assert not {tag for tag in page.tags if tag.endswith("[style]") or "[on" in tag}, path
        assert text.count("<script") == text.count('<script src="'), path


def test_both_languages_have_the_same_pages(today: Made) -> None:
    of = {language: {path.partition("/")[2] for path in today.files if path.startswith(f"{language}/")} for language in LANGUAGES}
    assert of["nl"] == of["en"]


class TestAnEventThatIsNew:
    def test_appears_everywhere(self, invented: Made, today: Made) -> None:
        name = ThingInvented.short_name()
        added = {f"schemas/{name}.json", *(f"{language}/events/{name}.html" for language in LANGUAGES)}
        assert invented.files.keys() - today.files.keys() == added
        for language in LANGUAGES:
            for page in ("index.html", "kinds/aid_organisation.html", "kinds/care_coordinator.html", "kinds/registry.html"):
                assert any(link.endswith(f"events/{name}.html") for link in read(invented.files[f"{language}/{page}"]).links), (
                    page
                )
            assert name not in invented.files[f"{language}/kinds/riec.html"]
            assert name in invented.files[f"{language}/index.js"]
        for kind in ("aid_organisation", "registry"):
            assert "things.invented.v1" in invented.files[f"asyncapi/{kind}.json"]

    def test_whose_words_nobody_wrote_is_told_in_english_and_named(self, invented: Made) -> None:
        assert '[catalogue] "a <u>word</u>"' in invented.missing["nl"]
        assert '[catalogue] "try <i>what</i> a page does"' in invented.missing["nl"]
        assert {"[events.thing_invented]", "[fields.ThingInvented] secret"} <= invented.missing["nl"] & invented.missing["en"]
        page = invented.files["nl/events/things.invented.v1.html"]
        assert '<span lang="en">try &lt;i&gt;what&lt;/i&gt; a page does</span>' in page

    def test_cannot_write_into_the_page(self, invented: Made) -> None:
        for language in LANGUAGES:
            page = read(invented.files[f"{language}/events/things.invented.v1.html"])
            assert not {"b", "i", "u", "script"} & page.tags
            assert 'Says <b>nothing</b> & "more".' in page.text
            assert "7 * 7" in page.text
            assert page.blocks

    def test_says_who_is_told_what(self, invented: Made) -> None:
        page = read(invented.files["en/events/things.invented.v1.html"])
        assert "Personal data: words , inner[] , inner[].name ." in page.text
        assert "Not told to: care coordinator." in page.text
        assert "Never get this event Signal desk; police, or another reporter; municipality; RIEC; province" in page.text


def test_the_same_version_gives_the_same_bytes(tmp_path: Path) -> None:
    """In another process, too, where sets are in another order."""
    script = "import sys; from console.main import app; sys.argv[0] = 'keten'; app()"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        words = ["catalogue", "--html", str(tmp_path / seed)]
        subprocess.run([sys.executable, "-c", script, *words], check=True, env=environment, capture_output=True)
    one, other = (
        {path.relative_to(tmp_path / seed): path.read_bytes() for path in (tmp_path / seed).rglob("*") if path.is_file()}
        for seed in "12"
    )
    assert one == other
    assert len(one) > 100
