"""What a post office answers where it cannot do as it was asked: problem documents (RFC 9457), as exceptions."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

import httpx

__all__ = ["Erased", "NotAllowed", "Problem", "Refused", "TooMany", "Unavailable", "Unknown", "asked_pause", "problem"]


class Problem(Exception):  # noqa: N818 - an answer
    """A call was not done. It holds no value out of an event, so it may be logged.

    Attributes:
        status: Of HTTP; 0 where nothing was answered at all.
        code: For software, as ``data_invalid``.
        words: For people: what was wrong and what to do.
        pointers: JSON pointers to what is wrong, as ``/data/signal/municipality``.
    """

    def __init__(self, status: int, code: str, words: str, pointers: Sequence[str] = ()) -> None:
        places = f" ({', '.join(pointers)})" if pointers else ""
        super().__init__(f"{code}: {words}{places}")
        self.status, self.code, self.words, self.pointers = status, code, words, tuple(pointers)


class Refused(Problem):
    """What was sent cannot be taken as it is. Correct it; to send it again unchanged is of no use."""


class NotAllowed(Problem):
    """The token is not known, has ended, or may not do this."""


class Unknown(Problem):
    """There is no such thing."""


class Erased(Problem):
    """It was there; its case has been erased."""


class TooMany(Problem):
    """The limit of this token was reached, and patience ended before the post office could be asked again."""


class Unavailable(Problem):
    """The post office was not reached, or could not do it, until patience ended. Ask again later; send with the same id."""


_KINDS: dict[int, type[Problem]] = {
    400: Refused,
    401: NotAllowed,
    403: NotAllowed,
    404: Unknown,
    409: Refused,
    410: Erased,
    413: Refused,
    415: Refused,
    422: Refused,
    429: TooMany,
}


def problem(answer: httpx.Response) -> Problem:
    """The exception for an answer that is no success, whoever gave it: a proxy in between knows no problem documents."""
    said = _document(answer)
    kind = Unavailable if answer.status_code >= 500 else _KINDS.get(answer.status_code, Problem)
    words = said.get("detail") or said.get("title") or f"answered with status {answer.status_code} and no words"
    code = said.get("code") or f"http_{answer.status_code}"
    return kind(answer.status_code, str(code), str(words), _pointers(said))


def asked_pause(answer: httpx.Response) -> float | None:
    """For how many seconds an answer asks to stay away (``Retry-After``, in seconds or as a moment)."""
    asked = answer.headers.get("retry-after", "")
    if asked.isdecimal():
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _document(answer: httpx.Response) -> dict[str, Any]:
    if "json" not in answer.headers.get("content-type", ""):
        return {}
    try:
        said: object = answer.json()
    except ValueError:
        return {}
    return cast("dict[str, Any]", said) if isinstance(said, dict) else {}


def _pointers(said: dict[str, Any]) -> list[str]:
    errors = said.get("errors")
    listed = cast("list[object]", errors) if isinstance(errors, list) else []
    places = [cast("dict[str, object]", error).get("pointer") for error in listed if isinstance(error, dict)]
    return [place for place in places if isinstance(place, str)]
