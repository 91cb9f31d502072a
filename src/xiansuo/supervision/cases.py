"""The case runner: worked examples beside each rule, run on an in-memory database, compared row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.naming import quote_ident
from xiansuo.supervision.bind import bind
from xiansuo.supervision.hits import EVIDENCE_COLUMNS, HIT_COLUMNS, hits_select
from xiansuo.supervision.load import find_model, load_cases, load_models
from xiansuo.supervision.model import Case, Model, Rule
from xiansuo.supervision.project import Project
from xiansuo.supervision.sandbox import Sandbox
from xiansuo.supervision.strict_yaml import line_of

Row = dict[str, Any]


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
        results += _run_model(contents, found, _chosen(found, rule))
    return results


def model_sandbox(project: Project, model: Model) -> Sandbox:
    """A sandbox with everything the model's inputs rest on."""
    closure = project.closure({*model.spec.inputs, *(model.subject_of(rule).source for rule in model.rules)})
    sandbox = Sandbox()
    for dataset in closure.datasets:
        sandbox.add_table(dataset, project.columns(dataset))
    for mart in closure.marts:
        try:
            sandbox.add_mart(mart)
        except _sql_errors() as error:
            raise InputError(f"the mart's SQL does not bind: {_first_line(error)}", file=mart.path) from error
    return sandbox


def _chosen(model: Model, rule: str | None) -> Iterable[Rule]:
    if rule is None:
        return model.rules
    found = model.rule(rule) or next((item for item in model.rules if item.spec.code == rule), None)
    if found is None:
        known = ", ".join(item.id for item in model.rules)
        raise UsageError("no such rule", field="rule", value=rule, fix=f"{model.id} has {known}")
    return [found]


def _run_model(project: Project, model: Model, rules: Iterable[Rule]) -> list[CaseResult]:
    sandbox = model_sandbox(project, model)
    return [
        CaseResult(
            model=model.id, rule=rule.id, case=case.case, kind=case.kind, file=rule.folder / "cases.yml",
            position=position, failures=tuple(_run_case(sandbox, model, rule, case)),
        )
        for rule in rules
        for position, case in enumerate(load_cases(rule))
    ]


def _run_case(sandbox: Sandbox, model: Model, rule: Rule, case: Case) -> list[str]:
    with sandbox.undone():
        try:
            for dataset, given in case.given.items():
                sandbox.fill(dataset, given.columns, given.rows)
            hits = _hits(sandbox, model, rule, case)
            evidence = _evidence(sandbox, model, rule, case)
            return _compare(case, hits) + _check_evidence(sandbox, case, hits, evidence)
        except InputError as error:
            return [str(error)]
        except _sql_errors() as error:
            return [_first_line(error)]


def _hits(sandbox: Sandbox, model: Model, rule: Rule, case: Case) -> list[Row]:
    body = bind(
        rule.hits_sql, model.parameters, as_of=case.as_of, event_date=rule.spec.event_date,
        unit=f"{model.id}.{rule.id} hits.sql",
    )
    columns = sandbox.describe(body)
    missing = [name for name in HIT_COLUMNS if name not in columns]
    if missing:
        raise InputError("hits.sql lacks an output column", file=rule.hits_file, field=missing[0], fix="add it")
    sandbox.con.execute(f"CREATE TEMP TABLE raw_hits AS {body}")
    sandbox.con.execute(
        f"CREATE TEMP TABLE rule_hits AS {hits_select(model.id, rule.id, 'SELECT * FROM raw_hits', columns)}"
    )
    counts = sandbox.con.execute(
        "SELECT (SELECT count(*) FROM raw_hits), (SELECT count(*) FROM rule_hits)"
    ).fetchone()
    if counts and counts[0] != counts[1]:
        raise InputError(
            f"{counts[0]} hit rows, only {counts[1]} of them distinct", file=rule.hits_file,
            fix="group so that every row is one finding",
        )
    listed = ", ".join(quote_ident(name) for name in columns)
    return _rows(sandbox, f"SELECT hit_id, {listed} FROM rule_hits ORDER BY ALL")


def _evidence(sandbox: Sandbox, model: Model, rule: Rule, case: Case) -> list[Row]:
    sql = bind(
        rule.evidence_sql, model.parameters, as_of=case.as_of, event_date=rule.spec.event_date, hits="rule_hits",
        unit=f"{model.id}.{rule.id} evidence.sql",
    )
    listed = ", ".join(EVIDENCE_COLUMNS)
    return _rows(sandbox, f"SELECT DISTINCT {listed} FROM ({sql}\n) ORDER BY ALL")


def _rows(sandbox: Sandbox, sql: str) -> list[Row]:
    cursor = sandbox.con.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


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
        return actual == datetime(expected.year, expected.month, expected.day)
    if isinstance(actual, str):
        return actual == str(expected)
    return bool(actual == expected)


def _show(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in row.items() if key != "hit_id")


def _first_line(error: Exception) -> str:
    return str(error).strip()


def _sql_errors() -> tuple[type[Exception], ...]:
    import duckdb

    return (duckdb.Error,)


if __name__ == "__main__":
    import sys

    _target = (sys.argv[1].split(".") if len(sys.argv) > 1 else []) + [None, None]
    _all = run_cases(Path.cwd(), _target[0], _target[1])
    for _one in _all:
        print("ok  " if _one.passed else "FAIL", f"{_one.model}.{_one.rule} [{_one.kind}] {_one.case}", *_one.failures, sep="\n    ")
    print(f"{len(_all)} cases, {sum(not _one.passed for _one in _all)} failed")
