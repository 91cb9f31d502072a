"""Results of earlier checks on disk, by content: what was checked with the same texts and tools is not checked again.

One file holds all of it. A file that cannot be read, or was written by other tools, counts as empty.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from xiansuo.core.files import write_atomic
from xiansuo.core.naming import digest

_TOOLS = ("xiansuo", "duckdb", "sqlglot", "pydantic", "open-data-contract-standard", "PyYAML")
_SOURCES = ("core", "contracts", "supervision")
_LENGTH = 32


def key(kind: str, *parts: Any) -> str:
    """The key of a result: a digest of everything it follows from. Parts are JSON values."""
    return f"{kind}:{digest(json.dumps(parts, ensure_ascii=False, sort_keys=True), _LENGTH)}"


def stamp(project: Path) -> str:
    """A digest of the tools and of this program's own files, and of the project's place, which messages may name."""
    from importlib.metadata import version

    here = Path(__file__).parents[1]
    files = sorted(path for name in _SOURCES for path in (here / name).rglob("*.py"))
    state = [(path.relative_to(here).as_posix(), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return digest(json.dumps([str(project), sys.version, [version(name) for name in _TOOLS], state]), _LENGTH)


class Store:
    """Results by key. Without a file nothing is kept beyond the object's life."""

    def __init__(self, file: Path | None, stamped: str) -> None:
        self._file = file
        self._stamp = stamped
        self._results = _read(file, stamped) if file else {}
        self._before = set(self._results)
        self._used: set[str] = set()

    def get(self, name: str) -> Any | None:
        """The result under a key, None when there is none."""
        found = self._results.get(name)
        if found is not None:
            self._used.add(name)
        return found

    def put(self, name: str, result: Any) -> None:
        """Keep a result, which is a JSON value."""
        self._results[name] = result
        self._used.add(name)

    def missing(self, names: Iterable[str]) -> list[str]:
        """The keys without a result."""
        return [name for name in names if self.get(name) is None]

    def save(self) -> None:
        """Write what is new. Results nobody asked for go once they are the larger part."""
        if self._file is None or self._before >= set(self._results):
            return
        kept = self._results
        if len(kept) > 2 * len(self._used):
            kept = {name: kept[name] for name in kept if name in self._used}
        body = json.dumps(kept, ensure_ascii=False)
        with suppress(OSError):  # a home that cannot be written to costs time, no findings
            write_atomic(self._file, json.dumps([self._stamp, digest(body, _LENGTH)]) + "\n" + body)
            write_atomic(self._file.parent / ".gitignore", "*\n")


def _read(file: Path, stamped: str) -> dict[str, Any]:
    try:
        head, _, body = file.read_text(encoding="utf-8").partition("\n")
        if json.loads(head) != [stamped, digest(body, _LENGTH)]:
            return {}
        results = json.loads(body)
    except (OSError, ValueError):
        return {}
    return results if isinstance(results, dict) else {}
