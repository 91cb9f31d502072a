"""How the command line prints: tables and notes for people, JSON for programs, errors for both.

Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.text import Text

PIPE_WIDTH = 200
TOO_NARROW = 0.7
_PIECES = re.compile(r"[!-~]+| +|.")
_NOT_FIRST = "，。；：、！？）》〕”%"


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


def relative(file: Path, project: Path) -> Path:
    """The path as a person at the project reads it."""
    return file.relative_to(project) if file.is_relative_to(project) else file


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
    """Rows under headings; columns named in ``right`` are aligned right. Markup in values is not interpreted."""
    return Rows(title, columns, [[text(cell) for cell in row] for row in rows], frozenset(right))


def records(title: str | None, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> Any:
    """A table of mappings; ``columns`` maps key to heading, numbers are aligned right."""
    right = [
        heading
        for key, heading in columns.items()
        if any(isinstance(row.get(key), int | float | Decimal) and not isinstance(row.get(key), bool) for row in rows)
    ]
    return table(title, list(columns.values()), ([row.get(key) for key in columns] for row in rows), right=right)


class Rows:
    """A table where it fits, else one short paragraph a row: an id folded over four lines cannot be copied."""

    def __init__(
        self, title: str | None, columns: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[str]
    ) -> None:
        self.title, self.columns, self.rows, self.right = title, columns, rows, right

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        from rich.measure import Measurement
        from rich.text import Text

        grid = self._grid()
        natural = Measurement.get(console, options.update_width(1_000_000), grid).maximum
        if options.max_width >= natural * TOO_NARROW or not sys.stdout.isatty():
            yield grid
            return
        if self.title:
            yield Text(self.title, style="bold")
        for row in self.rows:
            pairs = [f"{column} {cell}" for column, cell in zip(self.columns[1:], row[1:], strict=True) if cell]
            yield Flow("  ".join([row[0], *pairs]), first=0)

    def _grid(self) -> RenderableType:
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        made = Table(title=self.title, box=SIMPLE_HEAD, title_justify="left", title_style="bold")
        for column in self.columns:
            made.add_column(column, justify="right" if column in self.right else "left", overflow="fold")
        for row in self.rows:
            made.add_row(*(Text(cell) for cell in row))
        return made


class Flow:
    """A paragraph of Chinese broken at any character, numbers and ids kept whole, later lines indented by ``rest``."""

    def __init__(self, content: str, *, first: int = 2, rest: int = 4, style: str = "") -> None:
        self.content, self.first, self.rest, self.style = content, first, rest, style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        from rich.text import Text

        for line in flowed(self.content, options.max_width, self.first, self.rest):
            yield Text(line, style=self.style, no_wrap=True, overflow="ignore")


def flowed(content: str, width: int, first: int, rest: int) -> list[str]:
    """The lines of ``content`` at ``width`` cells; two cells stay free for punctuation, which starts no line."""
    from rich.cells import cell_len, chop_cells

    lines, line, used = [], " " * first, first
    room = max(width - rest - 2, 4)
    for piece in _PIECES.findall(content):
        for part in chop_cells(piece, room) if cell_len(piece) > room else [piece]:
            size = cell_len(part)
            if used + size > width - (0 if part in _NOT_FIRST else 2):
                lines.append(line.rstrip())
                line, used = " " * rest, rest
                if part.isspace():
                    continue
            line, used = line + part, used + size
    return [*lines, line.rstrip()]
