"""What a run reads: datasets pinned at one version each, marts brought up to date, the as-of date of the data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from xiansuo.clues.mapping import (
    add_missing_subject,
    mapped_rules,
    register_mapped,
    source_datasets,
)
from xiansuo.core.errors import UsageError
from xiansuo.core.progress import Progress
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.supervision.mart_files import PREFIX
from xiansuo.supervision.marts import Snapshot, build_marts, mart_fingerprints, register_dataset, snapshot
from xiansuo.supervision.model import Mapping, Model
from xiansuo.supervision.project import Closure, Project

if TYPE_CHECKING:
    import duckdb

_REFERENCE_DOMAIN = "ref."


@dataclass(frozen=True)
class Inputs:
    """Everything one run rests on. ``fingerprints`` covers datasets and marts; ``pinned`` the delivered datasets."""

    closure: Closure
    pinned: Snapshot
    fingerprints: dict[str, str]


def pin_inputs(settings: Settings, project: Project, model: Model, mapping: Mapping | None) -> Inputs:
    """Take the newest version of all the model rests on, marts seen through to their datasets."""
    names = {*model.spec.inputs, *(model.subject_of(rule).source for rule in mapped_rules(model, mapping))}
    closure = project.closure(names)
    if mapping is not None:
        pinned = snapshot(settings, source_datasets(mapping))
        sql = {mart.sql_name: mart.sql for mart in closure.marts}
        return Inputs(closure, pinned, pinned.fingerprints | sql)
    pinned = snapshot(settings, closure.datasets)
    return Inputs(closure, pinned, pinned.fingerprints | mart_fingerprints(closure.marts, pinned.fingerprints))


def register_inputs(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    project: Project,
    model: Model,
    mapping: Mapping | None,
    inputs: Inputs,
    progress: Progress,
) -> dict[str, int]:
    """Make every input readable in ``con`` under its SQL name; returns those that are lake tables, with version."""
    if mapping is None:
        marts = [mart.sql_name for mart in inputs.closure.marts]
        built = build_marts(settings, marts, project=project, pinned=inputs.pinned, con=con, progress=progress)
        for dataset in inputs.closure.datasets:
            register_dataset(con, settings, project, dataset, inputs.pinned.versions[dataset])
        tables = inputs.pinned.versions | {name: mart.version for name, mart in built.items()}
        return {name: version for name, version in tables.items() if version is not None}
    lake = Lake(settings)
    foreign = {
        dataset: lake.dataset(dataset).relation(project.columns(dataset), version)
        for dataset, version in inputs.pinned.versions.items()
    }
    register_mapped(con, project, mapping, inputs.closure, foreign)
    add_missing_subject(con, model, mapped_rules(model, mapping))
    return {}


def data_as_of(settings: Settings, datasets: Collection[str]) -> date:
    """The last day the data speaks of: the latest period end, or day of receipt, of the deliveries in the lake.

    Reference data says nothing about time and counts only when there is nothing else. UsageError without deliveries.
    """
    delivered = [name for name in sorted(datasets) if not name.startswith(PREFIX)]
    events = [name for name in delivered if not name.startswith(_REFERENCE_DOMAIN)]
    for names in (events, delivered):
        days = [day for name in names for day in _days(settings, name)]
        if days:
            return max(days)
    raise UsageError(
        "nothing the model reads has been delivered yet",
        field="as_of",
        fix=f"ingest deliveries of {', '.join(delivered[:5])} first, or give an as-of date",
    )


def _days(settings: Settings, dataset: str) -> list[date]:
    from xiansuo.ingest.receipts import receipts

    active = Lake(settings).dataset(dataset).partitions("_delivery")
    found = [receipt for receipt in receipts(settings, dataset) if receipt.delivery_id in active]
    days = [receipt.period_to or receipt.received for receipt in found]
    return [date.fromisoformat(day[:10]) for day in days if day is not None]
