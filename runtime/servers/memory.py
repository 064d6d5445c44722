"""How much memory the embedded servers take: it must not grow with the cases that are open."""

from collections.abc import Mapping

from contracts.agencies import Directory

STATES = 256
"""Files whose state the Temporal server keeps in memory; another is read from its database when something happens in it."""

TEMPORAL, NATS = (128, 3), (48, 1)
"""MiB for a server itself, and for each agency more."""


def temporal_memory(directory: Directory) -> Mapping[str, str]:
    """The environment of the Temporal server. ``GOMEMLIMIT`` makes a program in Go collect more often; it does not end there."""
    return _limit(directory, *TEMPORAL)


def nats_memory(directory: Directory) -> Mapping[str, str]:
    """The environment of the NATS server."""
    return _limit(directory, *NATS)


def temporal_cache() -> list[str]:
    """Arguments of the Temporal server."""
    return ["--dynamic-config-value", f"history.hostLevelCacheMaxSize={STATES}"]


def _limit(directory: Directory, itself: int, each: int) -> Mapping[str, str]:
    return {"GOMEMLIMIT": f"{itself + each * len(directory.agencies)}MiB"}
