"""How the command line prints: tables and notes for people, JSON for programs, errors for both.

Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PIPE_WIDTH = 200


def console() -> Console:
    """The console on stdout; wide when it is no terminal, so that pipes get whole rows."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False, soft_wrap=False)


def show(*renderables: RenderableType) -> None:
    """Print renderables to stdout; running text is not broken into lines for a pipe."""
    from rich.text import Text

    out = console()
    for renderable in renderables:
        running = isinstance(renderable, str | Text)
        out.print(renderable, soft_wrap=running and not sys.stdout.isatty())


def note(text: str) -> None:
    """A line for people on stderr: never part of a result."""
    sys.stderr.write(text + "\n")


def print_json(value: Any) -> None:
    """``value`` as indented JSON with real characters. Dates and decimals are text, as exact as they are."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=plain) + "\n")


def plain(value: Any) -> Any:
    """The JSON form of what json does not know."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


def text(value: Any) -> str:
    """One cell of a table: blank for nothing, thousands for numbers, lists with a separator."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float | Decimal):
        return f"{value:,.2f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, list | tuple):
        return "、".join(text(item) for item in value)
    return str(value)


def table(
    title: str | None, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Iterable[str] = ()
) -> Any:
    """A Rich table; columns named in ``right`` are aligned right. Markup in values is not interpreted."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    numeric = set(right)
    made = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in numeric else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(text(cell)) for cell in row))
    return made


def records(title: str | None, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> Any:
    """A table of mappings; ``columns`` maps key to heading, numbers are aligned right."""
    right = [
        heading
        for key, heading in columns.items()
        if any(isinstance(row.get(key), int | float | Decimal) and not isinstance(row.get(key), bool) for row in rows)
    ]
    return table(title, list(columns.values()), ([row.get(key) for key in columns] for row in rows), right=right)
