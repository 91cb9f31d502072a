"""How a rule is run over the rows of a case: the sandbox of its model, and its statements planned once."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident
from xiansuo.supervision.bind import bind
from xiansuo.supervision.graphs import GraphBinding, create_graphs, fill_graphs, graphs_read
from xiansuo.supervision.hits import EVIDENCE_COLUMNS, HIT_COLUMNS, hits_select
from xiansuo.supervision.model import Case, Model, Rule
from xiansuo.supervision.project import PROVENANCE, Project
from xiansuo.supervision.sandbox import Sandbox

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]
HITS_TABLE = "rule_hits"
_WORD = re.compile(r"\w+")


def model_sandbox(project: Project, model: Model) -> Sandbox:
    """A sandbox with everything the model's inputs rest on; tables hold the columns that SQL or cases can mention."""
    closure = project.closure({*model.spec.inputs, *(model.subject_of(rule).source for rule in model.rules)})
    texts = [*(mart.sql for mart in closure.marts), *(rule.hits_sql + rule.evidence_sql for rule in model.rules)]
    texts += [graph.sql for graph in model.graphs]
    files = [rule.folder / "cases.yml" for rule in model.rules]
    texts += [file.read_text(encoding="utf-8") for file in files if file.is_file()]
    written = " ".join(texts)
    words = set(_WORD.findall(written))
    sandbox = Sandbox()
    for dataset in closure.datasets:
        titles = project.titles(dataset)
        wanted = words | {*PROVENANCE} | {titles[title] for title in titles if _stands_in(title, written, words)}
        columns = {name: kind for name, kind in project.columns(dataset).items() if name in wanted}
        sandbox.add_table(dataset, columns, titles)
    for mart in closure.marts:
        try:
            sandbox.add_mart(mart)
        except sql_errors() as error:
            raise InputError(f"the mart's SQL does not bind: {str(error).strip()}", file=mart.path) from error
    create_graphs(sandbox.con, model.graphs)
    return sandbox


def _stands_in(title: str, text: str, words: Collection[str]) -> bool:
    """Whether the text holds the title; it is long, so a title that is one word is looked up among its ``words``."""
    return title in words if _WORD.fullmatch(title) else title in text


class CasePlan:
    """A rule's two statements, planned once per as-of date and run once per case.

    ``shape`` is the output of hits.sql, column -> type with hit_id first, once the first case is planned.
    """

    def __init__(self, sandbox: Sandbox, model: Model, rule: Rule) -> None:
        self.sandbox = sandbox
        self.model = model
        self.rule = rule
        self._known: dict[date | None, tuple[str, str]] = {}
        self.shape: dict[str, str] = {}
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
        found = rows_of(self.sandbox.con, f"EXECUTE {self._statements(as_of)[0]}")
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
        found = rows_of(self.sandbox.con, f"EXECUTE {self._statements(as_of)[1]}")
        unique = {tuple(row.values()): row for row in found}
        return sorted(unique.values(), key=lambda row: [str(value) for value in row.values()])

    def close(self) -> None:
        """Forget the statements and the hit table."""
        for pair in self._known.values():
            for name in pair:
                self.sandbox.con.execute(f"DEALLOCATE {name}")
        self.sandbox.con.execute(f"DROP TABLE IF EXISTS {HITS_TABLE}")

    def _statements(self, as_of: date | None) -> tuple[str, str]:
        if as_of not in self._known:
            number = len(self._known)
            hits = self._bound(self.rule.hits_sql, as_of, None, "hits.sql")
            columns = self._output(hits)
            select = hits_select(self.model.id, self.rule.id, hits, columns, distinct=False)
            self.sandbox.con.execute(f"PREPARE hits_{number} AS INSERT INTO {HITS_TABLE} {select} RETURNING *")
            evidence = self._bound(self.rule.evidence_sql, as_of, HITS_TABLE, "evidence.sql")
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
        if not self.shape:
            self.shape = self.sandbox.describe(hits_select(self.model.id, self.rule.id, body, columns))
            listed = ", ".join(f"{quote_ident(name)} {kind}" for name, kind in self.shape.items())
            self.sandbox.con.execute(f"CREATE TEMP TABLE {HITS_TABLE} ({listed})")
        return columns


def rows_of(con: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    """The rows of a query, column -> value."""
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def sql_errors() -> tuple[type[Exception], ...]:
    """What DuckDB raises, without importing it at the start."""
    import duckdb

    return (duckdb.Error,)
