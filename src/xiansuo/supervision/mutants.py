"""Mutation coverage: which small mistakes in a rule's SQL its cases would not notice.

Belongs here: running the mutants of one rule over its cases, and the reports. Writing them is ``mutate_sql``; what a
person has judged harmless is ``justified``; spreading rules over processes is ``mutation_run``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident
from xiansuo.supervision.bind import AS_OF
from xiansuo.supervision.case_batch import HITS, CaseBatch
from xiansuo.supervision.case_plan import sql_errors
from xiansuo.supervision.case_sql import NUMBER, table_of
from xiansuo.supervision.hits import EVIDENCE_COLUMNS
from xiansuo.supervision.load import load_cases
from xiansuo.supervision.model import DatedValue, Model, Parameter, Reference, Rule, Scalar
from xiansuo.supervision.mutate_kinds import ABOVE, BELOW
from xiansuo.supervision.mutate_sql import Mutant, mutants_of, rewritten
from xiansuo.supervision.sandbox import Sandbox

_Outcome = dict[int, list[str]]
Status = Literal["killed", "survived", "invalid"]
EVIDENCE_PREFIX = "evidence-"
_LONGEST = 10_000  # milliseconds a mutant may run: a recursion that lost its end is noticed by this


@dataclass(frozen=True)
class Judged:
    """A mutant with what became of it; ``by`` is the case that noticed it, or why it does not bind."""

    mutant: Mutant
    status: Status
    by: str | None = None


def rule_mutants(model: Model, rule: Rule, *, evidence: bool = False) -> list[Mutant]:
    """The mutants of hits.sql, and of evidence.sql when asked for."""
    nudges = {name: _shown(parameter) for name, parameter in nudged(model.parameters).items()}
    nudges |= {AS_OF + ABOVE: "$as_of + 1", AS_OF + BELOW: "$as_of - 1"}
    codes = [item.code for item in rule.spec.exclusions]
    found = mutants_of(rule.hits_file, rule.hits_sql, nudges=nudges, exclusions=codes)
    if evidence:
        path = rule.folder / "evidence.sql"
        found += mutants_of(path, rule.evidence_sql, nudges=nudges, prefix=EVIDENCE_PREFIX)
    return found


def judge(sandbox: Sandbox, model: Model, rule: Rule, mutants: Sequence[Mutant]) -> list[Judged]:
    """Run mutants over the rule's cases until one notices; InputError when the cases cannot be run at once."""
    cases = load_cases(rule)
    try:
        batch = CaseBatch(sandbox, model, rule, cases)
        try:
            bench = _Bench(batch)
            return [bench.judged(mutant) for mutant in mutants]
        finally:
            batch.close()
    except sql_errors() as error:
        raise InputError(
            f"the rule does not run on all its cases at once: {str(error).strip()}",
            file=rule.hits_file,
            fix="make xiansuo test pass; SQL that DuckDB cannot run inside LATERAL cannot be mutated",
        ) from error


def nudged(parameters: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Every parameter one step above and below, as ``name__above`` and ``name__below``, where there is such a step."""
    found = {}
    for name, parameter in parameters.items():
        for ending, step in ((ABOVE, 1), (BELOW, -1)):
            values = [_step(dated.value, step) for dated in parameter.values]
            if None not in values:
                pairs = zip(parameter.values, values, strict=True)
                dated_values = [dated.model_copy(update={"value": value}) for dated, value in pairs]
                found[name + ending] = parameter.model_copy(update={"values": dated_values})
    return found


def _step(value: Scalar | list[Scalar], step: int) -> Scalar | list[Scalar] | None:
    """The value one step on: 1 for whole numbers and days, a tenth of the last digit for decimals; [] for a list."""
    if isinstance(value, list):
        return [] if step > 0 else None
    if isinstance(value, bool):
        return not value if step > 0 else None
    if isinstance(value, int):
        return value + step
    if isinstance(value, Decimal):
        digits = int(value.as_tuple().exponent)
        return value + step * Decimal(1).scaleb(digits - 1)
    if isinstance(value, date):
        return value + timedelta(days=step)
    return None


def _shown(parameter: Parameter) -> str:
    return " / ".join(str(dated.value) for dated in parameter.values)


class _Bench:
    """One rule with its cases in place and its own outcome, against which mutants are held."""

    def __init__(self, batch: CaseBatch) -> None:
        self._batch = batch
        batch.con.execute(f"SET max_execution_time = {_LONGEST}")
        self._parameters = {**batch.model.parameters, **nudged(batch.model.parameters)}
        batch.hits()
        self._hit_columns = list(batch.columns)
        described = batch.sandbox.describe(f"SELECT {_listed(self._hit_columns)} FROM {table_of(HITS)}")
        self._typed = ", ".join(f"CAST({quote_ident(name)} AS {kind})" for name, kind in described.items())
        self._expected = {False: self._outcome(batch.rule.hits_sql, False), True: _Outcome()}
        self._check_rewriting()
        self._with_evidence = False

    def judged(self, mutant: Mutant) -> Judged:
        """What becomes of one mutant."""
        of_evidence = mutant.file.name != "hits.sql"
        if of_evidence and not self._with_evidence:
            self._expected[True] = self._outcome(self._batch.rule.evidence_sql, True)
            self._with_evidence = True
        status, by = self._noticed(mutant.sql, of_evidence)
        return Judged(replace(mutant, sql=""), status, by)

    def _noticed(self, sql: str, of_evidence: bool) -> tuple[Status, str | None]:
        expected = self._expected[of_evidence]
        for numbers, query in self._queries(sql, of_evidence):
            try:
                found = self._run(query)
            except sql_errors() as error:
                first_line = str(error).strip().splitlines()[0]
                return ("invalid" if _is_binding(error) else "killed"), first_line
            for number in numbers:
                if found.get(number, []) != expected.get(number, []):
                    return "killed", self._batch.cases[number].case
        return "survived", None

    def _outcome(self, sql: str, of_evidence: bool) -> _Outcome:
        found: _Outcome = {}
        for _, query in self._queries(sql, of_evidence):
            found |= self._run(query)
        return found

    def _queries(self, sql: str, of_evidence: bool) -> Iterator[tuple[list[int], str]]:
        """The statements of all as-of days, giving the case's number and comparable values."""
        for numbers, query in self._batch.queries(sql, self._values):
            if of_evidence:
                yield numbers, f"SELECT DISTINCT {_listed([NUMBER, *EVIDENCE_COLUMNS])} FROM ({query})"
            else:
                yield numbers, f"SELECT {NUMBER}, {self._typed} FROM ({query})"

    def _values(self, as_of: date | None) -> dict[str, Parameter]:
        return {**self._parameters, **_days_beside(as_of)}

    def _run(self, query: str) -> _Outcome:
        """Sorted rows as texts by case."""
        found: _Outcome = {}
        for number, *row in self._batch.con.execute(query).fetchall():
            found.setdefault(number, []).append(repr(row))
        return {number: sorted(rows) for number, rows in found.items()}

    def _check_rewriting(self) -> None:
        """InputError when writing the tree back changes what hits.sql finds: mutants would then prove nothing."""
        rule = self._batch.rule
        status, by = self._noticed(rewritten(rule.hits_file, rule.hits_sql), False)
        if status != "survived":
            raise InputError(
                f"hits.sql written back from its tree finds something else: {by}",
                file=rule.hits_file,
                fix="write the SQL in the portable subset; if it is, report this as a defect",
            )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(quote_ident(name) for name in names)


def _is_binding(error: Exception) -> bool:
    import duckdb

    return isinstance(error, duckdb.BinderException | duckdb.CatalogException | duckdb.ParserException)


def _days_beside(as_of: date | None) -> dict[str, Parameter]:
    if as_of is None:
        return {}
    reference = Reference(tag="G", source="as_of")
    return {
        AS_OF + ending: Parameter(
            title=AS_OF,
            unit=AS_OF,
            reference=reference,
            last_checked=as_of,
            values=[DatedValue.model_validate({"from": as_of, "value": as_of + timedelta(days=step)})],
        )
        for ending, step in ((ABOVE, 1), (BELOW, -1))
    }
