"""The synthetic criminal cases: enough planted cases in the tables, and the rules find them, nothing else, and say why.

The tables go straight into DuckDB under their contract types: no files, no lake, no dirt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml

from xiansuo.contracts.load import load_contracts
from xiansuo.supervision.bind import bind
from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Rule
from xiansuo.synth import stalled
from xiansuo.synth.generate import check_rows
from xiansuo.synth.truth import DomainOutput, TruthCase
from xiansuo.synth.world import make_world

ROOT = Path(__file__).parents[2]
MODELS = {name: find_model(ROOT, name) for name in ("stalled_case",)}
RULES = [(model, rule) for model in MODELS.values() for rule in model.rules]
NAMES = [rule.id for _, rule in RULES]


@pytest.fixture(scope="module")
def output() -> DomainOutput:
    return stalled.build(make_world(20_000, 1).share("stalled"))


@pytest.fixture(scope="module")
def database(output: DomainOutput) -> Iterator[duckdb.DuckDBPyConnection]:
    contracts = load_contracts(ROOT)
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("CREATE SCHEMA marts")
        for schema in sorted({name.split(".")[0] for name in contracts}):
            con.execute(f"CREATE SCHEMA {schema}")
        for dataset, contract in contracts.items():
            columns = ", ".join(f"{c.name} {c.type}" for c in contract.columns)
            con.execute(f"CREATE TABLE {dataset} ({columns}, _file VARCHAR, _row BIGINT)")
        for dataset, frame in output.tables.items():
            con.register("delivered", frame.to_arrow())
            con.execute(f"INSERT INTO {dataset} BY NAME SELECT {', '.join(frame.columns)} FROM delivered")
        yield con


def _cases(output: DomainOutput, rule: Rule) -> list[TruthCase]:
    return [case for case in output.cases if case.rule_id == rule.id]


@pytest.mark.parametrize(("model", "rule"), RULES, ids=NAMES)
def test_each_rule_has_violations_and_look_alikes_at_its_limits(
    output: DomainOutput, model: object, rule: Rule
) -> None:
    violations = [case for case in _cases(output, rule) if case.label == "violation"]
    innocent = [case for case in _cases(output, rule) if case.label == "lookalike"]
    assert len(violations) >= 12
    assert 2 * len(violations) <= len(innocent) <= 4 * len(violations)
    assert sum(case.at_threshold for case in violations) >= len(violations) // 10
    planted = {case.exclusion_code for case in innocent} - {None}
    assert planted == {item.code for item in rule.spec.exclusions}


@pytest.mark.parametrize(("model", "rule"), RULES, ids=NAMES)
def test_rule_finds_what_was_planted_and_nothing_else(
    output: DomainOutput, database: duckdb.DuckDBPyConnection, model: object, rule: Rule
) -> None:
    parameters = next(found.parameters for found in MODELS.values() if rule in found.rules)
    sql = bind(rule.hits_sql, parameters, as_of=date(2025, 12, 31), event_date=rule.spec.event_date)
    hits = database.execute(f"SELECT subject_id, occurred_from, occurred_to, exclusion_code FROM ({sql})").fetchall()

    def met(case: TruthCase) -> list[str | None]:
        return [
            code
            for subject, first, last, code in hits
            if subject == case.subject_id and first <= case.occurred_to and case.occurred_from <= last
        ]

    violations = [case for case in _cases(output, rule) if case.label == "violation"]
    guilty = {case.subject_id for case in violations}
    assert [case for case in violations if None not in met(case)] == [], "missed"
    assert [hit for hit in hits if hit[3] is None and hit[0] not in guilty] == [], "false"
    excused = [case for case in _cases(output, rule) if case.exclusion_code]
    assert [case for case in excused if case.exclusion_code not in met(case)] == [], "unnamed"


def test_a_subject_carries_one_case_per_rule(output: DomainOutput) -> None:
    seen = Counter((case.rule_id, case.subject_id) for case in output.cases)
    assert [pair for pair, count in seen.items() if count > 1] == []


def test_every_planted_row_is_in_the_tables(output: DomainOutput) -> None:
    check_rows(output.tables, output.cases)


def test_tables_have_contract_columns_and_unique_keys_and_stay_small(output: DomainOutput) -> None:
    for dataset, table in output.tables.items():
        domain, name = dataset.split(".")
        text = (ROOT / "data_contracts" / domain / f"{name}.yml").read_text(encoding="utf-8")
        columns = yaml.safe_load(text)["schema"][0]["properties"]
        assert set(table.columns) <= {column["name"] for column in columns}, dataset
        keys = [column["name"] for column in columns if column.get("primaryKey")]
        assert not table.select(pl.struct(keys).is_duplicated().any()).item(), dataset
    assert sum(table.height for table in output.tables.values()) <= 6_000


def test_the_same_world_gives_the_same_tables(output: DomainOutput) -> None:
    again = stalled.build(make_world(20_000, 1).share("stalled"))
    assert all(table.equals(again.tables[name]) for name, table in output.tables.items())
    assert [case.case_id for case in output.cases] == [case.case_id for case in again.cases]
