"""Small files of a sandbox, replaced at once, that only their owner reads."""

import json
import os
from pathlib import Path
from typing import Any


def replace(path: Path, content: Any) -> None:
    """Write JSON in place of what was there."""
    replace_text(path, json.dumps(content))


def replace_text(path: Path, text: str) -> None:
    """Write a text in place of what was there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
