"""Which cases a changed file touches. Waiting for changes is left to watchfiles."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

_FOLDERS = ("models", "sql", "data_contracts")
_ENDINGS = (".yml", ".sql")


def watched_changes(project: Path) -> Iterator[set[Path]]:
    """The files changed together, again and again, until interrupted."""
    from watchfiles import watch

    folders = [project / name for name in _FOLDERS if (project / name).is_dir()]
    for changes in watch(*folders, raise_interrupt=True):
        paths = {Path(path) for _, path in changes}
        if paths:
            yield paths


def touched(project: Path, paths: Collection[Path], target: str | None) -> list[str | None]:
    """What to run again within ``target`` (MODEL, MODEL.RULE, or None for all): rules, models, or ``target`` whole.

    A file of a rule touches the rule, any other file of a model the model; contracts and marts touch everything.
    """
    found: set[str | None] = set()
    for path in paths:
        if path.suffix in _ENDINGS and path.is_relative_to(project):
            found.add(_unit(path.relative_to(project).parts))
    within = {unit if unit is not None and _inside(unit, target) else target for unit in found if _meets(unit, target)}
    if target in within:
        return [target]
    models = {unit for unit in within if unit is not None and "." not in unit}
    return sorted((unit for unit in within if unit in models or str(unit).partition(".")[0] not in models), key=str)


def _unit(parts: tuple[str, ...]) -> str | None:
    if parts[0] != "models" or len(parts) < 3:
        return None
    if parts[2] == "rules" and len(parts) == 5:
        return f"{parts[1]}.{parts[3]}"
    return parts[1]


def _inside(unit: str, target: str | None) -> bool:
    """Whether the unit is the target or a part of it."""
    return target is None or unit == target or unit.startswith(f"{target}.")


def _meets(unit: str | None, target: str | None) -> bool:
    """Whether unit and target have anything in common."""
    return unit is None or target is None or _inside(unit, target) or target.startswith(f"{unit}.")
