"""The case runner: worked examples beside each rule, run on an in-memory database, compared row by row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.naming import quote_ident
from xiansuo.supervision.bind import bind
from xiansuo.supervision.graphs import GraphBinding, create_graphs, fill_graphs, graphs_read
from xiansuo.supervision.hits import EVIDENCE_COLUMNS, HIT_COLUMNS, hits_select
from xiansuo.supervision.load import find_model, load_cases, load_models
from xiansuo.supervision.model import Case, Model, Rule
from xiansuo.supervision.project import PROVENANCE, Project
from xiansuo.supervision.sandbox import Sandbox
from xiansuo.supervision.strict_yaml import line_of

Row = dict[str, Any]
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
        results += _run_model(contents, found, _chosen(found, rule))
    return results


def model_sandbox(project: Project, model: Model) -> Sandbox:
    """A sandbox with everything the model's inputs rest on; tables hold the columns that SQL or cases can mention."""
    closure = project.closure({*model.spec.inputs, *(model.subject_of(rule).source for rule in model.rules)})
    texts = [*(mart.sql for mart in closure.marts), *(rule.hits_sql + rule.evidence_sql for rule in model.rules)]
    texts += [graph.sql for graph in model.graphs]
    texts += [(rule.folder / "cases.yml").read_text(encoding="utf-8") for rule in model.rules]
    words = set(re.findall(r"\w+", " ".join(texts)))
    sandbox = Sandbox()
    for dataset in closure.datasets:
        columns = project.columns(dataset)
        sandbox.add_table(dataset, {name: kind for name, kind in columns.items() if name in words | {*PROVENANCE}})
    for mart in closure.marts:
        try:
            sandbox.add_mart(mart)
        except _sql_errors() as error:
            raise InputError(f"the mart's SQL does not bind: {str(error).strip()}", file=mart.path) from error
    create_graphs(sandbox.con, model.graphs)
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
    prepared = _Prepared(sandbox, model, rule)
    try:
        return [
            CaseResult(
                model=model.id,
                rule=rule.id,
                case=case.case,
                kind=case.kind,
                file=rule.folder / "cases.yml",
                position=position,
                failures=tuple(_run_case(prepared, case)),
            )
            for position, case in enumerate(load_cases(rule))
        ]
    finally:
        prepared.close()


class _Prepared:
    """A rule's two statements, planned once per as-of date and run once per case."""

    def __init__(self, sandbox: Sandbox, model: Model, rule: Rule) -> None:
        self.sandbox = sandbox
        self.model = model
        self.rule = rule
        self._known: dict[date | None, tuple[str, str]] = {}
        self._created = False
        graphs = "".join(graph.sql for graph in graphs_read(model.graphs, [rule]))
        self._marts = sandbox.marts_behind(rule.hits_sql + rule.evidence_sql + graphs)

    def prepare(self, as_of: date | None) -> None:
        """Plan all statements, outside any transaction, so that they outlive the case."""
        self.sandbox.plan(self._marts)
        self._statements(as_of)

    def fill(self, case: Case) -> None:
        """Fill in the given rows and compute the marts and graphs that are not given."""
        for dataset, given in case.given.items():
            self.sandbox.fill(dataset, given.columns, given.rows)
        self.sandbox.derive([mart for mart in self._marts if mart not in case.given])
        self._walk(case.as_of)

    def _walk(self, as_of: date | None) -> None:
        """Compute the graphs the rule reads from the rows filled in."""
        binding = GraphBinding(self.model.id, self.model.parameters, as_of)
        fill_graphs(self.sandbox.con, graphs_read(self.model.graphs, [self.rule]), binding)

    def hits(self, as_of: date | None) -> list[Row]:
        """Find the hits of the rows filled in; InputError when two are alike."""
        found = _rows(self.sandbox, f"EXECUTE {self._statements(as_of)[0]}")
        found.sort(key=lambda row: [str(value) for value in row.values()])
        distinct = len({row["hit_id"] for row in found})
        if distinct < len(found):
            raise InputError(
                f"{len(found)} hit rows, only {distinct} of them distinct",
                file=self.rule.hits_file,
                fix="group so that every row is one finding",
            )
        return found

    def evidence(self, as_of: date | None) -> list[Row]:
        """The evidence rows of the hits just found."""
        found = _rows(self.sandbox, f"EXECUTE {self._statements(as_of)[1]}")
        unique = {tuple(row.values()): row for row in found}
        return sorted(unique.values(), key=lambda row: [str(value) for value in row.values()])

    def close(self) -> None:
        """Forget the statements and the hit table."""
        for pair in self._known.values():
            for name in pair:
                self.sandbox.con.execute(f"DEALLOCATE {name}")
        self.sandbox.con.execute("DROP TABLE IF EXISTS rule_hits")

    def _statements(self, as_of: date | None) -> tuple[str, str]:
        if as_of not in self._known:
            number = len(self._known)
            hits = self._bound(self.rule.hits_sql, as_of, None, "hits.sql")
            columns = self._output(hits)
            select = hits_select(self.model.id, self.rule.id, hits, columns, distinct=False)
            self.sandbox.con.execute(f"PREPARE hits_{number} AS INSERT INTO rule_hits {select} RETURNING *")
            evidence = self._bound(self.rule.evidence_sql, as_of, "rule_hits", "evidence.sql")
            listed = ", ".join(EVIDENCE_COLUMNS)
            self.sandbox.con.execute(f"PREPARE evidence_{number} AS SELECT {listed} FROM ({evidence}\n)")
            self._known[as_of] = (f"hits_{number}", f"evidence_{number}")
        return self._known[as_of]

    def _bound(self, sql: str, as_of: date | None, hits: str | None, name: str) -> str:
        return bind(
            sql,
            self.model.parameters,
            as_of=as_of,
            event_date=self.rule.spec.event_date,
            hits=hits,
            unit=f"{self.model.id}.{self.rule.id} {name}",
        )

    def _output(self, body: str) -> dict[str, str]:
        columns = self.sandbox.describe(body)
        missing = [name for name in HIT_COLUMNS if name not in columns]
        if missing:
            raise InputError("hits.sql lacks an output column", file=self.rule.hits_file, field=missing[0], fix="add")
        if not self._created:
            empty = hits_select(self.model.id, self.rule.id, body, columns)
            shape = self.sandbox.describe(empty)
            listed = ", ".join(f"{quote_ident(name)} {kind}" for name, kind in shape.items())
            self.sandbox.con.execute(f"CREATE TEMP TABLE rule_hits ({listed})")
            self._created = True
        return columns


def _run_case(prepared: _Prepared, case: Case) -> list[str]:
    try:
        prepared.prepare(case.as_of)
        with prepared.sandbox.undone():
            prepared.fill(case)
            hits = prepared.hits(case.as_of)
            evidence = prepared.evidence(case.as_of) if hits else []
            return _compare(case, hits) + _check_evidence(prepared.sandbox, case, hits, evidence)
    except InputError as error:
        return [str(error)]
    except _sql_errors() as error:
        return [str(error).strip()]


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
        return actual.date() == expected and actual.time() == time.min
    if isinstance(actual, str):
        return actual == str(expected)
    return bool(actual == expected)


def _show(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in row.items() if key != "hit_id")


def _sql_errors() -> tuple[type[Exception], ...]:
    import duckdb

    return (duckdb.Error,)
