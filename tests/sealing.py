"""Events as tests write them, right or wrong inside, sealed as they travel."""

import json
from typing import Any, cast

from runtime.bus import Seal

INSIDE_ONLY = {"data", "datacontenttype", "ground", "previous"}


def sealed(seal: Seal, raw: bytes, recipient: str) -> bytes:
    """What a system sends that writes this message: anything but a JSON object with data goes as it is."""
    try:
        fields: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    if not isinstance(fields, dict) or "data" not in fields:
        return raw
    outside = {name: value for name, value in cast("dict[str, Any]", fields).items() if name not in INSIDE_ONLY}
    return json.dumps(outside | {"datacontenttype": "application/jose", "data": seal.sealed(raw, recipient)}).encode()
