"""Read what runs published: lists of clues, and one clue with its hits, evidence and sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiansuo.clues.publish import latest_run, rows_of, run_relation, standing_runs
from xiansuo.clues.tables import CLUES, RUN
from xiansuo.core.errors import UsageError
from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.supervision.load import find_model

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from xiansuo.ingest.receipts import Receipt

_CHOSEN = "run_id"


@dataclass(frozen=True)
class ClueDetail:
    """One clue and what it rests on. Hits an explanation dropped belong to no clue; ``sources`` are delivered files."""

    clue: dict[str, Any]
    run: dict[str, Any]
    hits: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    verification_steps: list[str]
    false_positives: list[str]
    hand_off: list[dict[str, str]]


def list_runs(settings: Settings, model_id: str) -> list[dict[str, Any]]:
    """The standing runs of a model, oldest first; UsageError when there is no such model."""
    find_model(settings.project, model_id)
    con = connect(settings)
    try:
        return standing_runs(con, Lake(settings), model_id)
    finally:
        con.close()


def list_clues(
    settings: Settings, model_id: str, run: str | None = None, *, mapping: str | None = None
) -> pl.DataFrame:
    """The clues of one run (default: the newest through ``mapping``), best score first, withdrawn ones last.

    UsageError when the model or the run does not exist.
    """
    find_model(settings.project, model_id)
    con = connect(settings)
    try:
        lake = Lake(settings)
        chosen = _choose(standing_runs(con, lake, model_id), model_id, run, mapping)
        listed = ", ".join(quote_ident(name) for name in CLUES)
        frame: pl.DataFrame = con.sql(
            f"SELECT {listed} FROM {run_relation(lake, model_id, 'clues')} WHERE {RUN} = {quote_literal(chosen)} "
            "ORDER BY change = 'withdrawn', score DESC, clue_id"
        ).pl()
        return frame
    finally:
        con.close()


def _choose(runs: list[dict[str, Any]], model_id: str, run: str | None, mapping: str | None) -> str:
    if run is not None:
        if run not in {row[_CHOSEN] for row in runs}:
            known = ", ".join(row[_CHOSEN] for row in runs[-5:]) or "none"
            raise UsageError("no such run", unit=model_id, field="run", value=run, fix=f"newest runs: {known}")
        return run
    newest = latest_run(runs, mapping)
    if newest is None:
        raise UsageError("the model has no run yet", unit=model_id, field="run", fix=f"xiansuo run {model_id}")
    return str(newest[_CHOSEN])


def get_clue(settings: Settings, clue_id: str) -> ClueDetail:
    """The clue as the newest run that knows it tells it; UsageError when no model has such a clue."""
    con = connect(settings)
    try:
        lake = Lake(settings)
        for model_id in models_with_runs(lake):
            found = _find(con, lake, model_id, clue_id)
            if found is not None:
                return _detail(con, settings, model_id, *found)
    finally:
        con.close()
    raise UsageError("no such clue", field="clue_id", value=clue_id, fix="xiansuo clues MODEL lists the ids")


def models_with_runs(lake: Lake) -> list[str]:
    """Ids of the models that ever published."""
    folder: Path = lake.root / "models"
    return sorted(path.name for path in folder.glob("*") if lake.model(path.name, "runs").exists())


def newest_runs(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest standing run of each mapping, the model's own first."""
    newest = {run["mapping"]: run for run in runs}
    return sorted(newest.values(), key=lambda run: (run["mapping"] is not None, run["mapping"] or ""))


def _find(
    con: duckdb.DuckDBPyConnection, lake: Lake, model_id: str, clue_id: str
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    runs = standing_runs(con, lake, model_id)
    for run in newest_runs(runs):
        rows = rows_of(
            con,
            f"SELECT * FROM {run_relation(lake, model_id, 'clues')} WHERE {RUN} = "
            f"{quote_literal(run[_CHOSEN])} AND clue_id = {quote_literal(clue_id)}",
        )
        if rows:
            stood = next(row for row in runs if row[_CHOSEN] == rows[0][_CHOSEN])
            return rows[0], stood
    return None


def _detail(
    con: duckdb.DuckDBPyConnection, settings: Settings, model_id: str, clue: dict[str, Any], run: dict[str, Any]
) -> ClueDetail:
    lake = Lake(settings)
    condition = f"WHERE {RUN} = {quote_literal(run[_CHOSEN])} AND clue_id = {quote_literal(clue['clue_id'])}"
    hits = rows_of(
        con,
        f"SELECT * EXCLUDE ({RUN}) FROM {run_relation(lake, model_id, 'hits')} {condition} "
        "ORDER BY rule_code, occurred_from, hit_id",
    )
    evidence = rows_of(
        con,
        f"SELECT DISTINCT hit_id, dataset, _file, _row, role FROM "
        f"{run_relation(lake, model_id, 'evidence')} {condition} ORDER BY ALL",
    )
    for hit in hits:
        hit["measures"] = json.loads(hit["measures"])
        hit["parameters"] = json.loads(hit["parameters"])
    spec = find_model(settings.project, model_id).spec
    clue.pop(RUN)
    return ClueDetail(
        clue=clue,
        run=run,
        hits=hits,
        evidence=evidence,
        sources=_sources(settings, evidence),
        verification_steps=spec.verification_steps,
        false_positives=spec.false_positives,
        hand_off=[item.model_dump() for item in spec.hand_off],
    )


def _sources(settings: Settings, evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry per delivered file the evidence rests on: dataset, file, sender, letter and number of rows."""
    counts: dict[tuple[str, str], set[int]] = {}
    for row in evidence:
        counts.setdefault((row["dataset"], row["_file"]), set()).add(row["_row"])
    known: dict[str, dict[str, tuple[Any, Mapping[str, Any]]]] = {}
    sources = []
    for (dataset, file), rows in sorted(counts.items()):
        if dataset not in known:
            known[dataset] = files_by_id(settings, dataset)
        receipt, delivered = known[dataset].get(file, (None, {}))
        sources.append(
            {
                "dataset": dataset,
                "file": file,
                "rows": len(rows),
                "name": delivered.get("name"),
                "sha256": delivered.get("sha256"),
                "sheet": delivered.get("sheet"),
                "delivery_id": getattr(receipt, "delivery_id", None),
                "sender": getattr(receipt, "sender", None),
                "letter_no": getattr(receipt, "letter_no", None),
                "received": getattr(receipt, "received", None),
            }
        )
    return sources


def files_by_id(settings: Settings, dataset: str) -> dict[str, tuple[Receipt, Mapping[str, Any]]]:
    """``_file`` value -> (receipt, file entry) over the deliveries of a dataset that were taken in, the newest wins.

    A delivery refused later may hold the same bytes; nothing in the lake comes from it.
    """
    from xiansuo.ingest.receipts import REFUSED, receipts

    taken = [receipt for receipt in receipts(settings, dataset) if receipt.status != REFUSED]
    return {str(entry["file_id"]): (receipt, entry) for receipt in taken for entry in receipt.files}
