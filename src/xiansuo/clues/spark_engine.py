"""Spark as the engine of a run: views over the same Delta tables, translated statements, typed rows back by Arrow."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo.clues.engine import Room, Statement
from xiansuo.core.errors import EnvironmentProblem, InputError, UsageError
from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.lake.spark import Spark
from xiansuo.supervision.mart_files import PREFIX as MARTS
from xiansuo.supervision.model import Model, Rule
from xiansuo.supervision.sandbox import sql_name
from xiansuo.supervision.spark.scope import spark_name
from xiansuo.supervision.spark.translate import relations_read, to_spark
from xiansuo.supervision.spark.types import TypeOracle
from xiansuo.supervision.sql_tree import parse_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_FETCHED = "_spark_rows"


class SparkEngine:
    """Runs statements on Spark. One session serves many runs; ``close`` ends it."""

    name = "spark"

    def __init__(self, settings: Settings, spark: Spark) -> None:
        self._settings = settings
        self._spark = spark
        self._oracle = TypeOracle()
        self._room: Room | None = None
        self._folder: Path | None = None
        self._views: dict[str, dict[str, str]] = {}

    def close(self) -> None:
        """Stop Spark."""
        self._spark.close()

    def refuse(self, model: Model, rules: tuple[Rule, ...]) -> None:
        """UsageError for rules whose rule.yml keeps them on DuckDB."""
        for rule in rules:
            if self.name not in rule.spec.engines:
                raise UsageError(
                    f"the rule does not run on Spark: {rule.spec.engines_why}",
                    unit=f"{model.id}.{rule.id}",
                    field="engines",
                    value=", ".join(rule.spec.engines),
                    fix="run the model with --engine duckdb",
                )

    def enter(self, room: Room) -> None:
        """Start Spark, which takes some seconds, and forget the views of the last run."""
        room.progress.step("start Spark", 0, 1)
        _ = self._spark.session
        room.progress.step("start Spark", 1, 1)
        base = self._settings.home / "tmp"
        base.mkdir(parents=True, exist_ok=True)
        self._room, self._views = room, {}
        self._folder = Path(tempfile.mkdtemp(prefix="spark-run-", dir=base))

    def leave(self) -> None:
        """Remove the tables handed over."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._room = self._folder = None

    def links(self, con: duckdb.DuckDBPyConnection, statement: Statement) -> pa.Table:
        """The links of a graph."""
        return self._fetch(statement)

    @contextmanager
    def rows(self, con: duckdb.DuckDBPyConnection, statement: Statement) -> Iterator[str]:
        """Fetched rows as a relation of the run's session, cast to DuckDB's own types."""
        con.register(_FETCHED, self._fetch(statement))
        listed = ", ".join(
            f"CAST({quote_ident(name)} AS {kind}) AS {quote_ident(name)}" for name, kind in statement.columns.items()
        )
        try:
            yield f"SELECT {listed} FROM {_FETCHED}"
        finally:
            con.unregister(_FETCHED)

    @property
    def _here(self) -> Room:
        if self._room is None:
            raise EnvironmentProblem("the engine is outside of a run")
        return self._room

    def _fetch(self, statement: Statement) -> pa.Table:
        for name in relations_read(parse_sql(statement.file, statement.sql)):
            if name not in self._views:
                self._views[name] = self._view(name)
        query = to_spark(statement.sql, self._views, self._oracle, file=statement.file, unit=statement.unit)
        wanted = {name.lower(): "BIGINT" if kind == "HUGEINT" else kind for name, kind in statement.columns.items()}
        found = {name: "BIGINT" if kind == "HUGEINT" else kind for name, kind in query.columns.items()}
        if found != wanted:
            unlike = next(name for name in {**wanted, **found} if wanted.get(name) != found.get(name))
            raise InputError(
                "cannot run on Spark: the type of a column is not certain",
                file=statement.file,
                unit=statement.unit,
                field=unlike,
                value=f"DuckDB {wanted.get(unlike)}, translated {found.get(unlike)}",
                fix="cast it, or keep the rule on DuckDB with engines: [duckdb] in rule.yml",
            )
        try:
            return self._spark.fetch(query.text, query.steps)
        except EnvironmentProblem as error:
            raise EnvironmentProblem(error.message, file=statement.file, unit=statement.unit) from error

    def _view(self, name: str) -> dict[str, str]:
        """Make one relation readable on Spark; its columns with DuckDB types."""
        room = self._here
        columns = self._columns(name)
        lake = Lake(self._settings)
        version = room.versions.get(name)
        if version is not None:
            table = lake.mart(name) if name.startswith(MARTS) else lake.dataset(name)
            self._spark.add_table(spark_name(name), table, columns, version)
        else:  # hits, graphs, mapped inputs, marts kept as views, datasets without a delivery
            self._hand_over(name, columns)
        return columns

    def _columns(self, name: str) -> dict[str, str]:
        described = self._here.con.execute(f"DESCRIBE {_duck_name(name)}").fetchall()
        return {row[0]: row[1] for row in described}

    def _hand_over(self, name: str, columns: dict[str, str]) -> None:
        assert self._folder is not None
        path = self._folder / f"{spark_name(name)}.parquet"
        target = quote_literal(str(path))
        self._here.con.execute(f"COPY (SELECT * FROM {_duck_name(name)}) TO {target} (FORMAT parquet)")
        self._spark.add_file(spark_name(name), path, columns)


def _duck_name(name: str) -> str:
    return sql_name(name) if "." in name else quote_ident(name)
