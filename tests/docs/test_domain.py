"""The page on the domain says of clocks and states what the code says."""

import re
from pathlib import Path

import pytest

from contracts.clocks import Clocks
from tests.remedy import assert_same
from workflows.access.tables import ACCESS, DISCLOSURE
from workflows.case.table import CASE, REFERRAL, REGISTERING, SHARING
from workflows.coverage.table import COVERAGE
from workflows.dossier.table import DOSSIER, FEEDBACK
from workflows.engine.table import OPENING, VOID, Table
from workflows.placement.table import PLACEMENT
from workflows.privacy.table import PRIVACY
from workflows.registration.table import REGISTRATION
from workflows.report.table import REPORT
from workflows.retention.table import RECALL, RETENTION
from workflows.signal.table import SIGNAL

PAGE = (Path(__file__).parents[2] / "docs" / "domain.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")]
TABLES = (
    SIGNAL,
    REPORT,
    CASE,
    REFERRAL,
    SHARING,
    REGISTERING,
    PLACEMENT,
    PRIVACY,
    DOSSIER,
    FEEDBACK,
    REGISTRATION,
    COVERAGE,
    RETENTION,
    RECALL,
    ACCESS,
    DISCLOSURE,
)


def test_the_page_lists_every_clock_with_its_term_and_mark() -> None:
    written = {row[0].strip("`"): (row[1], row[3].split()[0]) for row in ROWS if len(row) == 4 and row[0].startswith("`")}
    clocks = Clocks()
    remedy = (
        "The table under `Clocks` in docs/domain.md has a row for each clock of contracts/clocks.py: name, term, what ends, mark."
    )
    assert_same(written, Clocks.model_fields, remedy)
    for name, field in Clocks.model_fields.items():
        term, mark = written[name]
        assert term == str(getattr(clocks, name)), f"correct the term of `{name}` in docs/domain.md"
        assert mark in str(field.description), f"correct the mark of `{name}` in docs/domain.md"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_page_lists_every_state(table: Table) -> None:
    row = next((row for row in ROWS if row[0].split(",")[0] == table.name), None)
    assert row, f"add a row for {table.name} to the table under `States` in docs/domain.md"
    remedy = f"write it into the row {table.name} of the table under `States` in docs/domain.md, in the order of the code"
    assert re.findall(r"`(\w+)`", row[2]) == [state for state in table.states if state != OPENING], remedy
    assert set(re.findall(r"`(\w+)`", row[3])) == set(table.ends - {VOID}), remedy
