"""A small in-memory DuckDB with typed empty tables and mart views: where cases run and SQL is bound without data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident, quote_literal, split_dataset
from xiansuo.supervision.mart_files import Mart

if TYPE_CHECKING:
    import duckdb

GIVEN_FILE = "case"


def sql_name(dataset: str) -> str:
    """The quoted two-part SQL name of a dataset or mart."""
    return ".".join(quote_ident(part) for part in split_dataset(dataset))


class Sandbox:
    """Typed tables by two-part name; what happens inside ``undone`` leaves no trace."""

    def __init__(self) -> None:
        import duckdb

        self.con: duckdb.DuckDBPyConnection = duckdb.connect(":memory:", config={"threads": "1"})
        self.con.execute("SET TimeZone = 'UTC'")
        self.con.execute("PRAGMA disable_optimizer")  # plans for a handful of rows: optimising costs 20x the running
        self.columns: dict[str, dict[str, str]] = {}

    def add_table(self, dataset: str, columns: Mapping[str, str]) -> None:
        """Create an empty typed table."""
        listed = ", ".join(f"{quote_ident(name)} {kind}" for name, kind in columns.items())
        self._schema(dataset)
        self.con.execute(f"CREATE TABLE {sql_name(dataset)} ({listed})")
        self.columns[dataset] = dict(columns)

    def add_mart(self, mart: Mart) -> None:
        """Create a mart as a view; its tables must be there already. DuckDB's error passes through."""
        self._schema(mart.sql_name)
        self.con.execute(f"CREATE VIEW {sql_name(mart.sql_name)} AS {mart.sql}")
        self.columns[mart.sql_name] = self.describe(f"SELECT * FROM {sql_name(mart.sql_name)}")

    def describe(self, query: str) -> dict[str, str]:
        """Output column -> DuckDB type of a query, without running it."""
        return {row[0]: row[1] for row in self.con.execute(f"DESCRIBE {query}").fetchall()}

    @contextmanager
    def undone(self) -> Iterator[None]:
        """A transaction that is always rolled back."""
        self.con.execute("BEGIN")
        try:
            yield
        finally:
            self.con.execute("ROLLBACK")

    def fill(self, dataset: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows; a mart becomes a table of these rows. Rows are numbered from 1 where provenance is not given."""
        known = self.columns.get(dataset)
        if known is None:
            raise InputError("the model does not declare this input", field=f"given.{dataset}", fix="add it to inputs")
        unknown = [name for name in columns if name not in known]
        if unknown:
            raise InputError(
                "no such column", field=f"given.{dataset}.columns", value=unknown[0], fix=f"it has {', '.join(known)}"
            )
        if dataset.startswith("marts."):
            self._shadow(dataset)
        if not rows:
            return
        names, values = _numbered(list(columns), rows, known)
        listed = ", ".join(quote_ident(name) for name in names)
        tuples = ", ".join("(" + ", ".join(_literal(value) for value in row) + ")" for row in values)
        self.con.execute(f"INSERT INTO {sql_name(dataset)} ({listed}) VALUES {tuples}")

    def _shadow(self, mart: str) -> None:
        listed = ", ".join(f"{quote_ident(name)} {kind}" for name, kind in self.columns[mart].items())
        self.con.execute(f"DROP VIEW {sql_name(mart)}")
        self.con.execute(f"CREATE TABLE {sql_name(mart)} ({listed})")

    def _schema(self, dataset: str) -> None:
        self.con.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_ident(split_dataset(dataset)[0])}")


def _numbered(
    columns: list[str], rows: Sequence[Sequence[Any]], known: Mapping[str, str]
) -> tuple[list[str], list[list[Any]]]:
    extra = {"_delivery": GIVEN_FILE, "_file": GIVEN_FILE}
    added = [name for name in extra if name in known and name not in columns]
    number = "_row" in known and "_row" not in columns
    names = columns + added + (["_row"] if number else [])
    filled = [
        [*row, *(extra[name] for name in added), *([position] if number else [])]
        for position, row in enumerate(rows, start=1)
    ]
    return names, filled


def _literal(value: Any) -> str:
    """A text literal, which DuckDB casts to the column's type."""
    return "NULL" if value is None else quote_literal(str(value))
