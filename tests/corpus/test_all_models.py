"""Walks every model of the project: what must hold for each unit, whoever adds it."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from xiansuo.supervision.cases import run_cases
from xiansuo.supervision.lint import check_project
from xiansuo.supervision.load import load_cases, load_models
from xiansuo.supervision.model import CASE_KINDS, Model, Rule
from xiansuo.supervision.strict_yaml import read_yaml

PROJECT = Path(__file__).parents[2]
MODELS = load_models(PROJECT)
RULES = [(model, rule) for model in MODELS.values() for rule in model.rules]
LADDER = ["draft", "data_verified", "rules_reviewed", "cross_site_validated", "published"]

each_model = pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
each_rule = pytest.mark.parametrize(("model", "rule"), RULES, ids=[f"{model.id}.{rule.id}" for model, rule in RULES])


def test_linter_finds_no_error() -> None:
    errors = [item for item in check_project(PROJECT) if item.severity == "error"]
    assert not errors, "\n".join(f"{item.file}:{item.line} {item.code} {item.message}" for item in errors)


@each_model
def test_all_cases_pass(model: Model) -> None:
    results = run_cases(PROJECT, model.id)
    assert results
    failed = [f"{item.rule} {item.case}: {' '.join(item.failures)}" for item in results if not item.passed]
    assert not failed, "\n".join(failed)


@each_rule
def test_cases_cover_every_kind_and_every_exclusion(model: Model, rule: Rule) -> None:
    cases = load_cases(rule)
    assert {case.kind for case in cases} == set(CASE_KINDS)
    shown = {row.get("exclusion_code") for case in cases if case.kind == "lookalike" for row in case.expect}
    assert {item.code for item in rule.spec.exclusions} <= shown
    doubled = [name for name, count in Counter(case.case for case in cases).items() if count > 1]
    assert not doubled


@each_rule
def test_hit_cases_hit_and_non_hit_cases_do_not(model: Model, rule: Rule) -> None:
    dropped = {item.code for item in rule.spec.exclusions if item.effect == "drop"}
    for case in load_cases(rule):
        live = [row for row in case.expect if row.get("exclusion_code") not in dropped]
        assert case.kind != "hit" or live, case.case
        assert case.kind != "non_hit" or not live, case.case


def test_ids_and_codes_are_unique() -> None:
    for model in MODELS.values():
        assert len({rule.spec.code for rule in model.rules}) == len(model.rules), model.id
        ids = [basis.id for basis in model.spec.legal_basis]
        assert len(ids) == len(set(ids)), model.id


@each_model
def test_parameters_have_title_unit_and_reference(model: Model) -> None:
    for name, parameter in model.parameters.items():
        assert parameter.reference.source.strip(), name
        assert parameter.unit.strip() and parameter.title.strip(), name


@each_model
def test_model_tells_the_prosecutor_what_to_do(model: Model) -> None:
    spec = model.spec
    assert spec.verification_steps and spec.false_positives and spec.hand_off and spec.expected_volume
    readme = (model.folder / "README.md").read_text(encoding="utf-8")
    assert len(readme) > 300
    for rule in model.rules:
        assert rule.spec.code in readme, rule.id


@each_rule
def test_rule_cites_law_and_names_its_money(model: Model, rule: Rule) -> None:
    assert rule.spec.legal_basis
    assert rule.spec.evidence_roles
    assert any("一" <= letter <= "鿿" for letter in rule.spec.explanation)


@each_model
def test_published_model_is_never_silently_demoted(model: Model) -> None:
    """The status in the last commit that published it is the floor, unless the model is retired with a reason."""
    path = (model.folder / "model.yml").relative_to(PROJECT).as_posix()
    done = subprocess.run(
        ["git", "-C", str(PROJECT), "log", "-S", "status: published", "--format=%H", "-1", "--", path],
        capture_output=True,
        text=True,
        check=False,
    )
    ever_published = bool(done.stdout.strip())
    assert not ever_published or model.spec.status in ("published", "retired")
    assert model.spec.status in [*LADDER, "retired"]


def test_unit_files_hold_no_unknown_folder() -> None:
    known = set(MODELS) | {"scoring.yml"}
    assert {path.name for path in (PROJECT / "models").iterdir()} == known


def test_scoring_weights_have_references() -> None:
    weights = read_yaml(PROJECT / "models" / "scoring.yml")
    assert all(item["reference"]["source"] for item in weights.values())
