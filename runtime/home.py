"""The home directory: nobody but its owner looks into it."""

import os
from pathlib import Path

import structlog

log = structlog.get_logger()


class HomeOpen(PermissionError):  # noqa: N818 - named as what is the case
    """Others can look into the home, and this process may not change that; the message says what to do."""


def private_home(home: Path) -> None:
    """Make the home, or close one that is open to others, and say so.

    Raises:
        HomeOpen: It is open, and somebody else's.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = home.stat().st_mode & 0o777
    if not mode & 0o077:
        return
    try:
        home.chmod(0o700)
    except PermissionError:
        who = f"chmod 700 {home}, as its owner, or set KETEN_HOME to a directory of user {os.getuid()}"
        raise HomeOpen(f"{home} has mode {mode:04o}, so others can look into it: {who}") from None
    log.warning("home_closed_to_others", path=str(home), kind=f"{mode:04o}")
