"""The delivered rows behind evidence: typed values from the lake by (dataset, file, row), unmasked.

For the people who decide on a clue, not for free SQL: callers show them on the page of one clue.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from xiansuo.catalog.marts import dataset_types
from xiansuo.core.naming import quote_ident
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.supervision.project import Project

RowKey = tuple[str, str, int]


def evidence_rows(
    settings: Settings, evidence: Iterable[Mapping[str, Any]], run: Mapping[str, Any]
) -> dict[RowKey, dict[str, Any]]:
    """(dataset, _file, _row) -> {Chinese title: value} for evidence rows, as ``run`` (a row of runs) read them.

    So the rows of a withdrawn clue are there too, although a correction took them out of the lake since.
    """
    versions = json.loads(run["input_versions"])
    wanted: dict[str, list[tuple[str, int]]] = {}
    for item in evidence:
        wanted.setdefault(item["dataset"], []).append((item["_file"], item["_row"]))
    found: dict[RowKey, dict[str, Any]] = {}
    project, con = Project(settings.project), connect(settings)
    try:
        for dataset, keys in sorted(wanted.items()):
            contract = project.contract(dataset)
            relation = Lake(settings).dataset(dataset).relation(dataset_types(contract), versions.get(dataset))
            picked = ", ".join(quote_ident(column.name) for column in contract.columns)
            rows = con.execute(
                f"SELECT _file, _row, {picked} FROM {relation} SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS _file, "
                "unnest(?::BIGINT[]) AS _row) USING (_file, _row)",
                [[file for file, _ in keys], [row for _, row in keys]],
            ).fetchall()
            titles = [column.title for column in contract.columns]
            found |= {(dataset, row[0], row[1]): dict(zip(titles, row[2:], strict=True)) for row in rows}
    finally:
        con.close()
    return found
