"""The synthetic children: builds, repeats, and the rules find what was planted, nothing else, and keep findings secret."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import duckdb
import polars as pl
import pytest
from rule_bench import SMALL, found, load_tables

from xiansuo.catalog.column_lineage import mart_sources
from xiansuo.catalog.discover import discover
from xiansuo.catalog.masks import HIDDEN, derived_mask
from xiansuo.contracts.load import load_contract
from xiansuo.supervision.bind import bind
from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Rule
from xiansuo.synth import minors
from xiansuo.synth.generate import check_rows
from xiansuo.synth.truth import DomainOutput

MODEL = find_model(SMALL.project, "mandatory_report")
AS_OF = date(2025, 12, 31)
LIMITS = {"girl_under_14": 14, "infection_under_14": 14}


@pytest.fixture(scope="module")
def city() -> DomainOutput:
    return minors.build(SMALL.world())


@pytest.fixture(scope="module")
def database(city: DomainOutput) -> Iterator[duckdb.DuckDBPyConnection]:
    codes = pl.read_csv(SMALL.project / "assets/ref/files/harm_code.csv", infer_schema=False)
    with load_tables(MODEL, city.tables | {"ref.harm_code": codes}, AS_OF) as con:
        yield con


def test_same_world_gives_the_same_rows(city: DomainOutput) -> None:
    again = minors.build(SMALL.world())
    assert again.cases == city.cases
    assert all(again.tables[name].equals(frame) for name, frame in city.tables.items())


@pytest.mark.parametrize("seed", (1, 2))
def test_every_seed_has_children_enough(seed: int) -> None:
    assert minors.build(SMALL.world(seed=seed)).cases


def test_domain_stays_small_and_its_cases_have_rows(city: DomainOutput) -> None:
    assert sum(frame.height for frame in city.tables.values()) <= 6_000
    check_rows(city.tables, city.cases)
    seen = Counter((case.rule_id, case.subject_id) for case in city.cases)
    assert [pair for pair, count in seen.items() if count > 1] == []


def test_codes_of_visits_fit_their_contract(city: DomainOutput) -> None:
    contract = load_contract(SMALL.project / "data_contracts" / "minors" / "visit_code.yml")
    pattern = contract.column("code").pattern
    assert pattern is not None
    codes = city.tables["minors.visit_code"]["code"].unique()
    assert [code for code in codes if not re.fullmatch(pattern, code)] == []


def test_victims_are_children_and_those_beside_them_are_not(city: DomainOutput) -> None:
    births = dict(city.tables["person.resident"].select("id_number", "birth_date").iter_rows())
    for case in city.cases:
        if case.label == "violation":
            limit = LIMITS.get(case.rule_id, 18)
            born = births[case.subject_id]
            assert case.occurred_from <= born.replace(year=born.year + limit), case.case_id
    guardians = city.tables["minors.kinship"].filter("is_guardian")["relative_id"]
    assert max(births[number] for number in guardians) < date(2006, 1, 1)


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


@pytest.mark.parametrize("rule", MODEL.rules, ids=lambda rule: rule.id)
def test_no_measure_carries_a_finding_or_a_name(
    city: DomainOutput, database: duckdb.DuckDBPyConnection, rule: Rule
) -> None:
    secrets = set(city.tables["minors.visit_code"]["code"])
    secrets |= set(city.tables["minors.visit"]["name"]) | set(city.tables["minors.lodging"]["name"])
    secrets |= set(city.tables["minors.cause_record"]["cause"])
    sql = bind(rule.hits_sql, MODEL.parameters, as_of=AS_OF, event_date=rule.spec.event_date)
    rows = database.execute(f"SELECT COLUMNS(* EXCLUDE (subject_id)) FROM ({sql})").fetchall()
    assert rows
    assert {value for row in rows for value in row if isinstance(value, str)} & secrets == set()
    assert "{subject_name" not in rule.spec.explanation


def test_everything_about_a_child_is_classified_highest() -> None:
    open_to_see = {
        "inst_code",
        "inst_name",
        "hotel_code",
        "hotel_name",
        "org_name",
        "issuer",
        "channel",
        "system",
        "seq",
    }
    for path in sorted((SMALL.project / "data_contracts" / "minors").glob("*.yml")):
        for column in load_contract(path).columns:
            assert column.classification == "L4" or column.name in open_to_see, f"{path.name}: {column.name}"
            assert column.semantic != "icd10", "its mask shows the group of the disease"


def test_catalogue_hides_what_the_codes_of_a_visit_amount_to(database: duckdb.DuckDBPyConnection) -> None:
    kinds = {
        *("pregnancy", "pregnancy_check", "termination", "private_injury", "precocious", "multiple_injury"),
        *("fracture_sites", "injury", "poisoning", "self_harm", "infection", "congenital", "infection_check"),
    }
    units = discover(SMALL.project)
    marts = {name: mart for name, mart in units.marts.items() if name.startswith("marts.minor_")}
    sources = mart_sources(replace(units, marts=marts))["marts.minor_visit"]
    columns = {(name, column.name): column for name, unit in units.contracts.items() for column in unit.columns}
    types = dict(database.execute("SELECT column_name, column_type FROM (DESCRIBE marts.minor_visit)").fetchall())
    for kind in kinds:
        assert ("minors.visit_code", "code") in sources[kind]
        assert derived_mask((columns[source] for source in sources[kind]), types[kind]) == HIDDEN
