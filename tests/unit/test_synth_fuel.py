"""The synthetic fuel trade: enough planted cases, every one in the tables, and the same ones for the same seed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
import yaml

from xiansuo.synth import fuel
from xiansuo.synth.generate import check_rows
from xiansuo.synth.truth import DomainOutput
from xiansuo.synth.world import make_world

ROOT = Path(__file__).parents[2]
RULES = ROOT / "models" / "fuel_tax" / "rules"
RULE_IDS = sorted(folder.name for folder in RULES.iterdir())


@pytest.fixture(scope="module")
def output() -> DomainOutput:
    return fuel.build(make_world(20_000, 1).share("fuel"))


@pytest.mark.parametrize("rule", RULE_IDS)
def test_each_rule_has_violations_and_look_alikes_at_its_limits(output: DomainOutput, rule: str) -> None:
    cases = [case for case in output.cases if case.rule_id == rule]
    violations = [case for case in cases if case.label == "violation"]
    innocent = [case for case in cases if case.label == "lookalike"]
    assert len(violations) >= 12
    assert 2 * len(violations) <= len(innocent) <= 4 * len(violations)
    assert sum(case.at_threshold for case in violations) >= len(violations) // 10


@pytest.mark.parametrize("rule", RULE_IDS)
def test_every_exclusion_of_a_rule_is_planted_and_no_other(output: DomainOutput, rule: str) -> None:
    declared = yaml.safe_load((RULES / rule / "rule.yml").read_text(encoding="utf-8"))["exclusions"]
    planted = {case.exclusion_code for case in output.cases if case.rule_id == rule} - {None}
    assert planted == {item["code"] for item in declared}


def test_no_day_of_a_subject_belongs_to_two_cases_of_a_rule(output: DomainOutput) -> None:
    spans: dict[tuple[str, str], list[tuple[date, date]]] = defaultdict(list)
    for case in output.cases:
        spans[case.rule_id, case.subject_id].append((case.occurred_from, case.occurred_to))
    shared = [key for key, days in spans.items() for one, two in pairwise(sorted(days)) if two[0] <= one[1]]
    assert shared == []


def test_every_planted_row_is_in_the_tables(output: DomainOutput) -> None:
    check_rows(output.tables, output.cases)


def test_tables_have_contract_columns_and_unique_keys(output: DomainOutput) -> None:
    for dataset, table in output.tables.items():
        domain, name = dataset.split(".")
        text = (ROOT / "data_contracts" / domain / f"{name}.yml").read_text(encoding="utf-8")
        columns = yaml.safe_load(text)["schema"][0]["properties"]
        assert set(table.columns) <= {column["name"] for column in columns}, dataset
        keys = [column["name"] for column in columns if column.get("primaryKey")]
        assert not table.select(pl.struct(keys).is_duplicated().any()).item(), dataset


def test_small_province_stays_small(output: DomainOutput) -> None:
    assert sum(table.height for table in output.tables.values()) <= 200_000


def test_same_seed_same_trade_other_seed_another(output: DomainOutput) -> None:
    again = fuel.build(make_world(20_000, 1).share("fuel"))
    assert again.cases == output.cases
    assert all(again.tables[name].equals(table) for name, table in output.tables.items())
    assert fuel.build(make_world(20_000, 2).share("fuel")).cases != output.cases
