"""Mutants tried on a rule's cases: a SQL file taken apart, run part by part, and every mutant held against it.

A part that still gives the same rows cannot change what comes after it. So most survivors cost one small query, and no
mutant makes DuckDB plan what lies before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident
from xiansuo.supervision.case_batch import HITS, CaseBatch
from xiansuo.supervision.case_plan import sql_errors
from xiansuo.supervision.case_sql import NUMBER, table_of
from xiansuo.supervision.hits import EVIDENCE_COLUMNS
from xiansuo.supervision.model import Parameter
from xiansuo.supervision.mutate_sql import Mutant, cte_relation, parts_of
from xiansuo.supervision.nudge import days_beside, nudged

Status = Literal["killed", "survived", "invalid"]
_LONGEST = 10_000  # milliseconds a mutant may run: a recursion that lost its end is noticed by this
_Queries = Iterator[tuple[list[int], str]]


@dataclass(frozen=True)
class Judged:
    """A mutant with what became of it; ``by`` is the case that noticed it, or why it does not bind."""

    mutant: Mutant
    status: Status
    by: str | None = None


@dataclass(frozen=True)
class _Outcome:
    """Types of the columns, and sorted rows as texts by case."""

    types: tuple[str, ...]
    rows: dict[int, list[str]]

    def of(self, number: int) -> list[str]:
        """The rows of one case."""
        return self.rows.get(number, [])


class MutantBench:
    """One SQL file of a rule; ``batch`` holds its cases and has found their hits. Close it before the next file."""

    def __init__(self, batch: CaseBatch, path: Path, text: str) -> None:
        self._batch, self._path = batch, path
        self._of_evidence = path.name != "hits.sql"
        self._parts = parts_of(path, text)
        self._parameters = {**batch.model.parameters, **nudged(batch.model.parameters)}
        self._final = self._final_columns()
        batch.con.execute(f"SET max_execution_time = {_LONGEST}")
        self._expected: dict[str, _Outcome] = {}
        for name in filter(None, self._parts.texts):
            batch.keep(cte_relation(name), self._part(self._parts.texts[name]))
            self._expected[name] = self._all([f"SELECT * FROM {table_of(cte_relation(name))}"])
        self._expected[""] = self._all(query for _, query in self._last(text, []))
        self._check_rewriting()

    def close(self) -> None:
        """Forget the parts."""
        for name in filter(None, self._parts.texts):
            self._batch.drop(cte_relation(name))

    def judged(self, mutant: Mutant) -> Judged:
        """What becomes of one mutant."""
        status, by = self._noticed(mutant)
        return Judged(replace(mutant, sql=""), status, by)

    def _noticed(self, mutant: Mutant) -> tuple[Status, str | None]:
        if mutant.part:
            status, by = self._differs(self._expected[mutant.part], self._part(mutant.sql))
            if status != "killed":
                return status, by
        after = self._parts.after(mutant.part) if mutant.part else []
        texts = {mutant.part: mutant.sql, **{name: self._parts.texts[name] for name in after}}
        ctes = ",\n".join(f"{quote_ident(name)} AS ({text}\n)" for name, text in texts.items() if name)
        sql = f"WITH {ctes}\n{self._parts.texts['']}" if mutant.part else mutant.sql
        return self._differs(self._expected[""], self._last(sql, [name for name in texts if name]))

    def _differs(self, expected: _Outcome, queries: _Queries) -> tuple[Status, str | None]:
        """Killed by the first case with other rows, or by an error; invalid when it does not bind."""
        for numbers, query in queries:
            try:
                found = self._run(query)
            except sql_errors() as error:
                first_line = str(error).strip().splitlines()[0]
                return ("invalid" if _is_binding(error) else "killed"), first_line
            if found.types != expected.types:
                return "killed", "a column of another type"
            for number in numbers:
                if found.of(number) != expected.of(number):
                    return "killed", self._batch.cases[number].case
        return "survived", None

    def _part(self, sql: str) -> _Queries:
        return self._batch.queries(sql, self._values)

    def _last(self, sql: str, own: Sequence[str]) -> _Queries:
        """What the file gives in the end, in types that mutants cannot change."""
        for numbers, query in self._batch.queries(sql, self._values, [cte_relation(name) for name in own]):
            yield numbers, f"SELECT {'DISTINCT ' if self._of_evidence else ''}{self._final} FROM ({query})"

    def _final_columns(self) -> str:
        if self._of_evidence:
            kinds = EVIDENCE_COLUMNS
        else:
            listed = ", ".join(quote_ident(name) for name in self._batch.columns)
            kinds = self._batch.sandbox.describe(f"SELECT {listed} FROM {table_of(HITS)}")
        return ", ".join([NUMBER, *(f"CAST({quote_ident(name)} AS {kind})" for name, kind in kinds.items())])

    def _values(self, as_of: date | None) -> dict[str, Parameter]:
        return {**self._parameters, **days_beside(as_of)}

    def _all(self, queries: Iterator[str] | Sequence[str]) -> _Outcome:
        outcomes = [self._run(query) for query in queries]
        return _Outcome(outcomes[0].types, {number: rows for one in outcomes for number, rows in one.rows.items()})

    def _run(self, query: str) -> _Outcome:
        cursor = self._batch.con.execute(query)
        types = tuple(str(column[1]) for column in cursor.description or ())
        found: dict[int, list[str]] = {}
        for number, *row in cursor.fetchall():
            found.setdefault(number, []).append(repr(row))
        return _Outcome(types, {number: sorted(rows) for number, rows in found.items()})

    def _check_rewriting(self) -> None:
        """InputError when taking the file apart and writing it back changes what it gives."""
        texts = self._parts.texts
        ctes = ",\n".join(f"{quote_ident(name)} AS ({text}\n)" for name, text in texts.items() if name)
        whole = f"WITH {ctes}\n{texts['']}" if ctes else texts[""]
        for sql, own in ((texts[""], []), (whole, [name for name in texts if name])):
            status, by = self._differs(self._expected[""], self._last(sql, own))
            if status != "survived":
                raise InputError(
                    f"the file written back from its tree gives something else: {by}",
                    file=self._path,
                    fix="write the SQL in the portable subset; if it is, report this as a defect",
                )


def _is_binding(error: Exception) -> bool:
    import duckdb

    return isinstance(error, duckdb.BinderException | duckdb.CatalogException | duckdb.ParserException)
