"""The case runner: worked examples beside each rule, run on an in-memory database, compared row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xiansuo.core.errors import InputError, UsageError
from xiansuo.supervision.case_batch import CaseBatch
from xiansuo.supervision.case_compare import Comparison, RowDifference, compare
from xiansuo.supervision.case_plan import CasePlan, Row, model_sandbox, sql_errors
from xiansuo.supervision.load import find_model, load_cases, load_models
from xiansuo.supervision.model import Case, GivenTable, Model, Rule
from xiansuo.supervision.project import Project
from xiansuo.supervision.sandbox import Sandbox
from xiansuo.supervision.strict_yaml import line_of

_WORKERS = 2


@dataclass(frozen=True)
class CaseResult:
    """What one case showed. ``failures`` is empty when it passed; ``differences`` show them row by row."""

    model: str
    rule: str
    case: str
    kind: str
    file: Path
    position: int
    failures: tuple[str, ...] = ()
    differences: tuple[RowDifference, ...] = ()
    matched: tuple[Row, ...] = ()
    given: Mapping[str, GivenTable] = field(default_factory=dict)

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
    found = _all_at_once(sandbox, model, rule, cases)
    failing = [position for position, one in enumerate(found) if one.failures]
    if failing:  # a failure is shown only when the statements, run as written, fail as well
        alone = _one_by_one(sandbox, model, rule, [cases[position] for position in failing])
        for position, one in zip(failing, alone, strict=True):
            found[position] = one
    return [
        CaseResult(
            model=model.id,
            rule=rule.id,
            case=case.case,
            kind=case.kind,
            file=rule.folder / "cases.yml",
            position=position,
            failures=found[position].failures,
            differences=found[position].differences,
            matched=found[position].matched,
            given=case.given,
        )
        for position, case in enumerate(cases)
    ]


def _all_at_once(sandbox: Sandbox, model: Model, rule: Rule, cases: Sequence[Case]) -> list[Comparison]:
    """The outcome of every case; one failure for all of them when they cannot be run together."""
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
        return [Comparison((str(error),)) for _ in cases]
    except sql_errors() as error:
        return [Comparison((str(error),)) for _ in cases]
    return [
        Comparison(("doubled hits",))
        if len({row["hit_id"] for row in hits[number]}) < len(hits[number])
        else compare(case, hits[number], evidence[number], sandbox.columns)
        for number, case in enumerate(cases)
    ]


def _one_by_one(sandbox: Sandbox, model: Model, rule: Rule, cases: Sequence[Case]) -> list[Comparison]:
    plan = CasePlan(sandbox, model, rule)
    try:
        return [_run_case(plan, case) for case in cases]
    finally:
        plan.close()


def _run_case(plan: CasePlan, case: Case) -> Comparison:
    try:
        plan.prepare(case.as_of)
        with plan.sandbox.undone():
            plan.fill(case)
            hits = plan.hits(case.as_of)
            evidence = plan.evidence(case.as_of) if hits else []
            return compare(case, hits, evidence, plan.sandbox.columns)
    except InputError as error:
        return Comparison((str(error),))
    except sql_errors() as error:
        return Comparison((str(error).strip(),))
