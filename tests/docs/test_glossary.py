"""Every place that the glossary names exists."""

import re

import pytest

from tests.docs.checkout import ROOT

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [line.rstrip("|").rpartition("|")[2] for line in PAGE.splitlines() if line.startswith("| ")]
PLACES = sorted({place for where in ROWS for place in re.findall(r"`([a-z_]+(?:/[\w.]+)*/[\w.]*)`", where)})


@pytest.mark.parametrize("place", PLACES)
def test_it_is_there(place: str) -> None:
    assert (ROOT / place).exists(), f"docs/glossary.md says that something is in {place}: write where it is now"


def test_places_are_found_on_the_page() -> None:
    assert "workflows/engine/table.py" in PLACES
    assert "tests/replay/" in PLACES
