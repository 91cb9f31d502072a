"""What every reader hands on: one table of text with exact record numbers, and an account of everything else seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo.ingest.vault import Stored

if TYPE_CHECKING:
    import duckdb

    from xiansuo.contracts.asset import ReaderOptions

ROW = "_row"
Columns = list[str | None]
# Takes, per delivered column, the texts its header may be known by; returns contract columns, None where ignored.
HeaderMatcher = Callable[[Sequence[Sequence[str]]], Columns]


@dataclass(frozen=True)
class Furniture:
    """A record that is no data: blank line, repeated header, footer, instruction."""

    row: int
    text: str


@dataclass(frozen=True)
class Reject:
    """A record that cannot be taken apart into columns, with its original text and the reason's code."""

    row: int
    text: str
    code: str


@dataclass(frozen=True)
class ReadContext:
    """What a reader needs besides the file: options, header rules, a DuckDB session and a folder for scratch files."""

    options: ReaderOptions
    match: HeaderMatcher
    con: duckdb.DuckDBPyConnection
    scratch: Path
    threads: int
    fast: bool = True


@dataclass(frozen=True)
class TextUnit:
    """One file or one sheet as text.

    ``relation`` is SQL giving VARCHAR columns named by ``names`` and ``_row`` BIGINT. ``records`` is the exact number
    of rows the relation must yield. With ``provisional`` a different count means that lines and records disagree,
    and the strict reader has to decide.
    """

    stored: Stored
    file_id: str
    format: str
    encoding: str | None
    sheet: str | None
    header_row: int | None
    headers: list[str]
    columns: Columns
    relation: str
    records: int
    provisional: bool = False
    rejects: list[Reject] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Relation column names: the contract's, and ``_ignored_<n>`` for ignored ones."""
        return relation_names(self.columns)


def relation_names(columns: Columns) -> list[str]:
    """SQL names for delivered columns; ignored ones get ``_ignored_<position>``."""
    return [name or f"_ignored_{position}" for position, name in enumerate(columns)]
