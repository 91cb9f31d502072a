"""The units of a project as the linter sees them: texts of their files, and files that belong to no unit.

Nothing here parses: which units changed is told from their bytes alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from xiansuo.supervision.findings import Finding

Kind = Literal["dataset", "mart", "model", "scoring"]
_WORD = re.compile(r"\w+")
_CASES = "/cases.yml"
_SCORING = "models/scoring.yml"


@dataclass(frozen=True)
class Unit:
    """One unit: its kind, its name (``fuel.waybill``, ``marts.x``, a model id) and its texts by relative path."""

    kind: Kind
    name: str
    texts: Mapping[str, str]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the texts but cases, in lower case: a table that SQL reads has both parts of its name here."""
        texts = (text for path, text in self.texts.items() if not path.endswith(_CASES))
        return frozenset(_WORD.findall(" ".join(texts).lower()))

    @cached_property
    def _cases(self) -> str:
        """The texts of cases, which are long, and name a table in one piece."""
        return " ".join(text for path, text in self.texts.items() if path.endswith(_CASES))

    def mentions(self, names: Collection[str]) -> list[str]:
        """The two-part names that the texts may mean."""
        return [
            name
            for name in sorted(names)
            if all(part in self.words for part in name.lower().split(".")) or name in self._cases
        ]

    def part(self, folder: str) -> dict[str, str]:
        """The texts under a folder of the unit."""
        return {path: text for path, text in self.texts.items() if path.startswith(folder + "/")}


def read_units(project: Path) -> list[Unit]:
    """Every unit of the project: datasets, marts, scoring, models. Names are sorted within each kind."""
    units = [*_datasets(project), *_marts(project)]
    if (project / "models").is_dir():
        scoring = _text(project / _SCORING)
        units.append(Unit("scoring", "scoring", {} if scoring is None else {_SCORING: scoring}))
    return units + list(_models(project))


def _datasets(project: Path) -> Iterator[Unit]:
    texts: dict[str, dict[str, str]] = {}
    for folder in ("data_contracts", "assets"):
        for path in sorted((project / folder).glob("*/*.yml")):
            found = texts.setdefault(f"{path.parent.name}.{path.stem}", {})
            found[path.relative_to(project).as_posix()] = _text(path) or ""
    for name, files in sorted(texts.items()):
        yield Unit("dataset", name, files)


def _marts(project: Path) -> Iterator[Unit]:
    for path in sorted((project / "sql" / "marts").glob("*.sql")):
        yield Unit("mart", f"marts.{path.stem}", {path.relative_to(project).as_posix(): _text(path) or ""})


def _models(project: Path) -> Iterator[Unit]:
    for path in sorted((project / "models").glob("*/model.yml")):
        files = sorted(item for item in path.parent.rglob("*") if item.is_file() and not _ignored(item, project))
        yield Unit(
            "model", path.parent.name, {file.relative_to(project).as_posix(): _text(file) or "" for file in files}
        )


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="backslashreplace")
    except OSError:
        return None


def _ignored(path: Path, project: Path) -> bool:
    parts = path.relative_to(project).parts
    return any(part.startswith(".") or part == "__pycache__" for part in parts)


def strays(project: Path) -> Iterator[Finding]:
    """Files where units lie that belong to none: misspelt suffixes, loose files, models without model.yml.

    Inside a model, reading the model finds them.
    """
    yield from _stray_datasets(project / "data_contracts", set())
    yield from _stray_datasets(project / "assets", {"files"})
    for path in _entries(project / "sql"):
        for item in _entries(path) if path.name == "marts" else [path]:
            if item.suffix != ".sql" or path.name != "marts":
                yield _stray(item, "a mart is sql/marts/<name>.sql")
    for path in _entries(project / "models"):
        if path.is_dir() and not (path / "model.yml").is_file():
            yield _stray(path, "write its model.yml, or remove it")
        elif not path.is_dir() and path.name != "scoring.yml":
            yield _stray(path, "a model is a folder")


def _stray_datasets(folder: Path, data: set[str]) -> Iterator[Finding]:
    for path in _entries(folder):
        if not path.is_dir():
            yield _stray(path, f"move it to {folder.name}/<domain>/")
        for item in _entries(path):
            if item.suffix != ".yml" and item.name not in data:
                yield _stray(item, "a dataset is one <name>.yml here" + ("; data lie in files/" if data else ""))


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.name != "__pycache__")


def _stray(path: Path, fix: str) -> Finding:
    return Finding(path, 1, 1, "XS007", f"{path.name} belongs to no unit", fix)
