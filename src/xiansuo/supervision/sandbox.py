"""A small in-memory DuckDB with typed empty tables, marts too: where cases run and SQL is bound without data."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident, split_dataset
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
        self._titles: dict[str, dict[str, str]] = {}
        self._marts: dict[str, Mart] = {}
        self._planned: set[str] = set()

    def add_table(self, dataset: str, columns: Mapping[str, str], titles: Mapping[str, str] | None = None) -> None:
        """Create an empty typed table; ``titles`` maps the Chinese names of its columns to the columns."""
        listed = ", ".join(f"{quote_ident(name)} {kind}" for name, kind in columns.items())
        self._schema(dataset)
        self.con.execute(f"CREATE TABLE {sql_name(dataset)} ({listed})")
        self.columns[dataset] = dict(columns)
        self._titles[dataset] = dict(titles or {})

    def add_mart(self, mart: Mart) -> None:
        """Create a mart as an empty table; its tables must be there already. DuckDB's error passes through."""
        self.add_table(mart.sql_name, self.describe(mart.sql))
        self._marts[mart.sql_name] = mart

    def marts_behind(self, sql: str) -> list[str]:
        """The marts that the text names and those these rest on, each after what it reads."""
        wanted = {name for name in self._marts if name in sql}
        for name, mart in reversed(self._marts.items()):
            if name in wanted:
                wanted |= {source for source in mart.inputs if source in self._marts}
        return [name for name in self._marts if name in wanted]

    def mart_sql(self, mart: str) -> str:
        """The SELECT of a mart."""
        return self._marts[mart].sql

    def derive(self, marts: Collection[str]) -> None:
        """Compute these marts, in this order, from the rows filled in."""
        for name in marts:
            self.con.execute(f"EXECUTE {quote_ident(name)}")

    def plan(self, marts: Collection[str]) -> None:
        """Plan the computing of these marts, outside any transaction, so that the plans outlive it."""
        for name in marts:
            if name not in self._planned:
                self.con.execute(f"PREPARE {quote_ident(name)} AS INSERT INTO {sql_name(name)} {self._marts[name].sql}")
                self._planned.add(name)

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
        """Insert rows. They are numbered from 1 where provenance is not given."""
        names, values = self.completed(dataset, columns, rows)
        insert_rows(self.con, sql_name(dataset), names, values)

    def column(self, dataset: str, name: str) -> str:
        """The column called so, by its own name or the contract's Chinese one; ``name`` itself when there is none."""
        return name if name in self.columns[dataset] else self._titles[dataset].get(name, name)

    def completed(
        self, dataset: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> tuple[list[str], list[list[Any]]]:
        """Columns and rows with the provenance they lack; InputError when the model has no such input or column."""
        known = self.columns.get(dataset)
        if known is None:
            raise InputError("the model does not declare this input", field=f"given.{dataset}", fix="add it to inputs")
        columns = [self.column(dataset, name) for name in columns]
        unknown = [name for name in columns if name not in known]
        if unknown:
            raise InputError(
                "no such column", field=f"given.{dataset}.columns", value=unknown[0], fix=f"it has {', '.join(known)}"
            )
        return _numbered(list(columns), rows, known)

    def _schema(self, dataset: str) -> None:
        self.con.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_ident(split_dataset(dataset)[0])}")


def insert_rows(
    con: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows as texts, which DuckDB casts to the columns' types; column by column, for literals are slow."""
    if rows:
        listed = ", ".join(quote_ident(name) for name in names)
        columns = [[None if value is None else str(value) for value in column] for column in zip(*rows, strict=True)]
        con.execute(f"INSERT INTO {table} ({listed}) SELECT {', '.join('unnest(?)' for _ in names)}", columns)


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
