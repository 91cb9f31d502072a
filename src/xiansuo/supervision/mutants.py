"""Mutation coverage: which small mistakes in a rule's SQL its cases would not notice.

Belongs here: running the mutants of one rule over its cases, and the reports. Writing them is ``mutate_sql``; what a
person has judged harmless is ``justified``; spreading rules over processes is ``mutation_run``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident
from xiansuo.supervision.bind import AS_OF, bind
from xiansuo.supervision.case_plan import HITS_TABLE, CasePlan, sql_errors
from xiansuo.supervision.hits import EVIDENCE_COLUMNS
from xiansuo.supervision.load import load_cases
from xiansuo.supervision.model import Case, DatedValue, Model, Parameter, Reference, Rule, Scalar
from xiansuo.supervision.mutate_kinds import ABOVE, BELOW
from xiansuo.supervision.mutate_sql import Mutant, mutants_of, rewritten
from xiansuo.supervision.sandbox import Sandbox

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
    """Run mutants over the rule's cases until one notices; InputError when the rule itself fails."""
    trials = [_Trial(mutant) for mutant in mutants]
    cases = load_cases(rule)
    bench = _Bench(sandbox, model, rule)
    try:
        for as_of in dict.fromkeys(case.as_of for case in cases):
            bench.run([case for case in cases if case.as_of == as_of], as_of, trials)
    finally:
        bench.plan.close()
    return [trial.judged() for trial in trials]


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


class _Trial:
    """One mutant under way."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.status: Status = "survived"
        self.by: str | None = None

    @property
    def alive(self) -> bool:
        """Whether no case has noticed it yet."""
        return self.status == "survived"

    @property
    def of_evidence(self) -> bool:
        """Whether it is a mutant of evidence.sql."""
        return self.mutant.file.name != "hits.sql"

    def ends(self, status: Status, by: str) -> None:
        """Say what became of it."""
        self.status, self.by = status, by

    def judged(self) -> Judged:
        """The outcome, without the SQL."""
        return Judged(replace(self.mutant, sql=""), self.status, self.by)


class _Bench:
    """One rule on which mutants are tried, case after case."""

    def __init__(self, sandbox: Sandbox, model: Model, rule: Rule) -> None:
        self.plan = CasePlan(sandbox, model, rule)
        self.con = sandbox.con
        self.con.execute(f"SET max_execution_time = {_LONGEST}")
        self._parameters = {**model.parameters, **nudged(model.parameters)}
        self._rule = rule

    def run(self, cases: Sequence[Case], as_of: date | None, trials: Sequence[_Trial]) -> None:
        """Try the mutants still alive on cases of one as-of day."""
        self.plan.prepare(as_of)
        self._check_rewriting(cases, as_of)
        names = {}
        for number, trial in enumerate(trials):
            if trial.alive and self._planned(trial, as_of, f"mutant_{number}"):
                names[f"mutant_{number}"] = trial
        for case in cases:
            waiting = {name: trial for name, trial in names.items() if trial.alive}
            while waiting:
                waiting = self._tried(case, waiting)
        for name in names:
            self.con.execute(f"DEALLOCATE {name}")

    def _tried(self, case: Case, waiting: Mapping[str, _Trial]) -> dict[str, _Trial]:
        """Run mutants on one case until one fails, which ends the transaction; returns those not run yet."""
        with self._filled(case) as (hits, evidence):
            for position, (name, trial) in enumerate(waiting.items()):
                try:
                    rows = self._rows(f"EXECUTE {name}")
                except sql_errors():
                    trial.ends("killed", case.case)
                    return dict(list(waiting.items())[position + 1 :])
                if rows != (evidence if trial.of_evidence else hits):
                    trial.ends("killed", case.case)
        return {}

    @contextmanager
    def _filled(self, case: Case) -> Iterator[tuple[list[str], list[str]]]:
        """The case's rows in place, with the rule's own hits and evidence."""
        try:
            with self.plan.sandbox.undone():
                self.plan.fill(case)
                hits = self.plan.hits(case.as_of)
                evidence = self.plan.evidence(case.as_of)
                yield (
                    _comparable(tuple(row.values())[1:] for row in hits),
                    _comparable(tuple(row.values()) for row in evidence),
                )
        except sql_errors() as error:
            raise InputError(
                f"the rule fails on its case {case.case!r}: {str(error).strip()}",
                file=self._rule.folder / "cases.yml",
                fix="make xiansuo test pass before asking for mutants",
            ) from error

    def _planned(self, trial: _Trial, as_of: date | None, name: str) -> bool:
        try:
            self.con.execute(f"PREPARE {name} AS {self._statement(trial.mutant.sql, as_of, trial.of_evidence)}")
        except sql_errors() as error:
            trial.ends("invalid", str(error).strip().splitlines()[0])
            return False
        return True

    def _statement(self, sql: str, as_of: date | None, of_evidence: bool) -> str:
        parameters = {**self._parameters, **_days_beside(as_of)}
        bound = bind(
            sql,
            parameters,
            as_of=as_of,
            event_date=self._rule.spec.event_date,
            hits=HITS_TABLE if of_evidence else None,
            unit=self._rule.id,
        )
        if of_evidence:
            return f"SELECT DISTINCT {', '.join(EVIDENCE_COLUMNS)} FROM ({bound}\n)"
        typed = ", ".join(f"CAST({quote_ident(name)} AS {kind})" for name, kind in list(self.plan.shape.items())[1:])
        return f"SELECT {typed} FROM ({bound}\n)"

    def _check_rewriting(self, cases: Sequence[Case], as_of: date | None) -> None:
        """InputError when writing the tree back changes what hits.sql finds: mutants would then prove nothing."""
        self.con.execute(f"PREPARE rewritten AS {self._statement(self._plain(), as_of, False)}")
        for case in cases:
            with self._filled(case) as (hits, _):
                same = self._rows("EXECUTE rewritten") == hits
            if not same:
                raise InputError(
                    f"hits.sql written back from its tree finds other rows in the case {case.case!r}",
                    file=self._rule.hits_file,
                    fix="write the SQL in the portable subset; if it is, report this as a defect",
                )
        self.con.execute("DEALLOCATE rewritten")

    def _plain(self) -> str:
        return rewritten(self._rule.hits_file, self._rule.hits_sql)

    def _rows(self, sql: str) -> list[str]:
        return _comparable(self.con.execute(sql).fetchall())


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


def _comparable(rows: Iterable[tuple[Any, ...]]) -> list[str]:
    return sorted(repr(row) for row in rows)
