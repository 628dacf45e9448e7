"""Files written whole or not at all."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def replace(path: Path, text: str) -> None:
    """Write a text to a file beside its place, then put it there: the old text stays until the new one is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def write(root: Path, texts: Mapping[str, str]) -> list[str]:
    """Put texts in their places, and give what changed, as lines of a diff. A text that is as it was is left alone."""
    shown: list[str] = []
    for name, text in sorted(texts.items()):
        path = root / name
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        if text != before or not path.exists():
            replace(path, text)
            shown += difflib.unified_diff(before.splitlines(), text.splitlines(), name if path.exists() else "/dev/null", name, "", "", 1, "")
    return shown
