"""Two versions of a model on the same data: the clues that appear, disappear and change, and what moved each.

Belongs here: comparing two outcomes. Whose doing a move was is found in ``movers``; pages are ``diff_page``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from xiansuo.clues.compose import load_scoring
from xiansuo.clues.content import restore_content
from xiansuo.clues.inputs import data_as_of
from xiansuo.clues.movers import Side, moved_keys
from xiansuo.clues.publish import standing_runs
from xiansuo.clues.verdicts import Verdict
from xiansuo.clues.what_if import Laboratory, Outcome, laboratory, relations_of, with_values
from xiansuo.core.errors import UsageError
from xiansuo.core.progress import NullProgress, Progress
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.supervision.load import find_model, load_model
from xiansuo.supervision.marts import snapshot
from xiansuo.supervision.project import Project

Kind = Literal["appears", "disappears", "changes"]
KINDS: tuple[Kind, ...] = ("appears", "disappears", "changes")
_COMPARED = ("subject_name", "occurred_from", "occurred_to", "amount", "severity", "score", "rules", "explanation")
_OTHER = "评分、说明或证据口径"


@dataclass(frozen=True)
class Moved:
    """One clue that is not the same on both sides; ``fields`` names what changed, amounts are yuan."""

    clue_id: str
    kind: Kind
    subject_id: str
    subject_name: str | None
    amount_before: Decimal | None
    amount_after: Decimal | None
    rules_before: tuple[str, ...]
    rules_after: tuple[str, ...]
    fields: tuple[str, ...]
    movers: tuple[str, ...]
    verdict: Verdict | None
    explanation: str


@dataclass
class Group:
    """The clues one condition (or several together) moved; ``verdicts`` counts by kind of move and verdict."""

    mover: str
    clues: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    amount: Decimal = Decimal(0)
    verdicts: dict[Kind, dict[str, int]] = field(default_factory=lambda: {kind: {} for kind in KINDS})


@dataclass(frozen=True)
class Diff:
    """The comparison: ``note`` says when the baseline could not be reproduced exactly."""

    model: str
    before: str
    after: str
    as_of: str
    clues_before: int
    clues_after: int
    amount_before: Decimal
    amount_after: Decimal
    groups: tuple[Group, ...]
    moved: tuple[Moved, ...]
    note: str | None


@dataclass(frozen=True)
class Baseline:
    """What to compare with: a project folder holding the other version, and the data and day to run on."""

    title: str
    versions: dict[str, int | None]
    as_of: Any
    clues_hash: str | None = None
    content: str | None = None
    folder: Path | None = None


def diff(
    settings: Settings,
    model_id: str,
    *,
    against: str | None = None,
    changes: Mapping[str, str] | None = None,
    verdicts: Mapping[str, Verdict] | None = None,
    progress: Progress | None = None,
) -> Diff:
    """Compare the model as it stands on disk, with ``changes`` to its parameters, with a run, version or folder.

    ``against`` is a run id (or its beginning), a version number, or a project folder; by default the last run. Both
    sides run on the data of that run. UsageError when there is nothing such.
    """
    teller = progress or NullProgress()
    baseline = find_baseline(settings, model_id, against)
    with TemporaryDirectory() as scratch:
        old_project = baseline.folder or restore_content(
            Lake(settings), model_id, baseline.content or "", Path(scratch)
        )
        old_model, new_model = load_model(old_project / "models" / model_id), find_model(settings.project, model_id)
        before = Side(old_model, old_model.parameters, load_scoring(old_project))
        after = Side(new_model, with_values(new_model, changes or {}), load_scoring(settings.project))
        with laboratory(settings, (old_model, new_model), baseline.versions, baseline.as_of) as lab:
            outcomes = [_run(lab, side, teller, place) for place, side in enumerate((before, after))]
            keys = moved_keys(lab, before, after, teller)
    note = None
    if baseline.clues_hash not in (None, outcomes[0].clues_hash):
        note = "基准版本重算的结果与当时发布的线索不完全一致：主题表口径在此之后有过改动，两边均按现行主题表计算。"
    moved = tuple(_moves(outcomes[0], outcomes[1], keys, verdicts or {}))
    version = f"{new_model.spec.version}" + "".join(f"，{name}={value}" for name, value in (changes or {}).items())
    return Diff(
        model=model_id,
        before=baseline.title,
        after=f"现行文件（{version}）",
        as_of=str(baseline.as_of),
        clues_before=len(outcomes[0].clues),
        clues_after=len(outcomes[1].clues),
        amount_before=_total(outcomes[0]),
        amount_after=_total(outcomes[1]),
        groups=_groups(moved),
        moved=moved,
        note=note,
    )


def find_baseline(settings: Settings, model_id: str, against: str | None) -> Baseline:
    """The run, version or folder that ``against`` names; its data, or the newest when a folder has no run to go by."""
    con = connect(settings)
    try:
        runs = [run for run in standing_runs(con, Lake(settings), model_id) if run["mapping"] is None]
    finally:
        con.close()
    if against is not None and (Path(against) / "models" / model_id / "model.yml").is_file():
        versions, as_of = _data(settings, model_id, runs)
        return Baseline(f"{against} 中的版本", versions, as_of, folder=Path(against))
    fitting = [
        run for run in runs if against is None or run["run_id"].startswith(against) or run["model_version"] == against
    ]
    if not fitting:
        known = ", ".join(f"{run['run_id']} ({run['model_version']})" for run in runs[-5:])
        raise UsageError(
            "nothing to compare with",
            unit=model_id,
            field="against",
            value=against,
            fix=f"name a run, a version or a project folder; runs: {known}" if known else "xiansuo run it first",
        )
    run = fitting[-1]
    return Baseline(
        title=f"运行 {run['run_id']}（{run['model_version']}）",
        versions=_versions(run),
        as_of=run["as_of"],
        clues_hash=run["clues_hash"],
        content=run["model_hash"],
    )


def _versions(run: Mapping[str, Any]) -> dict[str, int | None]:
    import json

    found: dict[str, int | None] = json.loads(run["input_versions"])
    return found


def _data(settings: Settings, model_id: str, runs: list[dict[str, Any]]) -> tuple[dict[str, int | None], Any]:
    if runs:
        return _versions(runs[-1]), runs[-1]["as_of"]
    model = find_model(settings.project, model_id)
    versions = snapshot(settings, Project(settings.project).closure(relations_of(model)).datasets).versions
    return versions, data_as_of(settings, versions)


def _run(lab: Laboratory, side: Side, progress: Progress, place: int) -> Outcome:
    progress.step("run both versions", place, 2)
    return lab.run(side.model, side.parameters, side.scoring)


def _total(outcome: Outcome) -> Decimal:
    return sum((clue["amount"] or Decimal(0) for clue in outcome.clues.values()), Decimal(0))


def _moves(
    before: Outcome, after: Outcome, keys: Mapping[tuple[Any, ...], str], verdicts: Mapping[str, Verdict]
) -> Iterable[Moved]:
    why: dict[str, list[str]] = {}
    for hit in [*before.hits, *after.hits]:
        mover = keys.get((hit["rule_id"], hit["subject_id"], hit["occurred_from"], hit["occurred_to"]))
        if mover is not None:
            why.setdefault(hit["clue_id"], []).append(mover)
    for clue_id in sorted(before.clues.keys() | after.clues.keys()):
        one, other = before.clues.get(clue_id), after.clues.get(clue_id)
        fields = tuple(name for name in _COMPARED if one and other and one[name] != other[name])
        if one and other and not fields:
            continue
        shown = other or one or {}
        yield Moved(
            clue_id=clue_id,
            kind="changes" if one and other else "appears" if other else "disappears",
            subject_id=shown["subject_id"],
            subject_name=shown["subject_name"],
            amount_before=one["amount"] if one else None,
            amount_after=other["amount"] if other else None,
            rules_before=tuple(one["rules"]) if one else (),
            rules_after=tuple(other["rules"]) if other else (),
            fields=fields,
            movers=tuple(dict.fromkeys(why.get(clue_id, [_OTHER]))),
            verdict=verdicts.get(clue_id),
            explanation=shown["explanation"],
        )


def _groups(moved: Iterable[Moved]) -> tuple[Group, ...]:
    """A clue that several conditions moved counts under each of them."""
    found: dict[str, Group] = {}
    for clue in moved:
        for mover in clue.movers:
            group = found.setdefault(mover, Group(mover))
            group.clues[clue.kind] += 1
            group.amount += (clue.amount_after or Decimal(0)) - (clue.amount_before or Decimal(0))
            if clue.verdict is not None:
                counts = group.verdicts[clue.kind]
                counts[clue.verdict] = counts.get(clue.verdict, 0) + 1
    return tuple(sorted(found.values(), key=lambda group: (-sum(group.clues.values()), group.mover)))
