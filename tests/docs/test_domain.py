"""The page on the domain names every file, and the clocks say by whose word they run."""

import re
from pathlib import Path

import pytest

from contracts.clocks import Clocks
from tests.workflows.tables_found import TABLES

DOCS = Path(__file__).parents[2] / "docs"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (DOCS / "domain.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|")
]
MARKS = {row[0] for row in ROWS if row[0].isupper()}


@pytest.mark.parametrize("name", Clocks.model_fields)
def test_every_clock_says_by_whose_word_it_runs(name: str) -> None:
    description = str(Clocks.model_fields[name].description)
    mark = re.search(r" \(([A-Z]+)[^()]*\)$", description)
    remedy = f"in contracts/clocks.py end the description of {name} with a mark in brackets, one of {sorted(MARKS)}"
    assert mark, remedy
    assert mark[1] in MARKS, remedy


@pytest.mark.parametrize("table", TABLES)
def test_the_page_says_who_keeps_it(table: str) -> None:
    kept = [row for row in ROWS if row[0].split(",")[0] == table]
    assert kept, f"add a row for {table}, with who keeps it, to the table under `States` in docs/domain.md"
