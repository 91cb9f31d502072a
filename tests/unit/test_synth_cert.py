"""The certificate domain is consistent, and the certificate model finds what was planted in it and nothing else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from xiansuo.synth import cert, shared
from xiansuo.synth.truth import DomainOutput, TruthCase
from xiansuo.synth.world import make_world

PROJECT = Path(__file__).parents[2]
AS_OF = date(2025, 12, 31)
RULES = (
    "not_in_register",
    "invalid_number",
    "wrong_category",
    "expired_or_unreviewed",
    "fake_verification_site",
    "buyer_on_site",
    "shared_cert_number",
    "impossible_exam",
    "fined_not_transferred",
    "on_post_after_penalty",
    "clustered_at_employer",
    "clustered_at_seller",
)
Hit = tuple[str, date, date, str | None]


@dataclass(frozen=True)
class City:
    """One synthetic city: what was generated, the tables in DuckDB, and every rule's hits."""

    output: DomainOutput
    con: duckdb.DuckDBPyConnection
    hits: dict[str, list[Hit]]
    effects: dict[str, dict[str, str]]

    def cases(self, rule: str, label: str) -> list[TruthCase]:
        """The planted cases of one rule and label."""
        return [case for case in self.output.cases if case.rule_id == rule and case.label == label]

    def live(self, rule: str) -> list[Hit]:
        """Hits that stand: no exclusion, or one that does not drop."""
        return [hit for hit in self.hits[rule] if hit[3] is None or self.effects[rule][hit[3]] != "drop"]


def overlaps(case: TruthCase, hit: Hit) -> bool:
    """Same subject and a common day."""
    return hit[0] == case.subject_id and hit[1] <= case.occurred_to and case.occurred_from <= hit[2]


@pytest.fixture(scope="module")
def city() -> City:
    """A city of 6000 people with the model run over it, without files."""
    from xiansuo.supervision.bind import bind
    from xiansuo.supervision.load import load_model
    from xiansuo.supervision.project import Project

    world = make_world(6_000, seed=7)
    output = cert.build(world.share("cert"))
    model = load_model(PROJECT / "models" / "special_op_cert")
    project = Project(PROJECT)
    closure = project.closure(model.spec.inputs)
    residents = pl.concat([shared.build(world).tables["person.resident"], output.tables["person.resident"]])
    tables = output.tables | {"person.resident": residents}
    con = duckdb.connect(config={"threads": "1"})
    for schema in {name.split(".")[0] for name in [*closure.datasets, "marts."]}:
        con.execute(f"CREATE SCHEMA {schema}")
    for name in closure.datasets:
        columns = ", ".join(f'"{column}" {kind}' for column, kind in project.columns(name).items())
        con.execute(f"CREATE TABLE {name} ({columns})")
        if name in tables:
            con.register("delivered", tables[name])
            con.execute(
                f"INSERT INTO {name} BY NAME SELECT *, '{name}' AS _file, row_number() OVER () AS _row FROM delivered"
            )
    for mart in closure.marts:
        con.execute(f"CREATE TABLE {mart.sql_name} AS {mart.sql}")
    hits = {}
    for rule in model.rules:
        sql = bind(rule.hits_sql, model.parameters, as_of=AS_OF, event_date=rule.spec.event_date)
        con.execute(f"CREATE TABLE hits_{rule.id} AS SELECT DISTINCT * FROM ({sql})")
        hits[rule.id] = con.execute(
            f"SELECT subject_id, occurred_from, occurred_to, exclusion_code FROM hits_{rule.id}"
        ).fetchall()
    effects = {rule.id: {item.code: str(item.effect) for item in rule.spec.exclusions} for rule in model.rules}
    return City(output, con, hits, effects)


@pytest.mark.parametrize("rule", RULES)
def test_every_planted_violation_is_found(city: City, rule: str) -> None:
    violations = city.cases(rule, "violation")
    found: dict[str, list[Hit]] = defaultdict(list)
    for hit in city.live(rule):
        found[hit[0]].append(hit)
    missed = [case.kind for case in violations if not any(overlaps(case, hit) for hit in found[case.subject_id])]
    assert len(violations) >= 12
    assert missed == []


@pytest.mark.parametrize("rule", RULES)
def test_nothing_else_is_reported(city: City, rule: str) -> None:
    planted: dict[str, list[TruthCase]] = defaultdict(list)
    for case in city.cases(rule, "violation"):
        planted[case.subject_id].append(case)
    assert [hit for hit in city.live(rule) if not any(overlaps(case, hit) for case in planted[hit[0]])] == []


@pytest.mark.parametrize("rule", RULES)
def test_look_alikes_are_excused_by_the_code_they_carry(city: City, rule: str) -> None:
    wrong = []
    for case in city.cases(rule, "lookalike"):
        codes = {hit[3] for hit in city.hits[rule] if overlaps(case, hit)}
        if (case.exclusion_code is None and codes) or (case.exclusion_code and case.exclusion_code not in codes):
            wrong.append((case.kind, case.exclusion_code, codes))
    assert wrong == []


@pytest.mark.parametrize("rule", RULES)
def test_every_exclusion_code_of_the_rule_is_planted_and_look_alikes_outnumber_violations(
    city: City, rule: str
) -> None:
    planted = {case.exclusion_code for case in city.output.cases if case.rule_id == rule}
    assert set(city.effects[rule]) <= planted
    ratio = len(city.cases(rule, "lookalike")) / len(city.cases(rule, "violation"))
    assert 2 <= ratio <= 4


def test_a_tenth_of_the_violations_lies_at_a_threshold(city: City) -> None:
    violations = [case for case in city.output.cases if case.label == "violation"]
    assert sum(case.at_threshold for case in violations) >= len(violations) * 0.08


def test_rows_obey_their_contracts(city: City) -> None:
    from xiansuo.contracts.load import load_contract

    broken = []
    for name, frame in city.output.tables.items():
        contract = load_contract(PROJECT / "data_contracts" / f"{name.replace('.', '/')}.yml")
        assert set(frame.columns) == {column.name for column in contract.columns}, name
        assert not frame.select(contract.key).is_duplicated().any(), name
        rules = {check.code: check.expression for check in contract.row_checks}
        rules |= {f"{item.name}:required": f'"{item.name}" IS NOT NULL' for item in contract.columns if item.required}
        for code, expression in rules.items():
            count = city.con.execute(f"SELECT count(*) FROM {name} WHERE NOT ({expression})").fetchone()
            broken += [(name, code, count)] if count != (0,) else []
    assert broken == []


def test_every_row_a_case_names_exists(city: City) -> None:
    from xiansuo.synth.generate import check_rows

    check_rows(city.output.tables, city.output.cases)


def test_the_same_seed_makes_the_same_city(city: City) -> None:
    again = cert.build(make_world(6_000, seed=7).share("cert"))
    assert again.cases == city.output.cases
    assert all(frame.equals(city.output.tables[name]) for name, frame in again.tables.items())
