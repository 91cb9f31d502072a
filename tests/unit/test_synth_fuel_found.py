"""The rules find every planted case of the synthetic fuel trade, nothing else, and name what excuses the innocent.

The tables go straight into DuckDB under their contract types: no files, no lake, no dirt.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from rule_bench import found, load_tables

from xiansuo.contracts.load import load_contracts
from xiansuo.supervision.load import find_model
from xiansuo.synth import fuel
from xiansuo.synth.truth import DomainOutput
from xiansuo.synth.world import make_world

ROOT = Path(__file__).parents[2]
MODEL = find_model(ROOT, "fuel_tax")
AS_OF = date(2025, 12, 31)
RULE_IDS = [rule.id for rule in MODEL.rules]


@pytest.fixture(scope="module")
def trade() -> DomainOutput:
    return fuel.build(make_world(20_000, 3).share("fuel"))


@pytest.fixture(scope="module")
def database(trade: DomainOutput) -> Iterator[duckdb.DuckDBPyConnection]:
    path = ROOT / "assets" / "ref" / "files" / "refined_oil_code.csv"
    codes = pl.read_csv(path, schema_overrides={"tax_class_code": pl.String}).rename({"group": "oil_group"})
    with load_tables(MODEL, {**trade.tables, "ref.refined_oil_code": codes}, AS_OF) as con:
        yield con


@pytest.mark.parametrize("rule_id", RULE_IDS)
def test_rule_finds_what_was_planted_and_nothing_else(
    trade: DomainOutput, database: duckdb.DuckDBPyConnection, rule_id: str
) -> None:
    hits = found(database, MODEL, rule_id, AS_OF)
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
