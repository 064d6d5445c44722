"""The webhooks that every walk must tell apart are judged alike by the library of Standard Webhooks."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import standardwebhooks.webhooks
from standardwebhooks import Webhook

VECTORS = Path(__file__).parents[2] / "kit" / "walks" / "vectors.tsv"
HEAD, *ROWS = (line.split("\t") for line in VECTORS.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("row", [dict(zip(HEAD, row, strict=True)) for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_library_agrees(row: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Then(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.fromtimestamp(int(row["now"]), UTC)

    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", Then)
    headers = {name: value for name, value in row.items() if name.startswith("webhook-")}
    try:
        Webhook(row["secret"]).verify(row["body"], headers)
        found = "holds"
    except Exception:
        found = "fails"
    assert found == row["expected"]


def test_both_are_there() -> None:
    assert {row[1] for row in ROWS} == {"holds", "fails"}
