"""From capabilities to activities."""

from collections.abc import Callable
from typing import Any


def activities_of(*capabilities: object) -> list[Callable[..., Any]]:
    """The activities of some capabilities: every method that ``activity.defn`` marked."""
    members = (getattr(capability, name) for capability in capabilities for name in dir(capability))
    return [member for member in members if hasattr(member, "__temporal_activity_definition")]
