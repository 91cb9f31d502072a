"""The planted medical insurance year: every violation is found, no look-alike leaks, ordinary care is silent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from xiansuo.core.errors import InputError
from xiansuo.supervision.bind import bind
from xiansuo.supervision.cases import model_sandbox
from xiansuo.supervision.graphs import GraphBinding, fill_graphs
from xiansuo.supervision.load import load_model
from xiansuo.supervision.model import Model, Rule
from xiansuo.supervision.project import Project
from xiansuo.synth import medins
from xiansuo.synth.truth import DomainOutput, TruthCase, case_table, row_table
from xiansuo.synth.world import make_world

PROJECT = Path(__file__).parents[2]
PERSONS = 6000
AS_OF = date(2025, 12, 31)
RULES = sorted(rule.id for rule in load_model(PROJECT / "models" / "medins_fraud").rules)


@dataclass(frozen=True)
class Hit:
    subject: str
    first: date
    last: date
    code: str | None
    dropped: bool

    def meets(self, case: TruthCase) -> bool:
        return self.subject == case.subject_id and self.first <= case.occurred_to and case.occurred_from <= self.last


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(PROJECT / "models" / "medins_fraud")


@pytest.fixture(scope="module")
def planted() -> DomainOutput:
    return medins.build(make_world(PERSONS, 1).share("medins"))


@pytest.fixture(scope="module")
def filled(model: Model, planted: DomainOutput) -> duckdb.DuckDBPyConnection:
    sandbox = model_sandbox(Project(PROJECT), model)
    for dataset, frame in planted.tables.items():
        listed = ", ".join(name for name in frame.columns if name in sandbox.columns[dataset])
        sandbox.con.register("planted_frame", frame.to_arrow())
        sandbox.con.execute(
            f"INSERT INTO {dataset} ({listed}, _file, _row) "
            f"SELECT {listed}, 'planted', row_number() OVER () FROM planted_frame"
        )
        sandbox.con.unregister("planted_frame")
    sandbox.con.execute("PRAGMA enable_optimizer")
    texts = [rule.hits_sql for rule in model.rules] + [graph.sql for graph in model.graphs]
    marts = sandbox.marts_behind(" ".join(texts))
    sandbox.plan(marts)
    sandbox.derive(marts)
    fill_graphs(sandbox.con, model.graphs, GraphBinding(model.id, model.parameters, AS_OF))
    return sandbox.con


def hits_of(con: duckdb.DuckDBPyConnection, model: Model, rule: Rule) -> list[Hit]:
    sql = bind(rule.hits_sql, model.parameters, as_of=AS_OF, event_date=rule.spec.event_date)
    dropped = {item.code for item in rule.spec.exclusions if item.effect == "drop"}
    rows = con.execute(f"SELECT subject_id, occurred_from, occurred_to, exclusion_code FROM ({sql}\n)").fetchall()
    return [Hit(*row, dropped=row[3] in dropped) for row in rows]


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_finds_all_planted_and_nothing_else(
    rule_id: str, model: Model, planted: DomainOutput, filled: duckdb.DuckDBPyConnection
) -> None:
    rule = model.rule(rule_id)
    assert rule is not None
    hits = hits_of(filled, model, rule)
    live = [hit for hit in hits if not hit.dropped]
    cases = [case for case in planted.cases if case.rule_id == rule_id]
    violations = [case for case in cases if case.label == "violation"]
    innocent = [case for case in cases if case.label == "lookalike"]
    assert [case.kind for case in violations if not any(hit.meets(case) for hit in live)] == []
    assert [case.kind for case in innocent if any(hit.meets(case) for hit in live)] == []
    assert [hit for hit in live if not any(hit.meets(case) for case in violations)] == []
    named = [case for case in cases if case.exclusion_code]
    assert [
        case.kind for case in named if not any(hit.meets(case) and hit.code == case.exclusion_code for hit in hits)
    ] == []


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_has_enough_cases_of_every_sort(rule_id: str, model: Model, planted: DomainOutput) -> None:
    rule = model.rule(rule_id)
    assert rule is not None
    cases = [case for case in planted.cases if case.rule_id == rule_id]
    counts = Counter(case.label for case in cases)
    edges = sum(case.at_threshold for case in cases if case.label == "violation")
    assert counts["violation"] >= 12
    assert 2 * counts["violation"] <= counts["lookalike"] <= 4 * counts["violation"]
    assert edges >= 0.1 * counts["violation"]
    assert {item.code for item in rule.spec.exclusions} <= {case.exclusion_code for case in cases}


def test_planted_rows_exist(planted: DomainOutput) -> None:
    for case in planted.cases:
        assert case.rows, case.case_id
    wanted: dict[str, set[tuple[object, ...]]] = {}
    for case in planted.cases:
        for dataset, key in case.rows:
            wanted.setdefault(dataset, set()).add(tuple(sorted(key.items())))
    for dataset, rows in wanted.items():
        columns = [name for name, _ in next(iter(rows))]
        present = {tuple(zip(columns, row, strict=True)) for row in planted.tables[dataset].select(columns).iter_rows()}
        assert rows <= present, dataset


def test_truth_makes_its_tables(planted: DomainOutput) -> None:
    assert len(case_table(planted.cases)) == len(planted.cases)
    assert len(row_table(planted.cases)) >= 2 * len(planted.cases)


def test_same_seed_same_year_and_other_seed_other_year(planted: DomainOutput) -> None:
    again = medins.build(make_world(PERSONS, 1).share("medins"))
    other = medins.build(make_world(PERSONS, 2).share("medins"))
    assert again.cases == planted.cases
    assert all(again.tables[name].equals(frame) for name, frame in planted.tables.items())
    assert not other.tables["medins.setl_d"].equals(planted.tables["medins.setl_d"])


def test_settlement_agrees_with_its_lines(planted: DomainOutput) -> None:
    import polars as pl

    lines = planted.tables["medins.fee_list_d"].group_by("setl_id").agg(pl.col("det_item_fee_sumamt").sum())
    bills = planted.tables["medins.setl_d"].filter(pl.col("refd_setl_flag") == "0").join(lines, on="setl_id")
    assert bills.filter(pl.col("medfee_sumamt") != pl.col("det_item_fee_sumamt")).is_empty()


def test_too_few_people_is_an_error_with_a_fix() -> None:
    with pytest.raises(InputError, match="5,000"):
        medins.build(make_world(300, 1).share("medins"))
