"""The one error tree: what a user did or met, where, and how to mend it. Printing and logging happen elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class XiansuoError(Exception):
    """An error a user can act on. ``str()`` gives the message and one line per known part."""

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        file: Path | str | None = None,
        unit: str | None = None,
        field: str | None = None,
        value: Any = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = None if file is None else str(file)
        self.unit = unit
        self.field = field
        self.value = value
        self.fix = fix

    def parts(self) -> dict[str, Any]:
        """The named parts that are known, in display order."""
        named = {"file": self.file, "unit": self.unit, "field": self.field, "value": self.value, "fix": self.fix}
        return {name: part for name, part in named.items() if part is not None}

    def __str__(self) -> str:
        lines = [self.message]
        lines += [f"  {name}: {part}" for name, part in self.parts().items()]
        return "\n".join(lines)


class ProblemsFound(XiansuoError):
    """The command worked and found problems (a failing case, a lint finding, evidence that does not verify)."""

    exit_code = 1


class UsageError(XiansuoError):
    """The command or call was used wrongly."""

    exit_code = 2


class InputError(XiansuoError):
    """A file somebody wrote or delivered is not what it must be."""

    exit_code = 3


class EnvironmentProblem(XiansuoError):
    """The machine, a lock, a disk or a concurrent writer stands in the way."""

    exit_code = 4
