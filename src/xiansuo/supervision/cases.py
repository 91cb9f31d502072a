"""The case runner: worked examples beside each rule, run on an in-memory database, compared row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from xiansuo.core.errors import InputError, UsageError
from xiansuo.supervision.case_batch import CaseBatch
from xiansuo.supervision.case_plan import CasePlan, Row, model_sandbox, sql_errors
from xiansuo.supervision.load import find_model, load_cases, load_models
from xiansuo.supervision.model import Case, Model, Rule
from xiansuo.supervision.project import Project
from xiansuo.supervision.sandbox import Sandbox
from xiansuo.supervision.strict_yaml import line_of

_WORKERS = 2


@dataclass(frozen=True)
class CaseResult:
    """What one case showed. ``failures`` is empty when it passed."""

    model: str
    rule: str
    case: str
    kind: str
    file: Path
    position: int
    failures: tuple[str, ...] = field(default_factory=tuple)

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.failures

    @property
    def line(self) -> int:
        """Where the case begins in its file."""
        return line_of(self.file, (self.position,))


def run_cases(project: Path, model: str | None = None, rule: str | None = None) -> list[CaseResult]:
    """Run the cases of all models, one model or one rule.

    A failing case is a result, not an exception. UsageError when model or rule do not exist; InputError when a
    folder cannot be read.
    """
    if rule is not None and model is None:
        raise UsageError("a rule needs its model", field="rule", value=rule, fix="write MODEL.RULE")
    models = load_models(project).values() if model is None else [find_model(project, model)]
    contents = Project(project)
    results: list[CaseResult] = []
    for found in models:
        results += _run_model(contents, found, chosen_rules(found, rule))
    return results


def chosen_rules(model: Model, rule: str | None) -> Iterable[Rule]:
    """The rules of the model, or the one named by id or code; UsageError when there is none of that name."""
    if rule is None:
        return model.rules
    found = model.rule(rule) or next((item for item in model.rules if item.spec.code == rule), None)
    if found is None:
        known = ", ".join(item.id for item in model.rules)
        raise UsageError("no such rule", field="rule", value=rule, fix=f"{model.id} has {known}")
    return [found]


def _run_model(project: Project, model: Model, rules: Iterable[Rule]) -> list[CaseResult]:
    from concurrent.futures import ThreadPoolExecutor

    chosen = list(rules)
    shares = [share for share in (chosen[worker::_WORKERS] for worker in range(_WORKERS)) if share]
    sandboxes = [model_sandbox(project, model) for _ in shares]
    with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
        parts = list(pool.map(lambda pair: _run_rules(model, *pair), zip(sandboxes, shares, strict=True)))
    found = {name: results for part in parts for name, results in part.items()}
    return [result for rule in chosen for result in found[rule.id]]


def _run_rules(model: Model, sandbox: Sandbox, rules: Iterable[Rule]) -> dict[str, list[CaseResult]]:
    return {rule.id: _run_rule(sandbox, model, rule) for rule in rules}


def _run_rule(sandbox: Sandbox, model: Model, rule: Rule) -> list[CaseResult]:
    cases = load_cases(rule)
    failures = _all_at_once(sandbox, model, rule, cases)
    failing = [position for position, found in enumerate(failures) if found]
    if failing:  # a failure is shown only when the statements, run as written, fail as well
        alone = _one_by_one(sandbox, model, rule, [cases[position] for position in failing])
        failures = [alone.pop(0) if found else [] for found in failures]
    return [
        CaseResult(
            model=model.id,
            rule=rule.id,
            case=case.case,
            kind=case.kind,
            file=rule.folder / "cases.yml",
            position=position,
            failures=tuple(failures[position]),
        )
        for position, case in enumerate(cases)
    ]


def _all_at_once(sandbox: Sandbox, model: Model, rule: Rule, cases: Sequence[Case]) -> list[list[str]]:
    """The failures of every case; one and the same for all cases that cannot be run together."""
    if not cases:
        return []
    try:
        batch = CaseBatch(sandbox, model, rule, cases)
        try:
            hits = batch.hits()
            evidence = batch.evidence()
        finally:
            batch.close()
    except InputError as error:
        return [[str(error)] for _ in cases]
    except sql_errors() as error:
        return [[str(error)] for _ in cases]
    return [
        _doubles(hits[number])
        + _compare(case, hits[number])
        + _check_evidence(sandbox, case, hits[number], evidence[number])
        for number, case in enumerate(cases)
    ]


def _doubles(hits: Sequence[Row]) -> list[str]:
    distinct = len({row["hit_id"] for row in hits})
    return [f"{len(hits)} hit rows, only {distinct} of them distinct"] if distinct < len(hits) else []


def _one_by_one(sandbox: Sandbox, model: Model, rule: Rule, cases: Sequence[Case]) -> list[list[str]]:
    plan = CasePlan(sandbox, model, rule)
    try:
        return [_run_case(plan, case) for case in cases]
    finally:
        plan.close()


def _run_case(plan: CasePlan, case: Case) -> list[str]:
    try:
        plan.prepare(case.as_of)
        with plan.sandbox.undone():
            plan.fill(case)
            hits = plan.hits(case.as_of)
            evidence = plan.evidence(case.as_of) if hits else []
            return _compare(case, hits) + _check_evidence(plan.sandbox, case, hits, evidence)
    except InputError as error:
        return [str(error)]
    except sql_errors() as error:
        return [str(error).strip()]


def _compare(case: Case, hits: Sequence[Row]) -> list[str]:
    left = list(hits)
    unmet: list[Mapping[str, Any]] = []
    failures: list[str] = []
    for expected in case.expect:
        unknown = [key for key in expected if hits and key not in hits[0]]
        if unknown:
            return [f"expect names {unknown[0]!r}, which hits.sql does not output; it has {', '.join(hits[0])}"]
        found = next((row for row in left if all(same(row[key], value) for key, value in expected.items())), None)
        if found is None:
            unmet.append(expected)
        else:
            left.remove(found)
    if unmet or left:
        failures.append(f"expected {len(case.expect)} rows, got {len(hits)}")
        failures += [f"  expected, not found: {_show(row)}" for row in unmet]
        failures += [f"  found, not expected: {_show(row)}" for row in left]
    return failures


def _check_evidence(sandbox: Sandbox, case: Case, hits: Sequence[Row], evidence: Sequence[Row]) -> list[str]:
    failures = []
    if case.evidence is not None and case.evidence != len(evidence):
        failures.append(f"expected {case.evidence} evidence rows, got {len(evidence)}")
        failures += [f"  {_show(row)}" for row in evidence]
    proven = {row["hit_id"] for row in evidence}
    failures += [f"a hit has no evidence row: {_show(hit)}" for hit in hits if hit["hit_id"] not in proven]
    for row in evidence:
        dataset = str(row["dataset"])
        given = case.given.get(dataset)
        if dataset not in sandbox.columns:
            failures.append(f"evidence names a dataset the model does not read: {dataset!r}")
        elif given is not None and "_row" not in given.columns and not 1 <= (row["_row"] or 0) <= len(given.rows):
            failures.append(f"evidence points at no given row: {_show(row)}")
    return failures


def same(actual: Any, expected: Any) -> bool:
    """Whether a value from DuckDB equals one written in YAML; numbers by value, dates by day, texts exactly."""
    if actual is None or expected is None:
        return actual is expected
    if isinstance(actual, bool) or isinstance(expected, bool):
        return bool(actual == expected)
    if isinstance(actual, int | float | Decimal):
        return isinstance(expected, int | Decimal) and Decimal(str(actual)) == Decimal(expected)
    if isinstance(actual, datetime) and type(expected) is date:
        return actual.date() == expected and actual.time() == time.min
    if isinstance(actual, str):
        return actual == str(expected)
    return bool(actual == expected)


def _show(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in row.items() if key != "hit_id")
