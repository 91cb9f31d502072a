"""Mutation coverage of the toy rules: the known survivors, the case that kills one, justifications and their end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from xiansuo.cli.main import main
from xiansuo.core.errors import InputError
from xiansuo.supervision.case_batch import CaseBatch
from xiansuo.supervision.case_plan import CasePlan, Row, model_sandbox
from xiansuo.supervision.cases import run_cases
from xiansuo.supervision.lint import check_project
from xiansuo.supervision.load import ModelProblems, find_model, load_cases
from xiansuo.supervision.model import Model, Rule
from xiansuo.supervision.mutants import rule_mutants
from xiansuo.supervision.mutate_sql import parts_of
from xiansuo.supervision.mutation_run import RuleReport, run_mutants
from xiansuo.supervision.nudge import nudged
from xiansuo.supervision.project import Project

TOY = Path(__file__).parent / "toy_project"
PROJECT = Path(__file__).parents[2]
WEAK = {
    "drop-fallback-097e3dbd",  # no station without a declaration
    "join-a582e5fb",  # the same
    "drop-and-31a1c7ef",  # no second station
    "drop-and-3d6befab",  # no second month
}
STRONGER = """
- case: 另一站、另一月都有申报，本月没有
  kind: hit
  given:
    toy.reading: {columns: [station_id, read_date, litres], rows: [[S1, 2025-03-01, 200]]}
    toy.declaration:
      columns: [station_id, month_start, litres]
      rows: [[S2, 2025-03-01, 200], [S1, 2025-02-01, 200]]
  expect: [{subject_id: S1, gap_l: 200, exclusion_code: null}]
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TOY, tmp_path / "toy"))


def volume(project: Path) -> RuleReport:
    (report,) = run_mutants(project, "toy_model", "volume", jobs=1)
    return report


def rule_folder(project: Path) -> Path:
    return project / "models" / "toy_model" / "rules" / "volume"


def add(path: Path, text: str) -> None:
    path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + text, encoding="utf-8")


def test_a_weak_rule_leaves_exactly_its_known_survivors(toy: Path) -> None:
    report = volume(toy)
    assert {item.mutant.id for item in report.survivors} == WEAK
    assert not report.passed
    assert report.count("killed") == len(report.judged) - len(WEAK)


def test_the_missing_case_kills_them_and_nothing_else_changes(toy: Path) -> None:
    before = {item.mutant.id: item.status for item in volume(toy).judged}
    add(rule_folder(toy) / "cases.yml", STRONGER)
    after = volume(toy)
    assert after.survivors == [] and after.passed
    assert {name for name, status in before.items() if status != "killed"} == WEAK
    killers = {item.mutant.id: item.by for item in after.judged}
    assert {killers[name] for name in WEAK} == {"另一站、另一月都有申报，本月没有"}


def test_survivors_may_be_justified_until_they_are_killed(toy: Path) -> None:
    entries = "".join(f"- {{mutant: {name}, why: 试一试}}\n" for name in sorted(WEAK))
    add(rule_folder(toy) / "mutants.yml", entries)
    assert volume(toy).passed and set(volume(toy).justified) == WEAK
    add(rule_folder(toy) / "cases.yml", STRONGER)
    report = volume(toy)
    assert not report.passed and {item.mutant for item in report.stale} == WEAK
    assert {item.line for item in report.stale} == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ("- {mutant: compare-00000000}\n", "why"),
        ("- {mutant: compare-00000000, why: 无, by: me}\n", "by"),
        ("- {mutant: compare-0, why: 无}\n- {mutant: compare-0, why: 无}\n", "twice"),
    ],
)
def test_justifications_have_strict_keys(toy: Path, entry: str, named: str) -> None:
    add(rule_folder(toy) / "mutants.yml", entry)
    with pytest.raises(InputError, match=named):
        volume(toy)


def test_a_justification_of_no_mutant_is_an_error(toy: Path) -> None:
    add(rule_folder(toy) / "mutants.yml", "- {mutant: compare-00000000, why: 无}\n")
    assert [item.reason for item in volume(toy).stale] == ["there is no such mutant"]


def test_evidence_is_mutated_on_request(toy: Path) -> None:
    (plain,) = run_mutants(toy, "toy_model", "volume", jobs=1)
    (report,) = run_mutants(toy, "toy_model", "volume", evidence=True, jobs=1)
    extra = [item for item in report.judged if item.mutant.id.startswith("evidence-")]
    assert len(report.judged) == len(plain.judged) + len(extra)
    assert {item.status for item in extra} == {"killed", "survived"}


def test_processes_find_the_same_as_one(toy: Path) -> None:
    assert run_mutants(toy, "toy_model", jobs=2) == run_mutants(toy, "toy_model", jobs=1)


def one_by_one(model: Model, rule: Rule, project: Path, hits_sql: str) -> list[list[Row]] | None:
    """The hits of every case, run as plain statements; None when one fails."""
    import duckdb

    parameters = {**model.parameters, **nudged(model.parameters)}
    other = Rule(spec=rule.spec, hits_sql=hits_sql, evidence_sql=rule.evidence_sql, folder=rule.folder)
    changed = Model(**{**vars(model), "parameters": parameters, "rules": (other,)})
    sandbox = model_sandbox(Project(project), changed)
    plan = CasePlan(sandbox, changed, other)
    found = []
    for case in load_cases(rule):
        try:
            plan.prepare(case.as_of)
            with sandbox.undone():
                plan.fill(case)
                found.append([{key: row[key] for key in row if key != "hit_id"} for row in plan.hits(case.as_of)])
        except (duckdb.Error, InputError):
            return None
    return found


@pytest.mark.parametrize("rule_id", ["late", "volume"])
def test_verdicts_agree_with_running_every_mutant_as_a_rule_of_its_own(toy: Path, rule_id: str) -> None:
    model = find_model(toy, "toy_model")
    rule = model.rule(rule_id)
    assert rule is not None
    original = one_by_one(model, rule, toy, rule.hits_sql)
    (report,) = run_mutants(toy, "toy_model", rule_id, jobs=1)
    status = {item.mutant.id: item.status for item in report.judged}
    parts = parts_of(rule.hits_file, rule.hits_sql).texts
    for mutant in rule_mutants(model, rule):
        texts = {**parts, mutant.part: mutant.sql}
        ctes = ", ".join(f"{name} AS ({text})" for name, text in texts.items() if name)
        whole = (f"WITH {ctes} " if ctes else "") + texts[""]
        same = one_by_one(model, rule, toy, whole.replace("xs_cte.", "")) == original
        assert same == (status[mutant.id] == "survived"), mutant


def together_and_alone(
    model_id: str, rule_id: str, optimizer: bool
) -> Iterator[tuple[list[list[Row]], list[list[Row]]]]:
    model = find_model(PROJECT, model_id)
    rule = model.rule(rule_id)
    assert rule is not None
    cases = load_cases(rule)
    sandbox = model_sandbox(Project(PROJECT), model)
    if optimizer:
        sandbox.con.execute("PRAGMA enable_optimizer")
    batch = CaseBatch(sandbox, model, rule, cases)
    together = batch.hits(), batch.evidence()
    batch.close()
    plan = CasePlan(sandbox, model, rule)
    hits, evidence = [], []
    for case in cases:
        plan.prepare(case.as_of)
        with sandbox.undone():
            plan.fill(case)
            hits.append(plan.hits(case.as_of))
            evidence.append(plan.evidence(case.as_of))
    yield together[0], hits
    yield together[1], evidence


@pytest.mark.parametrize(
    ("model", "rule", "optimizer"),
    [
        ("fuel_tax", "undeclared_sales", False),
        ("special_op_cert", "expired_or_unreviewed", True),
        ("medins_fraud", "over_frequency", True),
        ("shell_invoice", "short_lived_relay", False),
    ],
)
def test_all_cases_at_once_give_what_each_gives_alone(model: str, rule: str, optimizer: bool) -> None:
    """With DuckDB's optimizer and without it, with marts and with graphs."""
    for together, alone in together_and_alone(model, rule, optimizer):
        assert any(together)
        assert together == alone


def test_the_command_tells_survivors_and_their_places(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--project", str(toy), "test", "toy_model.volume", "--mutate", "--jobs", "1"]) == 1
    shown = capsys.readouterr().out
    assert "models/toy_model/rules/volume/hits.sql:17:71: drop-and-3d6befab" in shown
    assert "no case is turned away by (d.month_start = r.month_start) alone" in shown
    add(rule_folder(toy) / "cases.yml", STRONGER)
    assert main(["--project", str(toy), "test", "toy_model.volume", "--mutate", "--jobs", "1", "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert report["counts"]["survived"] == 0 and report["counts"]["killed"] == len(report["mutants"])


def test_a_failing_case_is_shown_cell_by_cell(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = rule_folder(toy) / "cases.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("gap_l: 200", "gap_l: 201"), encoding="utf-8")
    assert main(["--project", str(toy), "test", "toy_model.volume", "--mutate", "-v"]) == 1
    shown = capsys.readouterr().out
    assert "models/toy_model/rules/volume/cases.yml:1" in shown
    assert "201" in shown and "≠ 200.0000" in shown
    assert "given toy.reading" in shown and "2025-03-02" in shown
    assert main(["--project", str(toy), "test", "toy_model.volume", "--json"]) == 1
    first = json.loads(capsys.readouterr().out)[0]
    assert not first["passed"] and first["differences"][0]["cells"] == ["gap_l"]


CHINESE = """
- 案例: 用中文写的案例
  类型: 命中
  已知:
    toy.reading: {列: [TITLES], 行: [[S1, 2025-03-01, 300]]}
  预期: [{subject_id: S1, gap_l: 300}]
"""


def test_a_case_may_be_written_in_chinese_down_to_the_columns(toy: Path) -> None:
    titles = Project(toy).titles("toy.reading")
    named = {column: title for title, column in titles.items()}
    names = ", ".join(named[column] for column in ("station_id", "read_date", "litres"))
    assert not names.isascii()
    add(rule_folder(toy) / "cases.yml", CHINESE.replace("TITLES", names))
    results = run_cases(toy, "toy_model", "volume")
    assert [item.failures for item in results if item.case == "用中文写的案例"] == [()]
    assert not [item for item in check_project(toy) if item.code == "XS044"]
    add(rule_folder(toy) / "cases.yml", "- 案例: 错的\n  类型: 命中\n  已知: {}\n  期望: []\n")
    with pytest.raises(ModelProblems) as caught:
        run_cases(toy, "toy_model", "volume")
    lines = (rule_folder(toy) / "cases.yml").read_text(encoding="utf-8").splitlines()
    assert ["期望" in lines[problem.line - 1] for problem in caught.value.problems] == [True]
