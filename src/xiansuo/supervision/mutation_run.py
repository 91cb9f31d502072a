"""Mutation coverage of whole models: rules spread over processes, survivors set against their justifications."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from xiansuo.core.errors import UsageError
from xiansuo.core.progress import NullProgress, Progress
from xiansuo.supervision.case_plan import model_sandbox
from xiansuo.supervision.cases import chosen_rules
from xiansuo.supervision.load import find_model, load_justified, load_models
from xiansuo.supervision.model import Model, Rule
from xiansuo.supervision.mutant_bench import Judged
from xiansuo.supervision.mutants import EVIDENCE_PREFIX, judge, rule_mutants
from xiansuo.supervision.project import Project
from xiansuo.supervision.sandbox import Sandbox
from xiansuo.supervision.strict_yaml import line_of

_SHARE = 2_500  # characters of hits.sql for which a process is worth its while


@dataclass(frozen=True)
class Stale:
    """A justification that fits no surviving mutant."""

    file: Path
    line: int
    mutant: str
    reason: str


@dataclass(frozen=True)
class RuleReport:
    """What the cases of one rule notice. ``justified`` maps mutant ids to reasons."""

    model: str
    rule: str
    judged: tuple[Judged, ...]
    justified: dict[str, str] = field(default_factory=dict)
    stale: tuple[Stale, ...] = ()

    def count(self, status: str) -> int:
        """How many mutants ended that way."""
        return sum(item.status == status for item in self.judged)

    @property
    def survivors(self) -> list[Judged]:
        """The mutants no case notices and nobody has justified."""
        return [item for item in self.judged if item.status == "survived" and item.mutant.id not in self.justified]

    @property
    def passed(self) -> bool:
        """Whether nothing is left to do."""
        return not self.survivors and not self.stale


@dataclass(frozen=True)
class _Share:
    """One part of one rule's mutants, for one process."""

    project: Path
    model: str
    rule: str
    evidence: bool
    part: int
    parts: int


def run_mutants(
    project: Path,
    model: str | None = None,
    rule: str | None = None,
    *,
    evidence: bool = False,
    jobs: int = 2,
    progress: Progress | None = None,
) -> list[RuleReport]:
    """Mutate the rules of all models, one model or one rule, and say which mutants their cases notice.

    UsageError when model or rule do not exist; InputError when a rule fails on its own cases.
    """
    if rule is not None and model is None:
        raise UsageError("a rule needs its model", field="rule", value=rule, fix="write MODEL.RULE")
    models = list(load_models(project).values()) if model is None else [find_model(project, model)]
    pairs = [(found, item) for found in models for item in chosen_rules(found, rule)]
    shares = [share for found, item in pairs for share in _shares(project, found, item, evidence)]
    judged: dict[tuple[str, str], list[Judged]] = {}
    watch = progress or NullProgress()
    for done, (share, outcome) in enumerate(_judged(shares, jobs), start=1):
        judged.setdefault((share.model, share.rule), []).extend(outcome)
        watch.step("mutants", done, len(shares))
    return [_report(found, item, judged[(found.id, item.id)]) for found, item in pairs]


def _shares(project: Path, model: Model, rule: Rule, evidence: bool) -> list[_Share]:
    parts = len(rule.hits_sql) // _SHARE + 1
    return [_Share(project, model.id, rule.id, evidence, part, parts) for part in range(parts)]


def _judged(shares: Sequence[_Share], jobs: int) -> Iterator[tuple[_Share, list[Judged]]]:
    """Each share with its outcome, as they are done."""
    if jobs == 1 or len(shares) == 1:
        for share in shares:
            yield share, _judge_share(share)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    with ProcessPoolExecutor(max_workers=min(jobs, len(shares)), mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_judge_share, share): share for share in shares}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            for future in waiting:
                future.cancel()


def _judge_share(share: _Share) -> list[Judged]:
    model, sandbox = _bench(share.project, share.model)
    rule = next(item for item in model.rules if item.id == share.rule)
    mutants = rule_mutants(model, rule, evidence=share.evidence)
    return judge(sandbox, model, rule, mutants[share.part :: share.parts])


@lru_cache(maxsize=1)
def _bench(project: Path, model: str) -> tuple[Model, Sandbox]:
    """One model with its sandbox; a process works through the shares of one model after the other."""
    found = find_model(project, model)
    return found, model_sandbox(Project(project), found)


def _report(model: Model, rule: Rule, judged: Sequence[Judged]) -> RuleReport:
    ordered = sorted(
        judged, key=lambda item: (item.mutant.file.name != "hits.sql", item.mutant.line, item.mutant.column)
    )
    status = {item.mutant.id: item for item in ordered}
    with_evidence = any(name.startswith(EVIDENCE_PREFIX) for name in status)
    justified, stale = {}, []
    for position, entry in enumerate(load_justified(rule)):
        if entry.mutant.startswith(EVIDENCE_PREFIX) and not with_evidence:
            continue
        found = status.get(entry.mutant)
        if found is not None and found.status == "survived":
            justified[entry.mutant] = entry.why
            continue
        reason = "there is no such mutant" if found is None else f"it is {found.status}: {found.by}"
        file = rule.folder / "mutants.yml"
        stale.append(Stale(file, line_of(file, (position,)), entry.mutant, reason))
    return RuleReport(model.id, rule.id, tuple(ordered), justified, tuple(stale))
