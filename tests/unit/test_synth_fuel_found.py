"""The rules find every planted case of the synthetic fuel trade, nothing else, and name what excuses the innocent.

The tables go straight into DuckDB under their contract types: no files, no lake, no dirt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from xiansuo.contracts.load import load_contracts
from xiansuo.supervision.bind import bind
from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Model
from xiansuo.synth import fuel
from xiansuo.synth.truth import DomainOutput, TruthCase
from xiansuo.synth.world import make_world

ROOT = Path(__file__).parents[2]
MODEL = find_model(ROOT, "fuel_tax")
RULE_IDS = [rule.id for rule in MODEL.rules]


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


@pytest.fixture(scope="module")
def trade() -> DomainOutput:
    return fuel.build(make_world(20_000, 3).share("fuel"))


@pytest.fixture(scope="module")
def database(trade: DomainOutput) -> Iterator[duckdb.DuckDBPyConnection]:
    contracts = load_contracts(ROOT)
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("CREATE SCHEMA fuel; CREATE SCHEMA ref; CREATE SCHEMA marts")
        for dataset in MODEL.spec.inputs:
            if dataset in contracts:
                columns = ", ".join(f"{column.name} {column.type}" for column in contracts[dataset].columns)
                con.execute(f"CREATE TABLE {dataset} ({columns})")
        con.execute(f"COPY ref.refined_oil_code FROM '{ROOT}/assets/ref/files/refined_oil_code.csv' (HEADER)")
        for dataset, frame in trade.tables.items():
            con.register("delivered", frame.to_arrow())
            con.execute(f"INSERT INTO {dataset} BY NAME SELECT {', '.join(frame.columns)} FROM delivered")
        con.execute(
            "ALTER TABLE fuel.veh_track ADD COLUMN _file VARCHAR; ALTER TABLE fuel.veh_track ADD COLUMN _row BIGINT"
        )
        con.execute("CREATE TABLE marts.fuel_stop AS " + (ROOT / "sql" / "marts" / "fuel_stop.sql").read_text("utf-8"))
        yield con


def _hits(database: duckdb.DuckDBPyConnection, model: Model, rule_id: str) -> list[Hit]:
    rule = model.rule(rule_id)
    assert rule is not None
    sql = bind(rule.hits_sql, model.parameters, as_of=date(2025, 12, 31), event_date=rule.spec.event_date)
    found = database.execute(f"SELECT subject_id, occurred_from, occurred_to, exclusion_code FROM ({sql})")
    return [Hit(*row) for row in found.fetchall()]


@pytest.mark.parametrize("rule_id", RULE_IDS)
def test_rule_finds_what_was_planted_and_nothing_else(
    trade: DomainOutput, database: duckdb.DuckDBPyConnection, rule_id: str
) -> None:
    hits = _hits(database, MODEL, rule_id)
    cases = [case for case in trade.cases if case.rule_id == rule_id]
    violations = [case for case in cases if case.label == "violation"]
    standing = [hit for hit in hits if hit.code is None]
    excused = [case for case in cases if case.exclusion_code]
    assert [case for case in violations if not any(hit.meets(case) for hit in standing)] == [], "missed"
    assert [hit for hit in standing if not any(hit.meets(case) for case in violations)] == [], "false"
    unnamed = [case for case in excused if not any(hit.meets(case) and hit.code == case.exclusion_code for hit in hits)]
    assert unnamed == []


def test_rows_obey_their_contracts(trade: DomainOutput, database: duckdb.DuckDBPyConnection) -> None:
    contracts, broken = load_contracts(ROOT), []
    for dataset in trade.tables:
        checks = {check.code: check.expression for check in contracts[dataset].row_checks}
        for column in contracts[dataset].columns:
            if column.required:
                checks[f"{column.name}:required"] = f'"{column.name}" IS NOT NULL'
            if column.minimum is not None:
                checks[f"{column.name}:minimum"] = f'"{column.name}" >= {column.minimum}'
        for code, expression in checks.items():
            (count,) = database.execute(f"SELECT count(*) FROM {dataset} WHERE NOT ({expression})").fetchone() or (0,)
            broken += [(dataset, code, count)] if count else []
    assert broken == []
