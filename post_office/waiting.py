"""``Prefer: wait=10``: for how long a client wants an answer to be held (RFC 7240)."""

import re

from fastapi import Request

_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?([0-9]{1,9})\"?\s*(?=$|[,;])", re.IGNORECASE)


def preferred(request: Request, most: float) -> float:
    """Seconds; 0: none are wanted. What cannot be understood is no preference."""
    found = _WAIT.search(",".join(request.headers.getlist("prefer")))
    return min(float(found[1]), most) if found else 0.0


def applied(seconds: float) -> dict[str, str]:
    """What is said of it."""
    return {"Preference-Applied": f"wait={seconds:g}"} if seconds else {}
