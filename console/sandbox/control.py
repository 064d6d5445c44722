"""Another terminal at a sandbox that runs."""

import json
from pathlib import Path

import httpx

CONTROL = "control.json"
PATIENCE = 300.0
"""Seconds to wait: what is triggered may follow only when clocks end."""


class NoSandbox(RuntimeError):  # noqa: N818 - named as what is the case
    """No sandbox runs there; the message says how to start one."""


def ordered(home: Path, order: str, name: str) -> str:
    """Have a sandbox do something.

    Args:
        home: Of the sandbox.
        order: ``trigger`` or ``fault``.
        name: Of the event or the fault.

    Returns:
        What it says about that.

    Raises:
        NoSandbox: None runs there.
        ValueError: It refuses; in its words.
    """
    absent = f"no sandbox runs in {home}: start one with `keten sandbox --as AGENCY`, or name its home with --home"
    try:
        found = json.loads((home / "sandbox" / CONTROL).read_text(encoding="utf-8"))
        headers = {"Authorization": f"Bearer {found['key']}"}
        answer = httpx.post(f"{found['address']}/orders/{order}", json={"name": name}, headers=headers, timeout=PATIENCE)
        words = str(answer.json()["words"])
    except (OSError, ValueError, KeyError, TypeError, httpx.TransportError):
        raise NoSandbox(absent) from None
    if answer.is_error:
        raise ValueError(words)
    return words
