"""Run a model: pin inputs, find hits and evidence, compose clues, compare with the last run, publish. One function.

A run is a pure function of model, parameters, input snapshots and as-of date; one that stands already is skipped.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from xiansuo.clues.compose import compose, load_scoring
from xiansuo.clues.content import keep_content
from xiansuo.clues.engine import DuckEngine, Engine, Room
from xiansuo.clues.find import Search, count_evidence, find_hits, parameters_json
from xiansuo.clues.history import Comparison, RunFacts, compare, load_before
from xiansuo.clues.inputs import Inputs, data_as_of, pin_inputs, register_inputs
from xiansuo.clues.mapping import expand_evidence, find_mapping, mapped_parameters, mapped_rules
from xiansuo.clues.publish import clear_orphans, latest_run, lock_path, publish, standing_runs
from xiansuo.clues.tables import RUNS, owner_of, run_key
from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.files import locked
from xiansuo.core.naming import canonical_json, digest, quote_ident
from xiansuo.core.progress import NullProgress, Progress
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Mapping, Model, Parameter
from xiansuo.supervision.project import Project

if TYPE_CHECKING:
    import duckdb

_COUNTS = (
    "clues",
    "clues_new",
    "clues_same",
    "clues_changed",
    "clues_withdrawn",
    "hits",
    "hits_excluded",
    "evidence_rows",
)


@dataclass(frozen=True)
class RunResult:
    """One run of one model. ``skipped`` means the run stood already and nothing was written."""

    run_id: str
    model_id: str
    mapping: str | None
    skipped: bool
    as_of: date
    counts: dict[str, int]
    clues_hash: str


@dataclass(frozen=True)
class Plan:
    """Everything a run is a function of."""

    settings: Settings
    project: Project
    model: Model
    mapping: Mapping | None
    parameters: dict[str, Parameter]
    scoring: dict[str, Parameter]
    inputs: Inputs
    as_of: date

    @property
    def mapping_id(self) -> str | None:
        """The mapping's id, None without one."""
        return self.mapping.id if self.mapping else None

    @property
    def parameters_text(self) -> str:
        """All values of all parameters as canonical JSON."""
        return canonical_json(
            {
                name: [
                    [str(dated.start), json.loads(parameters_json({"v": dated.value}))["v"]] for dated in item.values
                ]
                for name, item in self.parameters.items()
            }
        )

    @property
    def content(self) -> str:
        """Digest of the model, its mapping and the scoring weights."""
        mapping = self.mapping.model_dump(mode="json") if self.mapping else None
        scoring = {name: parameters_json({"v": item.at(self.as_of)}) for name, item in self.scoring.items()}
        return digest(canonical_json([self.model.content_hash, mapping, scoring]))

    @property
    def key(self) -> str:
        """Equal exactly when a run would find the same clues; the engine is no part of it."""
        return run_key(
            {
                "model": self.content,
                "parameters": self.parameters_text,
                "as_of": str(self.as_of),
                "inputs": self.inputs.fingerprints,
                "mapping": self.mapping_id,
            }
        )


def run_model(
    settings: Settings,
    model_id: str,
    *,
    as_of: date | None = None,
    mapping: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
    engine: Engine | None = None,
) -> RunResult:
    """Run one model over the newest data and publish its clues.

    UsageError for an unknown model or mapping, InputError naming model, rule and SQL line when a rule fails; nothing
    is published then. Two runs of one model wait for each other. ``engine`` computes the rows of rules, DuckDB unless
    given; the clues are the same, so a run that stands is skipped whoever computed it.
    """
    started = now or datetime.now(UTC)
    clock = time.perf_counter()
    lake = Lake(settings)
    model = find_model(settings.project, model_id)
    _refuse_retired(model)
    with locked(lock_path(lake, model_id)):
        plan = plan_run(settings, model, find_mapping(model, mapping), as_of)
        keep_content(lake, settings.project, model, plan.content)
        con = connect(settings, threads=threads)
        try:
            runs = standing_runs(con, lake, model_id)
            before = latest_run(runs, plan.mapping_id)
            if before is not None and before["run_key"] == plan.key:
                return _result(before, skipped=True)
            clear_orphans(lake, model_id, {run["run_id"] for run in runs})
            run = _compute(con, plan, lake, runs, before, engine or DuckEngine(), progress or NullProgress())
            run |= {
                "started_at": _naive(started),
                "finished_at": _naive(started + timedelta(seconds=time.perf_counter() - clock)),
            }
            _store_run(con, run)
            publish(con, lake, model_id, run["run_id"])
            return _result(run, skipped=False)
        finally:
            con.close()


def _refuse_retired(model: Model) -> None:
    if model.spec.status == "retired":
        raise UsageError(
            "the model is retired",
            unit=model.id,
            value=model.spec.retired_reason,
            fix="its clues stay readable; runs need another status in model.yml",
        )


def plan_run(settings: Settings, model: Model, mapping: Mapping | None, as_of: date | None) -> Plan:
    """Pin the newest inputs; as-of day and parameters as a run would take them."""
    project = Project(settings.project)
    inputs = pin_inputs(settings, project, model, mapping)
    return Plan(
        settings=settings,
        project=project,
        model=model,
        mapping=mapping,
        parameters=mapped_parameters(model, mapping),
        scoring=load_scoring(settings.project),
        inputs=inputs,
        as_of=as_of or data_as_of(settings, inputs.pinned.versions),
    )


def _compute(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    lake: Lake,
    runs: list[dict[str, Any]],
    before: Table[str, Any] | None,
    engine: Engine,
    progress: Progress,
) -> dict[str, Any]:
    model = plan.model
    clues_hash = find_clues(con, plan, engine, progress)
    run_id = _free_id(plan.key, {run["run_id"] for run in runs})
    run: dict[str, Any] = {
        "run_id": run_id,
        "run_key": plan.key,
        "sequence": 1 + max((run["sequence"] for run in runs), default=0),
        "model_id": model.id,
        "model_version": model.spec.version,
        "model_hash": plan.content,
        "mapping": plan.mapping_id,
        "parameters": plan.parameters_text,
        "input_versions": canonical_json(plan.inputs.pinned.versions),
        "input_fingerprints": canonical_json(plan.inputs.fingerprints),
        "as_of": plan.as_of,
        "clues_hash": clues_hash,
    }
    load_before(con, lake, model.id, before)
    compare(con, lake, model.id, run_id, before, None if before is None else _comparison(plan, before, run))
    return run | _counts(con)


def find_clues(con: duckdb.DuckDBPyConnection, plan: Plan, engine: Engine, progress: Progress) -> str:
    """Fill the session's tables ``hit``, ``evidence`` and ``clue_found``, publish nothing; returns the clues' hash."""
    model, rules = plan.model, mapped_rules(plan.model, plan.mapping)
    engine.refuse(model, rules)
    versions = register_inputs(con, plan.settings, plan.project, model, plan.mapping, plan.inputs, progress)
    search = Search(
        con=con,
        model=model,
        rules=rules,
        parameters=plan.parameters,
        as_of=plan.as_of,
        owner=owner_of(model.id, plan.mapping_id),
        engine=engine,
    )
    engine.enter(Room(con, versions, progress))
    try:
        find_hits(search, progress)
    finally:
        engine.leave()
    if plan.mapping is not None:
        expand_evidence(con, plan.mapping)
    _check_evidence(con, plan)
    count_evidence(search)
    return compose(search, plan.scoring)


def _free_id(key: str, taken: set[str]) -> str:
    """The key itself; when inputs went back to an earlier state, that run stands already and this one is its second."""
    if key not in taken:
        return key
    number = 2
    while f"{key}-{number}" in taken:
        number += 1
    return f"{key}-{number}"


def _check_evidence(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    known = list(plan.inputs.pinned.versions)
    row = con.execute(
        "SELECT rule_id, dataset, count(*) FROM evidence WHERE dataset IS NULL OR _file IS NULL OR _row IS NULL "
        "OR NOT list_contains($known::VARCHAR[], dataset) GROUP BY ALL ORDER BY ALL LIMIT 1",
        {"known": known},
    ).fetchone()
    if row is not None:
        raise InputError(
            f"{row[2]} evidence rows point at no delivered row",
            unit=f"{plan.model.id}.{row[0]}",
            field="dataset",
            value=row[1],
            fix=f"evidence.sql must name one of {', '.join(known)} with its _file and _row",
        )


def _comparison(plan: Plan, before: Table[str, Any], run: Table[str, Any]) -> Comparison:
    def exclusion(rule_id: str, code: str | None) -> str:
        rule = plan.model.rule(rule_id)
        found = rule.spec.exclusion(code) if rule is not None and code is not None else None
        return found.name if found else code or "无"

    corrected, replaced = _gone(plan.settings, json.loads(before["input_versions"]), plan.inputs.pinned.versions)
    return Comparison(
        before=RunFacts.of(before),
        now=RunFacts.of(run),
        exclusion=exclusion,
        dataset_title=lambda name: plan.project.contract(name).title,
        corrected=corrected,
        replaced=replaced,
    )


def _gone(
    settings: Settings, before: Table[str, int | None], now: Table[str, int | None]
) -> tuple[frozenset[str], frozenset[str]]:
    """Datasets from which deliveries the last run read are gone: by a correction, or by the next of their series."""
    from xiansuo.ingest.receipts import receipts

    corrected: set[str] = set()
    replaced: set[str] = set()
    for name, version in now.items():
        old = before.get(name)
        if old is not None and old != version:
            table = Lake(settings).dataset(name)
            gone = table.partitions("_delivery", old) - table.partitions("_delivery", version)
            by_correction = gone & {receipt.corrects for receipt in receipts(settings, name)}
            (corrected if by_correction else replaced).update([name] if gone else [])
    return frozenset(corrected), frozenset(replaced)


def _counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    row = con.execute(
        "SELECT count(*), count(*) FILTER (change = 'new'), count(*) FILTER (change = 'same'), "
        "count(*) FILTER (change = 'changed'), count(*) FILTER (change = 'withdrawn'), "
        "(SELECT count(*) FROM hit), (SELECT count(*) FROM hit WHERE clue_id IS NULL), "
        "(SELECT count(*) FROM evidence) FROM clue"
    ).fetchone()
    return dict(zip(_COUNTS, row or (0,) * len(_COUNTS), strict=True))


def _store_run(con: duckdb.DuckDBPyConnection, run: Table[str, Any]) -> None:
    listed = ", ".join(f"{quote_ident(name)} {kind}" for name, kind in RUNS.items())
    con.execute(f"CREATE TEMP TABLE run ({listed})")
    con.execute(f"INSERT INTO run VALUES ({', '.join('?' for _ in RUNS)})", [run[name] for name in RUNS])


def _result(run: Table[str, Any], *, skipped: bool) -> RunResult:
    return RunResult(
        run_id=run["run_id"],
        model_id=run["model_id"],
        mapping=run["mapping"],
        skipped=skipped,
        as_of=run["as_of"],
        counts={name: run[name] for name in _COUNTS},
        clues_hash=run["clues_hash"],
    )


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
