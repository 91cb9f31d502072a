"""Engines that compute the rows of a rule. Everything after the rows (ids, clues, history, tables) is DuckDB's.

The protocol is small on purpose: links of graphs and rows of hits.sql and evidence.sql. ``DuckEngine`` answers in the
run's own session; ``spark_engine`` translates, asks Spark and hands the typed rows over.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from xiansuo.core.progress import Progress

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from xiansuo.supervision.model import Model, Rule


@dataclass(frozen=True)
class Statement:
    """One bound SELECT of a model: where it stands, and the types of its output in DuckDB."""

    sql: str
    file: Path
    unit: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Room:
    """What a run gives an engine: the session in which every relation is readable.

    ``versions`` names the datasets and marts that are lake tables as they stand, with their Delta version.
    """

    con: duckdb.DuckDBPyConnection
    versions: Mapping[str, int]
    progress: Progress


class Engine(Protocol):
    """Computes rows. ``enter`` comes first in every run, ``leave`` last."""

    name: str

    def refuse(self, model: Model, rules: tuple[Rule, ...]) -> None:
        """UsageError when a rule is not for this engine."""

    def enter(self, room: Room) -> None:
        """Make ready for one run."""

    def leave(self) -> None:
        """Give back what the run took."""

    def links(self, con: duckdb.DuckDBPyConnection, statement: Statement) -> pa.Table:
        """The links of a graph: columns left_id and right_id. duckdb.Error passes through."""

    def rows(self, con: duckdb.DuckDBPyConnection, statement: Statement) -> AbstractContextManager[str]:
        """A SELECT that ``con`` can read: the statement's rows with the statement's types."""


class DuckEngine:
    """DuckDB in the run's own session."""

    name = "duckdb"

    def refuse(self, model: Model, rules: tuple[Rule, ...]) -> None:
        """Every rule runs here."""

    def enter(self, room: Room) -> None:
        """Nothing to make ready."""

    def leave(self) -> None:
        """Nothing was taken."""

    def links(self, con: duckdb.DuckDBPyConnection, statement: Statement) -> pa.Table:
        """The links of a graph."""
        return con.sql(statement.sql).to_arrow_table()

    def rows(self, con: duckdb.DuckDBPyConnection, statement: Statement) -> AbstractContextManager[str]:
        """The statement itself."""
        return nullcontext(statement.sql)
