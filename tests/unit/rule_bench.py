"""Generated tables put straight into DuckDB under their contract types, so that tests can run a model's rules on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from xiansuo.supervision.bind import bind
from xiansuo.supervision.graphs import GraphBinding, create_graphs, fill_graphs
from xiansuo.supervision.model import Model
from xiansuo.supervision.project import Project
from xiansuo.supervision.sandbox import sql_name
from xiansuo.synth.truth import TruthCase
from xiansuo.synth.world import World, make_world


@dataclass(frozen=True)
class Setting:
    """The checkout and a small world."""

    project: Path

    def world(self, persons: int = 20_000, seed: int = 3) -> World:
        return make_world(persons, seed)


SMALL = Setting(Path(__file__).parents[2])


@dataclass(frozen=True)
class Hit:
    """What of a hit says which case it belongs to."""

    subject: str
    first: date
    last: date
    code: str | None

    def meets(self, case: TruthCase) -> bool:
        """Same subject, overlapping days."""
        return self.subject == case.subject_id and self.first <= case.occurred_to and case.occurred_from <= self.last


@contextmanager
def load_tables(model: Model, tables: Mapping[str, pl.DataFrame], as_of: date) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with every input of the model: generated rows, empty tables, marts as tables, graphs computed."""
    project = Project(SMALL.project)
    closure = project.closure(model.spec.inputs)
    with duckdb.connect(config={"threads": 2}) as con:
        for dataset in closure.datasets:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {dataset.split('.')[0]}")
            columns = ", ".join(f"{name} {kind}" for name, kind in project.columns(dataset).items())
            con.execute(f"CREATE TABLE {sql_name(dataset)} ({columns})")
            if dataset in tables:
                con.register("delivered", tables[dataset].to_arrow())
                names = ", ".join(tables[dataset].columns)
                con.execute(f"INSERT INTO {sql_name(dataset)} BY NAME SELECT {names} FROM delivered")
        con.execute("CREATE SCHEMA marts")
        for mart in closure.marts:
            con.execute(f"CREATE TABLE {sql_name(mart.sql_name)} AS {mart.sql}")
        create_graphs(con, model.graphs)
        fill_graphs(con, model.graphs, GraphBinding(model.id, model.parameters, as_of))
        yield con


def found(con: duckdb.DuckDBPyConnection, model: Model, rule_id: str, as_of: date) -> list[Hit]:
    """The hits of one rule over the loaded tables."""
    rule = model.rule(rule_id)
    assert rule is not None
    sql = bind(rule.hits_sql, model.parameters, as_of=as_of, event_date=rule.spec.event_date)
    rows = con.execute(f"SELECT subject_id, occurred_from, occurred_to, exclusion_code FROM ({sql})").fetchall()
    return [Hit(*row) for row in rows]
