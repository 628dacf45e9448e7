"""Results kept between builds, by content: safe to delete, and safe when two builds run at once."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KEPT, KEPT_FILES = 4000, 24


def digest(*parts: object) -> str:
    """A name for a result: equal only where all that it was made from is equal."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def source_version(*paths: str) -> str:
    """What stands for the program that made a result: a digest of its source files."""
    return digest(*(Path(p).read_text(encoding="utf-8") for p in paths))


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of results, or no folder: then nothing is kept. `coming` holds the results under way in this build."""

    folder: Path | None = None
    coming: dict[str, Future[Any]] = field(default_factory=dict, compare=False)

    def result(self, name: str, make: Callable[[], Any]) -> Any:
        """The result of a name: the one under way, the one kept, or a new one."""
        begun = self.coming.pop(name, None)
        return begun.result() if begun else self._result(name, make)

    def begin(self, pool: Executor, name: str, make: Callable[[], Any]) -> None:
        """Set about a result that will be asked for later."""
        self.coming[name] = pool.submit(self._result, name, make)

    def drop(self) -> None:
        """Give up what is under way, where it can still be."""
        for begun in self.coming.values():
            begun.cancel()
        self.coming.clear()

    def _result(self, name: str, make: Callable[[], Any]) -> Any:
        kept = self.get(name)
        if kept is None:
            kept = make()
            self.put(name, kept)
        return kept

    def get(self, name: str) -> Any | None:
        """A result kept under a name; None where there is none that can be read."""
        if not self.folder:
            return None
        try:
            return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def put(self, name: str, result: Any) -> None:
        """Keep a result, whole or not at all; a disk that refuses costs only the time."""
        if not self.folder:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".part")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(result, ensure_ascii=False))  # json.dump takes five times as long
            Path(temporary).replace(self.folder / f"{name}.json")
        except OSError:
            return

    def get_file(self, name: str) -> bytes | None:
        """A file kept under a name; None where there is none."""
        try:
            return (self.folder / f"{name}.file").read_bytes() if self.folder else None
        except OSError:
            return None

    def put_file(self, name: str, content: bytes) -> None:
        """Keep a file, as `put` keeps a result."""
        if not self.folder:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).replace(self.folder / f"{name}.file")
        except OSError:
            return

    def prune(self) -> None:
        """Drop the oldest results, and files, beyond the number kept."""
        for pattern, kept in (("*.json", KEPT), ("*.file", KEPT_FILES)):
            found = sorted(self.folder.glob(pattern), key=lambda p: p.stat().st_mtime) if self.folder else []
            for path in found[:-kept]:
                path.unlink(missing_ok=True)
