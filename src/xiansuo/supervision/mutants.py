"""Mutation coverage: which small mistakes in a rule's SQL its cases would not notice.

Belongs here: running the mutants of one rule over its cases, and the reports. Writing them is ``mutate_sql``; what a
person has judged harmless is ``justified``; spreading rules over processes is ``mutation_run``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xiansuo.core.errors import InputError
from xiansuo.supervision.bind import AS_OF
from xiansuo.supervision.case_batch import CaseBatch
from xiansuo.supervision.case_plan import sql_errors
from xiansuo.supervision.load import load_cases
from xiansuo.supervision.model import Model, Parameter, Rule
from xiansuo.supervision.mutant_bench import Judged, MutantBench
from xiansuo.supervision.mutate_sql import Mutant, mutants_of
from xiansuo.supervision.mutate_values import ABOVE, BELOW
from xiansuo.supervision.nudge import nudged
from xiansuo.supervision.sandbox import Sandbox

EVIDENCE_PREFIX = "evidence-"


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
    try:
        batch = CaseBatch(sandbox, model, rule, load_cases(rule))
        try:
            batch.hits()
            return [*_judged(batch, rule.hits_file, rule.hits_sql, mutants), *_of_evidence(batch, rule, mutants)]
        finally:
            batch.close()
    except sql_errors() as error:
        raise InputError(
            f"the rule does not run on all its cases at once: {str(error).strip()}",
            file=rule.hits_file,
            fix="make xiansuo test pass; SQL that DuckDB cannot run inside LATERAL cannot be mutated",
        ) from error


def _of_evidence(batch: CaseBatch, rule: Rule, mutants: Sequence[Mutant]) -> list[Judged]:
    path = rule.folder / "evidence.sql"
    return _judged(batch, path, rule.evidence_sql, mutants) if any(item.file == path for item in mutants) else []


def _judged(batch: CaseBatch, path: Path, text: str, mutants: Sequence[Mutant]) -> list[Judged]:
    bench = MutantBench(batch, path, text)
    try:
        return [bench.judged(mutant) for mutant in mutants if mutant.file == path]
    finally:
        bench.close()


def _shown(parameter: Parameter) -> str:
    return " / ".join(str(dated.value) for dated in parameter.values)
