"""Standing runs of a model: reading them, publishing one, clearing what a crashed run left behind.

Commit order is hits, evidence, clues, runs. A run stands once its row in ``runs`` does; nothing reads it before.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiansuo.clues.tables import RUN, RUNS, TABLES
from xiansuo.core.naming import quote_ident
from xiansuo.lake.delta import Lake, Table, write_part

if TYPE_CHECKING:
    import duckdb

_ORDER = {
    "hits": "rule_id, subject_id, occurred_from, hit_id",
    "evidence": "clue_id NULLS LAST, hit_id, dataset, _file, _row, role",
    "clues": "clue_id",
    "runs": "run_id",
}
_SOURCE = {"hits": "hit", "evidence": "evidence", "clues": "clue", "runs": "run"}


def lock_path(lake: Lake, model_id: str) -> Path:
    """The file that keeps two runs of a model apart."""
    return lake.model(model_id, "runs").root.parent / ".run.lock"


def standing_runs(con: duckdb.DuckDBPyConnection, lake: Lake, model_id: str) -> list[dict[str, Any]]:
    """The rows of the model's runs table, oldest first."""
    table = lake.model(model_id, "runs")
    if not table.exists():
        return []
    return rows_of(con, f"SELECT * FROM {table.relation(RUNS)} ORDER BY sequence, run_id")


def rows_of(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def latest_run(runs: Sequence[Mapping[str, Any]], mapping: str | None) -> Mapping[str, Any] | None:
    """The newest standing run of the model seen through that mapping."""
    return next((run for run in reversed(runs) if run["mapping"] == mapping), None)


def run_relation(lake: Lake, model_id: str, kind: str) -> str:
    """SQL text that reads one of the model's tables with its ``_run`` column; filter it by a standing run."""
    return lake.model(model_id, kind).relation({**TABLES[kind], RUN: "VARCHAR"})


def clear_orphans(lake: Lake, model_id: str, standing: set[str]) -> int:
    """Remove partitions of runs that never came to stand; returns how many. Needs the model's lock."""
    cleared = 0
    for kind in ("hits", "evidence", "clues"):
        table = lake.model(model_id, kind)
        orphans = table.partitions(RUN) - standing
        if orphans:
            table.commit(
                [],
                schema=_with_run(TABLES[kind]),
                partition_by=RUN,
                remove=orphans,
                metadata={"cleared": ",".join(sorted(orphans))},
            )
        cleared += len(orphans)
    for kind in TABLES:
        _remove_folders(lake.model(model_id, kind), standing)
    return cleared


def _remove_folders(table: Table, standing: set[str]) -> None:
    for folder in table.root.glob(f"{RUN}=*"):
        if folder.name.removeprefix(f"{RUN}=") not in standing:
            shutil.rmtree(folder)


def publish(con: duckdb.DuckDBPyConnection, lake: Lake, model_id: str, run_id: str) -> None:
    """Write the session's temp tables hit, evidence, clue and run as the partitions of ``run_id`` and commit them."""
    for kind, schema in TABLES.items():
        table = lake.model(model_id, kind)
        listed = ", ".join(quote_ident(name) for name in schema)
        query = f"SELECT {listed} FROM {_SOURCE[kind]} ORDER BY {_ORDER[kind]}"
        part = write_part(con, query, table.root, name="part-0", partition={RUN: run_id})
        table.commit([part], schema=_with_run(schema), partition_by=RUN, metadata={"run": run_id})


def _with_run(schema: Mapping[str, str]) -> dict[str, str]:
    return {**schema, RUN: "VARCHAR"}
