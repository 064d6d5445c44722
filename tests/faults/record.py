"""What the servers acknowledged, as whoever asked them remembers it: apart from the product."""

import json
from pathlib import Path
from typing import Any


class Record:
    """What was acknowledged so far.

    Args:
        path: A file that keeps it for another process; None: this process alone knows it.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.signals: dict[str, str | None] = {}
        self.decisions: list[tuple[str, str]] = []
        self.left: set[str] = set()
        self.finished: set[str] = set()
        self.tries = 0
        if path and path.exists():
            for line in path.read_text().splitlines():
                self._take(**json.loads(line))

    @property
    def acts(self) -> int:
        """How much was acknowledged."""
        return len(self.signals) + len(self.decisions)

    def signal(self, reference: str, event_id: str | None) -> None:
        """The bus acknowledged a signal; of one that the staff reported the id is not known."""
        self._add(what="signal", reference=reference, event_id=event_id)

    def decided(self, reference: str, command: str) -> None:
        """Temporal acknowledged a decision."""
        self._add(what="decision", reference=reference, command=command)

    def leave(self, reference: str) -> None:
        """This case will be left open, on purpose."""
        self._add(what="left", reference=reference)

    def finish(self, reference: str) -> None:
        """Nothing more will be decided in this case."""
        self._add(what="finished", reference=reference)

    def _add(self, **act: Any) -> None:
        self._take(**act)
        if self._path:
            with self._path.open("a") as file:
                file.write(json.dumps(act) + "\n")

    def _take(self, what: str, reference: Any, event_id: Any = None, command: Any = None) -> None:
        match what:
            case "signal":
                self.signals[reference] = event_id
            case "decision":
                self.decisions.append((reference, command))
            case "left":
                self.left.add(reference)
            case _:
                self.finished.add(reference)
