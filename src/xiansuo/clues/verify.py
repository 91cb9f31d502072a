"""Evidence against the delivered bytes: re-read every file a clue rests on and compare each row with the lake.

Each file is read once. A file whose bytes no longer match fails exactly the clues that rest on it; a clue that rests
on nothing fails too.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xiansuo.clues.publish import run_relation, standing_runs
from xiansuo.clues.query import models_with_runs, newest_runs
from xiansuo.clues.tables import RUN
from xiansuo.core.errors import UsageError, XiansuoError
from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.core.progress import NullProgress, Progress
from xiansuo.core.settings import Settings
from xiansuo.ingest.casting import DELIVERY
from xiansuo.ingest.receipts import ReceiptBook
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.supervision.project import Project

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Failure:
    """One delivered file, or some of its rows, that no longer says what the clues were built on."""

    dataset: str
    file: str
    rows: tuple[int, ...]
    reason: str
    clue_ids: tuple[str, ...]


@dataclass(frozen=True)
class VerifyReport:
    """What was checked and what failed. ``failed`` lists clue ids."""

    clues: int
    evidence_rows: int
    files: int
    failed: tuple[str, ...]
    failures: tuple[Failure, ...] = field(default_factory=tuple)


def verify(
    settings: Settings, clue_ids: Collection[str] | None = None, *, progress: Progress | None = None
) -> VerifyReport:
    """Re-read the vault behind the given clues (default: all of the newest runs) and compare every evidence row.

    UsageError when a given clue does not exist. Findings are in the report, not raised.
    """
    con = connect(settings)
    project = Project(settings.project)
    watch = progress or NullProgress()
    try:
        _gather(con, settings, clue_ids)
        groups = con.execute(
            "SELECT dataset, version, _file FROM wanted GROUP BY ALL ORDER BY dataset, _file, version"
        ).fetchall()
        failures = _without_evidence(con)
        for position, (dataset, version, file) in enumerate(groups, start=1):
            failures += _check_file(con, settings, project, dataset, version, file)
            watch.step("verify files", position, len(groups))
        counts = con.execute(
            "SELECT (SELECT count(*) FROM chosen), (SELECT count(*) FROM (SELECT DISTINCT dataset, _file, _row "
            "FROM wanted)), (SELECT count(DISTINCT (dataset, _file)) FROM wanted)"
        ).fetchone() or (0, 0, 0)
    finally:
        con.close()
    failed = tuple(sorted({clue for failure in failures for clue in failure.clue_ids}))
    return VerifyReport(counts[0], counts[1], counts[2], failed, tuple(failures))


def _gather(con: duckdb.DuckDBPyConnection, settings: Settings, clue_ids: Collection[str] | None) -> None:
    """Fill ``chosen`` (clue_id) and ``wanted`` (clue_id, dataset, version, _file, _row)."""
    con.execute("CREATE TEMP TABLE chosen (clue_id VARCHAR)")
    con.execute(
        "CREATE TEMP TABLE wanted (clue_id VARCHAR, dataset VARCHAR, version BIGINT, _file VARCHAR, _row BIGINT)"
    )
    con.execute("CREATE TEMP TABLE asked AS SELECT unnest($ids::VARCHAR[]) AS clue_id", {"ids": list(clue_ids or [])})
    lake = Lake(settings)
    for model_id in models_with_runs(lake):
        runs = standing_runs(con, lake, model_id)
        _version_table(con, runs)
        for run in newest_runs(runs):
            _gather_run(con, lake, model_id, run["run_id"], chosen_only=clue_ids is not None)
    missing = con.execute(
        "SELECT clue_id FROM asked WHERE clue_id NOT IN (SELECT clue_id FROM chosen) ORDER BY clue_id LIMIT 1"
    ).fetchone()
    if missing is not None:
        raise UsageError("no such clue", field="clue_id", value=missing[0], fix="xiansuo clues MODEL lists the ids")


def _version_table(con: duckdb.DuckDBPyConnection, runs: list[dict[str, Any]]) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE read_at (run_id VARCHAR, dataset VARCHAR, version BIGINT)")
    rows = [
        [run["run_id"], dataset, version]
        for run in runs
        for dataset, version in json.loads(run["input_versions"]).items()
        if version is not None
    ]
    if rows:
        con.executemany("INSERT INTO read_at VALUES (?, ?, ?)", rows)


def _gather_run(con: duckdb.DuckDBPyConnection, lake: Lake, model_id: str, run_id: str, *, chosen_only: bool) -> None:
    condition = " AND clue_id IN (SELECT clue_id FROM asked)" if chosen_only else ""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE of_run AS SELECT clue_id, run_id FROM {run_relation(lake, model_id, 'clues')} "
        f"WHERE {RUN} = {quote_literal(run_id)}{condition}"
    )
    con.execute("INSERT INTO chosen SELECT clue_id FROM of_run")
    con.execute(
        f"INSERT INTO wanted SELECT DISTINCT e.clue_id, e.dataset, v.version, e._file, e._row "
        f"FROM {run_relation(lake, model_id, 'evidence')} AS e "
        f"JOIN of_run AS c ON c.clue_id = e.clue_id AND c.run_id = e.{RUN} "
        f"LEFT JOIN read_at AS v ON v.run_id = c.run_id AND v.dataset = e.dataset"
    )


def _without_evidence(con: duckdb.DuckDBPyConnection) -> list[Failure]:
    rows = con.execute("SELECT clue_id FROM chosen ANTI JOIN wanted USING (clue_id) ORDER BY clue_id").fetchall()
    return [Failure("", "", (), "the clue names no evidence row", tuple(row[0] for row in rows))] if rows else []


def _check_file(
    con: duckdb.DuckDBPyConnection, settings: Settings, project: Project, dataset: str, version: int | None, file: str
) -> list[Failure]:
    condition = (
        f"dataset = {quote_literal(dataset)} AND _file = {quote_literal(file)} "
        f"AND version IS NOT DISTINCT FROM {'NULL' if version is None else version}"
    )
    rows = [row[0] for row in con.execute(f"SELECT DISTINCT _row FROM wanted WHERE {condition} ORDER BY 1").fetchall()]
    try:
        reason, bad = _compare(con, settings, project, dataset, version, file, rows)
    except XiansuoError as error:
        reason, bad = error.message, rows
    if not bad:
        return []
    listed = ", ".join(str(row) for row in bad)
    clues = con.execute(f"SELECT DISTINCT clue_id FROM wanted WHERE {condition} AND _row IN ({listed}) ORDER BY 1")
    return [Failure(dataset, file, tuple(bad), reason, tuple(row[0] for row in clues.fetchall()))]


def _compare(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    project: Project,
    dataset: str,
    version: int | None,
    file: str,
    rows: list[int],
) -> tuple[str, list[int]]:
    """Why rows fail, and which. The rows in the lake tell the delivery; the same file may have come twice."""
    from xiansuo.ingest.reread import reread_rows

    columns = project.columns(dataset)
    names = [name for name in columns if name not in (DELIVERY, "_file")]
    table = Lake(settings).dataset(dataset)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE at_run AS SELECT {', '.join(map(quote_ident, names))}, {DELIVERY} FROM "
        f"{table.relation(columns, version)} WHERE _file = {quote_literal(file)} "
        f"AND list_contains($rows::BIGINT[], _row)",
        {"rows": rows},
    )
    deliveries = con.execute(f"SELECT DISTINCT {DELIVERY} FROM at_run ORDER BY 1").fetchall()
    held = {row[0] for row in con.execute("SELECT DISTINCT _row FROM at_run").fetchall()}
    bad = set(rows) - held
    typed = ", ".join(f"CAST({quote_ident(name)} AS {columns[name]}) AS {quote_ident(name)}" for name in names)
    for (delivery,) in deliveries:
        receipt = ReceiptBook(settings, dataset).get(delivery)
        if receipt is None:
            return "no receipt names this file", rows
        con.register("delivered", reread_rows(settings, receipt, project.contract(dataset), file, rows))
        wrong = con.execute(
            f"SELECT _row FROM (SELECT * EXCLUDE ({DELIVERY}) FROM at_run WHERE {DELIVERY} = {quote_literal(delivery)} "
            f"EXCEPT SELECT {typed} FROM delivered)"
        ).fetchall()
        con.unregister("delivered")
        bad |= {row[0] for row in wrong}
    return "the row in the lake is not the delivered row", sorted(bad)
