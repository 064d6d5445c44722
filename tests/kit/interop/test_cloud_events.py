"""The libraries of CloudEvents send to a post office and read its feed; neither side changes what the other said."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.kit.interop.conftest import Program
from tests.kit.standing import Standing
from tests.post_office.asking import RECEIVED, SIGNAL

pytestmark = pytest.mark.interop

DATA = {"signal": {"municipality": "GM0995", "account": 'An invented example: ë, €, \U0001f9ed, "quoted", 100%.'}}
SUBJECT = 'zaak ë-€ "1" 100%'
WAYS = [
    *(("send.py", way) for way in ("structured", "binary", "v1-structured", "v1-binary")),
    *(("send.mjs", way) for way in ("structured", "binary")),
]
NOT_ENCODED = {("send.py", "v1-binary"), ("send.mjs", "binary")}
"""These write what is not ASCII into a header as it is, which HTTP does not carry (CloudEvents, HTTP binding, 3.1.3.2)."""


@pytest.mark.parametrize(("program", "way"), WAYS)
def test_a_library_sends(program: str, way: str, others: Program, post: Standing) -> None:
    attributes = {
        "id": "melding-1",
        "source": "https://zaken.example/systeem",
        "type": SIGNAL,
        "subject": SUBJECT,
        "ground": "legal_task",
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
    }
    if (program, way) in NOT_ENCODED:
        attributes["subject"] = "zaak-1"
    [answer] = others(program, way, json.dumps(attributes), json.dumps(DATA))
    assert answer["status"] == 202, answer
    assert answer["said"]["subject"] == attributes["subject"]
    draft, _ = post.office.book.out["melding-1"]
    assert (draft.type, draft.subject, draft.ground, draft.data) == (SIGNAL, attributes["subject"], "legal_task", DATA)


def same(event: dict[str, Any]) -> dict[str, Any]:
    """An event with its moment as a moment: libraries write one in several ways, and Node knows thousandths of a second."""
    time = datetime.fromisoformat(event["time"])
    return {**event, "time": time.replace(microsecond=time.microsecond // 1000 * 1000)}


@pytest.mark.parametrize("program", ["read.py", "read.mjs"])
def test_a_library_reads_the_feed_and_writes_it_again_as_it_was(program: str, others: Program, post: Standing) -> None:
    post.hear(2)
    caseref = post.office.book.feed_[0].caseref
    post.run(post.office.book.name_case(caseref, SUBJECT))
    post.office.book.erase(post.office.book.feed_[1].caseref)
    with post.client() as client:
        heard = [event.model_dump(mode="json", exclude_unset=True) for event in client.events("reads", follow=False)]
    assert (heard[0]["type"], heard[0]["subject"], heard[1]["erased"]) == (RECEIVED, SUBJECT, True)
    read = others(program)
    for layer in ("new", "old") if program == "read.py" else (None,):
        assert [same(one[layer] if layer else one) for one in read] == [same(event) for event in heard]
