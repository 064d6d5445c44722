"""Whoever follows the feed sees each event once, in order, from the mark on, whatever happens to the connection."""

import itertools
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from keten_client import Event, NotAllowed, Refused, Unavailable
from tests.kit.scripted import Answer, Scripted, problem

FEED = [
    {"specversion": "1.0", "id": f"e{number}", "type": f"t{number % 2}", "source": "s", "extra": number} for number in range(1, 8)
]


def served(mark: str | None = None, *, most: int = 3, stumbling: Sequence[Answer] = ()) -> Scripted:
    """A feed of seven events, with a mark; every call but the first stumbles once for each of these."""
    left = list(stumbling)

    def answer(request: httpx.Request) -> Answer:
        if request.url.path.startswith("/v1/consumers/"):
            return httpx.Response(200, json={"name": "x", "lastEventId": mark}) if mark else problem(404, "not_found")
        if left:
            return left.pop(0)
        after = request.url.params.get("lastEventId")
        found = [event for event in FEED if after is None or int(str(event["id"])[1:]) > int(after[1:])]
        return httpx.Response(200, json=found[:most])

    return Scripted(answer)


def ids(events: Any) -> list[str]:
    return [event.id for event in events]


def test_a_new_reader_begins_at_the_beginning() -> None:
    assert ids(served().client().events("case-system", follow=False)) == [f"e{number}" for number in range(1, 8)]


def test_another_goes_on_after_its_mark() -> None:
    scripted = served("e5")
    assert ids(scripted.client().events("case-system", follow=False)) == ["e6", "e7"]
    assert scripted.asked[0].url.path == "/v1/consumers/case-system"


def test_what_a_later_version_adds_is_kept() -> None:
    event = next(iter(served().client().events("case-system")))
    assert event.model_extra == {"extra": 1}
    assert isinstance(event, Event)


def test_a_follower_asks_to_be_kept_waiting_and_others_do_not() -> None:
    for follow, asked in ((True, "30000"), (False, "0")):
        scripted = served()
        next(iter(scripted.client().events("case-system", follow=follow)))
        assert scripted.asked[1].url.params["timeout"] == asked


def test_types_are_asked_for() -> None:
    scripted = served()
    next(iter(scripted.client().events("case-system", types=["t1", "t2"])))
    assert scripted.asked[1].url.params.get_list("type") == ["t1", "t2"]


@pytest.mark.parametrize(
    "lost",
    [httpx.ConnectError("away"), httpx.ReadError("cut off"), problem(503, "failed"), problem(429, "rate_limited")],
    ids=str,
)
def test_a_follower_outlives_a_post_office_that_is_away_for_long(lost: Answer) -> None:
    scripted = served(stumbling=[lost] * 50)
    assert ids(itertools.islice(scripted.client(patience=20).events("case-system"), 7)) == [event["id"] for event in FEED]
    assert sum(scripted.pauses) > 200, "it has outlived patience ten times"


def test_who_does_not_follow_hears_when_patience_ends() -> None:
    with pytest.raises(Unavailable):
        ids(served(stumbling=[httpx.ConnectError("away")] * 50).client(patience=2).events("case-system", follow=False))


@pytest.mark.parametrize(("status", "code", "kind"), [(401, "token_unknown", NotAllowed), (400, "cursor_unknown", Refused)])
def test_what_would_never_end_is_told(status: int, code: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        ids(served(stumbling=[problem(status, code)]).client().events("case-system"))


def test_acknowledging_sets_the_mark() -> None:
    scripted = Scripted(httpx.Response(200, json={"name": "case-system", "lastEventId": "e3", "waiting": 4}))
    mark = scripted.client().acknowledge("case-system", "e3")
    assert (mark.name, mark.last_event_id, mark.waiting) == ("case-system", "e3", 4)
    assert scripted.asked[0].method == "PUT"
    assert scripted.asked[0].content == b'{"lastEventId":"e3"}'
