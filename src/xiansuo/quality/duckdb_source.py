"""Great Expectations on DuckDB: the datasource subclass it lacks.

As shipped, a `duckdb://` SQL datasource closes its connection before the result is fetched and every metric fails.
Keeping one connection open for the life of the engine is all that is needed. Imported only by `quality.audit`, inside a
function: importing Great Expectations costs seconds.
"""

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """SQL engine whose single connection stays open between a query and its fetch."""

    @contextmanager
    def get_connection(self) -> Iterator[Any]:
        """The one open connection."""
        if self._connection is None or self._connection.closed:
            self._connection = self.engine.connect()
        yield self._connection


class DuckDBDatasource(SQLDatasource):
    """Registered by Great Expectations under the type name `duckdb`."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]
    connection_string: str

    @property
    def execution_engine_type(self) -> builtins.type[SqlAlchemyExecutionEngine]:
        """The engine that keeps its connection."""
        return DuckDBExecutionEngine
