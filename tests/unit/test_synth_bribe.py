"""The synthetic bribery cases: builds, repeats, and the rules find what was planted, nothing else, and say why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import duckdb
import polars as pl
import pytest
from rule_bench import SMALL, found, load_tables

from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Rule
from xiansuo.synth import bribe
from xiansuo.synth.generate import check_rows
from xiansuo.synth.truth import DomainOutput

MODEL = find_model(SMALL.project, "bribe_pair")
AS_OF = date(2025, 12, 31)


@pytest.fixture(scope="module")
def city() -> DomainOutput:
    return bribe.build(SMALL.world())


@pytest.fixture(scope="module")
def database(city: DomainOutput) -> Iterator[duckdb.DuckDBPyConnection]:
    bands = pl.read_csv(SMALL.project / "assets/ref/files/bribery_band.csv")
    with load_tables(MODEL, city.tables | {"ref.bribery_band": bands}, AS_OF) as con:
        yield con


def test_same_world_gives_the_same_rows(city: DomainOutput) -> None:
    again = bribe.build(SMALL.world())
    assert again.cases == city.cases
    assert all(again.tables[name].equals(frame) for name, frame in city.tables.items())


def test_domain_stays_small_and_its_cases_have_rows(city: DomainOutput) -> None:
    assert sum(frame.height for frame in city.tables.values()) <= 6_000
    check_rows(city.tables, city.cases)
    seen = Counter((case.rule_id, case.subject_id) for case in city.cases)
    assert [pair for pair, count in seen.items() if count > 1] == []


@pytest.mark.parametrize("rule", MODEL.rules, ids=lambda rule: rule.id)
def test_rule_has_violations_and_look_alikes_of_every_kind(city: DomainOutput, rule: Rule) -> None:
    cases = [case for case in city.cases if case.rule_id == rule.id]
    labels = Counter(case.label for case in cases)
    assert labels["violation"] >= 12
    assert 2 <= labels["lookalike"] / labels["violation"] <= 4
    assert {case.exclusion_code for case in cases} - {None} == {item.code for item in rule.spec.exclusions}
    edges = [case for case in cases if case.label == "violation" and case.at_threshold]
    assert 10 * len(edges) >= labels["violation"]


@pytest.mark.parametrize("rule", MODEL.rules, ids=lambda rule: rule.id)
def test_rule_finds_what_was_planted_and_nothing_else(
    city: DomainOutput, database: duckdb.DuckDBPyConnection, rule: Rule
) -> None:
    hits = found(database, MODEL, rule.id, AS_OF)
    mine = [case for case in city.cases if case.rule_id == rule.id]
    guilty = [case for case in mine if case.label == "violation"]
    open_hits = [hit for hit in hits if hit.code is None]
    assert [case for case in guilty if not any(hit.meets(case) for hit in open_hits)] == [], "missed"
    assert [hit for hit in open_hits if not any(hit.meets(case) for case in guilty)] == [], "false"
    excused = [case for case in mine if case.exclusion_code]
    named = {(hit.code, hit.subject) for hit in hits}
    assert [case for case in excused if (case.exclusion_code, case.subject_id) not in named] == [], "unnamed"
