"""Moving a model along its life: what each step has to prove before it is written down.

Belongs here: the proofs, which need the lake, the cases and the linter. The chain of acts is ``supervision.lifecycle``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xiansuo.clues.what_if import relations_of
from xiansuo.core.errors import InputError, ProblemsFound, UsageError
from xiansuo.core.files import locked, sha256_file, write_atomic
from xiansuo.core.naming import canonical_json
from xiansuo.core.settings import Settings
from xiansuo.supervision import lifecycle
from xiansuo.supervision.lifecycle import Entry, Proof, Role
from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Model, Status
from xiansuo.supervision.project import Project

SITE_KEYS = ("model", "version", "substance", "site", "made_at", "cases", "cases_failed", "clues")
History = tuple[Entry, ...]


@dataclass(frozen=True)
class Step:
    """What somebody asks for: who, on what papers, why; ``now`` stands in for the clock."""

    by: str
    evidence: tuple[Path, ...] = ()
    note: str | None = None
    now: datetime | None = None

    def entry(self, model: Model, action: lifecycle.Action, before: Status | None, after: Status, **more: Any) -> Entry:
        """The act as it is written down, without its place in the chain."""
        moment = (self.now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        made_of = lifecycle.substance(model)
        return Entry(
            moment, self.by.strip(), action, before, after, model.spec.version, made_of, note=self.note, **more
        )


def advance(settings: Settings, model_id: str, to: Status, step: Step) -> Entry:
    """Move a model to its next step, back, or off the shelf, and write it down.

    UsageError for a skipped step or a missing reason or paper, ProblemsFound listing what the step does not prove.
    """
    with life_of(settings, model_id) as (model, history):
        current = lifecycle.standing(model, history)
        action = lifecycle.move(model, current, to, step.note)
        _named(model, step)
        proofs = [_paper(path) for path in step.evidence]
        if action == "advance":
            proofs += _PROVE[to](settings, model, history, step)
        if not history:
            history = (lifecycle.append(model.folder, (), step.entry(model, "register", None, "draft")),)
        entry = step.entry(model, action, current, to, evidence=tuple(proofs))
        entry = lifecycle.append(model.folder, history, entry)
        lifecycle.write_spec(model, _spec_values(model, entry, history))
        _remember(settings, model, entry)
        return entry


def certify(settings: Settings, model_id: str, role: Role, step: Step) -> Entry:
    """Write down that one side certifies the model as it stands; two sides are needed before it is published."""
    with life_of(settings, model_id) as (model, history):
        current = lifecycle.standing(model, history)
        if current != "cross_site_validated":
            wanted = lifecycle.TITLES["cross_site_validated"]
            raise UsageError(
                f"a model is certified after {wanted}", unit=model.id, value=current, fix="advance it first"
            )
        _named(model, step)
        _not_the_author(model, step)
        _as_reviewed(model, history)
        standing = lifecycle.certifications(history, lifecycle.substance(model))
        if any(entry.by == step.by.strip() for side, entry in standing.items() if side != role):
            fix = "each side is another person"
            raise UsageError("one person cannot certify for both sides", unit=model.id, value=step.by, fix=fix)
        proofs = tuple(_paper(path) for path in step.evidence)
        entry = step.entry(model, "certify", current, current, role=role, evidence=proofs)
        entry = lifecycle.append(model.folder, history, entry)
        _remember(settings, model, entry)
        return entry


@contextmanager
def life_of(settings: Settings, model_id: str) -> Iterator[tuple[Model, History]]:
    """The model and its history, held by one process at a time and compared with what this home saw last."""
    folder = settings.home / "lifecycle"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / f".{model_id}.lock"):
        model = find_model(settings.project, model_id)
        history = lifecycle.read_history(model.folder)
        check_remembered(settings, model, history)
        yield model, history


def check_remembered(settings: Settings, model: Model, history: Sequence[Entry]) -> None:
    """InputError when an act this home has seen is no longer in the history: a chain made anew fits itself."""
    path = settings.home / "lifecycle" / f"{model.id}.json"
    if not path.is_file():
        return
    seen = json.loads(path.read_text(encoding="utf-8"))
    if len(history) < seen["seq"] or history[seen["seq"] - 1].hash != seen["hash"]:
        raise InputError(
            "the history of the model was replaced: it no longer holds an act seen before",
            file=model.folder / lifecycle.FILE,
            field=f"line {seen['seq']}",
            value=seen["hash"][:12],
            fix="restore the file from version control",
        )


def _remember(settings: Settings, model: Model, entry: Entry) -> None:
    write_atomic(
        settings.home / "lifecycle" / f"{model.id}.json", canonical_json({"seq": entry.seq, "hash": entry.hash})
    )


def _named(model: Model, step: Step) -> None:
    if not step.by.strip():
        raise UsageError("an act needs a name", unit=model.id, field="by", fix="give --by NAME")


def _not_the_author(model: Model, step: Step) -> None:
    if step.by.strip() == model.spec.authored_by:
        raise UsageError(
            "the author does not judge the own model",
            unit=model.id,
            field="by",
            value=step.by,
            fix="somebody else does",
        )


def _paper(path: Path) -> Proof:
    if not path.is_file():
        raise InputError("the paper is not there", file=path, field="evidence", fix="give the file of the report")
    return Proof("file", path.name, sha256_file(path))


def _needs_paper(model: Model, step: Step, what: str) -> None:
    if not step.evidence:
        raise UsageError(f"the step needs {what}", unit=model.id, field="evidence", fix="give --evidence FILE")


def _spec_values(model: Model, entry: Entry, history: Sequence[Entry]) -> dict[str, str | None]:
    values: dict[str, str | None] = {"status": entry.after}
    if entry.after == "published":
        sides = lifecycle.certifications(history, entry.substance)
        values |= {f"certified_by_{role}": sides[role].by for role in lifecycle.ROLES}
    elif entry.action == "return":
        signed = {"certified_by_business": model.spec.certified_by_business}
        signed["certified_by_digital"] = model.spec.certified_by_digital
        values |= {name: None for name, by in signed.items() if by is not None}
    if entry.after == "retired":
        values["retired_reason"] = entry.note
    elif model.spec.retired_reason is not None:
        values["retired_reason"] = None
    return values


def _as_reviewed(model: Model, history: Sequence[Entry]) -> None:
    reviewed = lifecycle.reviewed_substance(history)
    if reviewed != lifecycle.substance(model):
        raise ProblemsFound(
            f"rules, parameters or law are not those that passed {lifecycle.TITLES['rules_reviewed']}",
            unit=model.id,
            fix=f"xiansuo model advance {model.id} --to data_verified --note ..., then review again",
        )


def _data_verified(settings: Settings, model: Model, history: Sequence[Entry], step: Step) -> list[Proof]:
    """Every dataset behind the model has accepted deliveries; a paper says what was found in them."""
    from xiansuo.ingest.receipts import receipts

    _needs_paper(model, step, "the report of the data check")
    facts: dict[str, Any] = {}
    for dataset in Project(settings.project).closure(relations_of(model)).datasets:
        accepted = [receipt for receipt in receipts(settings, dataset) if receipt.status == "accepted"]
        facts[dataset] = {
            "deliveries": len(accepted),
            "rows": sum(receipt.rows_lake for receipt in accepted),
            "quarantined": sum(receipt.rows_quarantined for receipt in accepted),
        }
    missing = [name for name, counts in facts.items() if not counts["deliveries"]]
    if missing:
        fix = "ingest a delivery of each"
        raise ProblemsFound(f"nothing was delivered of {', '.join(missing)}", unit=model.id, fix=fix)
    return [Proof("facts", "到位数据", facts=facts)]


def _rules_reviewed(settings: Settings, model: Model, history: Sequence[Entry], step: Step) -> list[Proof]:
    """Lint and cases are clean; somebody other than the author signs the review."""
    from xiansuo.supervision.cases import run_cases
    from xiansuo.supervision.lint import check_project

    _needs_paper(model, step, "the minutes of the review")
    _not_the_author(model, step)
    findings = [item for item in check_project(settings.project) if item.file.is_relative_to(model.folder)]
    results = run_cases(settings.project, model=model.id)
    failed = [result for result in results if not result.passed]
    if findings or failed:
        problems = f"{len(findings)} findings of xiansuo check, {len(failed)} of {len(results)} cases fail"
        raise ProblemsFound(problems, unit=model.id, fix="mend them; xiansuo check and xiansuo test name each")
    unverified = [basis.id for basis in model.spec.legal_basis if not basis.verified]
    facts = {"rules": len(model.rules), "cases": len(results), "legal_basis_unverified": unverified}
    return [Proof("facts", "规则检验", facts=facts)]


def _cross_site_validated(settings: Settings, model: Model, history: Sequence[Entry], step: Step) -> list[Proof]:
    """Reports of other sites on exactly this substance, no case failing there."""
    _as_reviewed(model, history)
    _needs_paper(model, step, "the report that xiansuo model validate --site wrote at another site")
    return [Proof("facts", "异地验证", facts=_site_report(model, path)) for path in step.evidence]


def _site_report(model: Model, path: Path) -> dict[str, Any]:
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        facts = {key: report[key] for key in SITE_KEYS}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("not a site report", file=path, value=error, fix="give the JSON file of the report") from None
    problems = [
        text
        for wrong, text in (
            (facts["model"] != model.id, f"it is about {facts['model']}"),
            (facts["substance"] != lifecycle.substance(model), "it is about other rules or parameters"),
            (not str(facts["site"] or "").strip(), "it names no site"),
            (facts["cases_failed"] != 0, f"{facts['cases_failed']} cases failed there"),
        )
        if wrong
    ]
    if problems:
        raise ProblemsFound(
            f"the site report does not prove the model: {'; '.join(problems)}", file=path, unit=model.id
        )
    return facts


def _published(settings: Settings, model: Model, history: Sequence[Entry], step: Step) -> list[Proof]:
    """Both sides certified this substance, two people, neither the author."""
    _as_reviewed(model, history)
    sides = lifecycle.certifications(history, lifecycle.substance(model))
    missing = [title for role, title in lifecycle.ROLES.items() if role not in sides]
    if missing:
        fix = f"xiansuo model certify {model.id} --role {'|'.join(lifecycle.ROLES)} --by NAME"
        raise ProblemsFound(f"not certified by {'、'.join(missing)}", unit=model.id, fix=fix)
    return [Proof("facts", "双认证", facts={role: entry.by for role, entry in sides.items()})]


_PROVE: dict[Status, Callable[[Settings, Model, Sequence[Entry], Step], list[Proof]]] = {
    "data_verified": _data_verified,
    "rules_reviewed": _rules_reviewed,
    "cross_site_validated": _cross_site_validated,
    "published": _published,
}
