"""In which language somebody is answered: what they chose, or what their browser prefers."""

from fastapi import Request

from console.web.visit import Language

COOKIE = "keten-language"
USUAL: Language = "nl"
LONGEST = 200
"""Characters of a header that are looked at."""


def language_of(request: Request) -> Language:
    """The language for a request."""
    chosen = known(request.cookies.get(COOKIE, ""))
    return chosen or _preferred(request.headers.get("accept-language", "")[:LONGEST]) or USUAL


def known(text: str) -> Language | None:
    """A language of ours, if it is one."""
    return "nl" if text == "nl" else "en" if text == "en" else None


def _preferred(header: str) -> Language | None:
    """The first of ours, by weight (RFC 9110, section 12.5.4)."""
    best: tuple[float, Language] | None = None
    for part in header.split(","):
        name, _, parameter = part.partition(";")
        weight = parameter.strip().removeprefix("q=")
        language = known(name.strip().lower().split("-")[0])
        if language and (best is None or _number(weight) > best[0]):
            best = (_number(weight), language)
    return best[1] if best and best[0] > 0 else None


def _number(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
