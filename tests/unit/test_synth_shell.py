"""The synthetic shell companies: builds, repeats, and the rules find what was planted, nothing else, and say why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import duckdb
import polars as pl
import pytest
from rule_bench import SMALL, Hit, found, load_tables

from xiansuo.supervision.load import find_model
from xiansuo.synth import shell
from xiansuo.synth.generate import check_rows
from xiansuo.synth.shell.book import SHAPE
from xiansuo.synth.truth import DomainOutput, TruthCase

MODEL = find_model(SMALL.project, "shell_invoice")
AS_OF = date(2025, 12, 31)


@pytest.fixture(scope="module")
def trade() -> DomainOutput:
    return shell.build(SMALL.world())


@pytest.fixture(scope="module")
def database(trade: DomainOutput) -> Iterator[duckdb.DuckDBPyConnection]:
    with load_tables(MODEL, trade.tables, AS_OF) as con:
        yield con


def test_same_world_gives_the_same_rows(trade: DomainOutput) -> None:
    again = shell.build(SMALL.world())
    assert again.cases == trade.cases
    assert all(again.tables[name].equals(frame) for name, frame in trade.tables.items())


def test_domain_stays_small_and_its_cases_have_rows(trade: DomainOutput) -> None:
    assert sum(frame.height for frame in trade.tables.values()) <= 15_000
    check_rows(trade.tables, trade.cases)
    ids = [case.case_id for case in trade.cases]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("rule", MODEL.rules, ids=lambda rule: rule.id)
def test_rule_has_violations_and_look_alikes_of_every_kind(trade: DomainOutput, rule: object) -> None:
    cases = [case for case in trade.cases if case.rule_id == rule.id]  # type: ignore[attr-defined]
    labels = Counter(case.label for case in cases)
    assert labels["violation"] >= 12
    assert 2 <= labels["lookalike"] / labels["violation"] <= 4
    codes = {item.code for item in rule.spec.exclusions}  # type: ignore[attr-defined]
    assert {case.exclusion_code for case in cases} - {None} == codes
    assert any(case.at_threshold for case in cases if case.label == "violation")


def wrong(cases: list[TruthCase], hits: list[Hit]) -> dict[str, list[str]]:
    """Violations nobody found, findings nobody planted, look-alikes without their code."""
    violations = [case for case in cases if case.label == "violation"]
    standing = [hit for hit in hits if hit.code is None]
    excused = [case for case in cases if case.exclusion_code]
    return {
        "missed": [case.case_id for case in violations if not any(hit.meets(case) for hit in standing)],
        "false": [hit.subject for hit in standing if not any(hit.meets(case) for case in violations)],
        "unnamed": [
            case.case_id
            for case in excused
            if not any(hit.meets(case) and hit.code == case.exclusion_code for hit in hits)
        ],
    }


@pytest.mark.parametrize("rule_id", [rule.id for rule in MODEL.rules])
def test_rule_finds_what_was_planted_and_nothing_else(
    trade: DomainOutput, database: duckdb.DuckDBPyConnection, rule_id: str
) -> None:
    cases = [case for case in trade.cases if case.rule_id == rule_id]
    assert wrong(cases, found(database, MODEL, rule_id, AS_OF)) == {"missed": [], "false": [], "unnamed": []}


def test_a_city_three_times_as_large_is_found_too() -> None:
    large = shell.build(SMALL.world(60_000, 4))
    with load_tables(MODEL, large.tables, AS_OF) as con:
        for rule in MODEL.rules:
            cases = [case for case in large.cases if case.rule_id == rule.id]
            assert len(cases) >= 3 * 35
            assert wrong(cases, found(con, MODEL, rule.id, AS_OF)) == {"missed": [], "false": [], "unnamed": []}


def test_keys_are_unique(trade: DomainOutput) -> None:
    for name in SHAPE.columns:
        keys = pl.struct(SHAPE.key(name))
        assert not trade.tables[name].select(keys.is_duplicated().any()).item(), name
