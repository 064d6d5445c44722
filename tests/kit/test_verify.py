"""A webhook is verified by its signature and its time, and nothing else is believed."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from keten_client import Forged, verify

SECRET, OLD, OTHER = (f"whsec_{base64.b64encode(word * 4).decode()}" for word in (b"invented", b"previous", b"whatever"))
EVENT = {
    "specversion": "1.0",
    "id": "3f2a",
    "type": "nl.keten.signals.received.v1",
    "source": "urn:nld:oin:00000099000000000001",
    "data": {"ë": "€"},
}
BODY = json.dumps(EVENT, ensure_ascii=False)


def headers(*secrets: str, away: float = 0, name: str = "3f2a", body: str = BODY) -> dict[str, str]:
    at = datetime.now(UTC) + timedelta(seconds=away)
    signatures = " ".join(Webhook(secret).sign(name, at, body) for secret in secrets)
    return {"webhook-id": name, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signatures}


def test_what_was_signed_is_told() -> None:
    event = verify(BODY.encode(), headers(SECRET), SECRET)
    assert (event.id, event.type, event.data) == ("3f2a", "nl.keten.signals.received.v1", {"ë": "€"})


def test_headers_have_no_case() -> None:
    assert verify(BODY.encode(), {name.title(): value for name, value in headers(SECRET).items()}, SECRET).id == "3f2a"


@pytest.mark.parametrize("known", [(SECRET,), (OLD,), (SECRET, OLD), (OTHER, OLD)])
def test_while_a_secret_is_changed_either_fits(known: tuple[str, ...]) -> None:
    assert verify(BODY.encode(), headers(SECRET, OLD), *known).id == "3f2a"


def forged() -> dict[str, dict[str, str]]:
    """Signed now: what is old is forged for that alone."""
    return {
        "another secret": headers(OTHER),
        "another id": {**headers(SECRET), "webhook-id": "3f2b"},
        "six minutes old": headers(SECRET, away=-360),
        "six minutes ahead": headers(SECRET, away=360),
        "another body": headers(SECRET, body=BODY.replace("€", "$")),
        "no signature": {**headers(SECRET), "webhook-signature": ""},
        "no scheme": {**headers(SECRET), "webhook-signature": "abc"},
        "three parts": {**headers(SECRET), "webhook-signature": "v1,a,b"},
        "no base64": {**headers(SECRET), "webhook-signature": "v1,a"},
        "another scheme": {**headers(SECRET), "webhook-signature": headers(SECRET)["webhook-signature"].replace("v1,", "v1a,")},
        "no time": {**headers(SECRET), "webhook-timestamp": "nan"},
        "nothing": {},
    }


@pytest.mark.parametrize("name", forged())
def test_what_is_not_from_our_post_office_is_forged(name: str) -> None:
    with pytest.raises(Forged):
        verify(BODY.encode(), forged()[name], SECRET)


def test_a_body_that_is_no_text_is_forged() -> None:
    with pytest.raises(Forged):
        verify(b"\xff\xfe", headers(SECRET), SECRET)


def test_what_was_signed_and_is_no_event_is_no_forgery_and_not_repeated() -> None:
    body = '{"secret": "a person"}'
    with pytest.raises(ValueError, match="no CloudEvent") as raised:
        verify(body.encode(), headers(SECRET, body=body), SECRET)
    assert "a person" not in str(raised.value)


def test_without_a_secret_nothing_is_verified() -> None:
    with pytest.raises(ValueError, match="without a secret"):
        verify(BODY.encode(), headers(SECRET))
