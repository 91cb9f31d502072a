"""Rows that repeat a key: exact duplicates are counted once, contradictions are quarantined, whatever the row order.

Contracts without a key have no duplicates: two equal events are two events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.ingest.casting import FILE
from xiansuo.ingest.readers.base import ROW

if TYPE_CHECKING:
    import duckdb

    from xiansuo.contracts.model import Contract

VERDICTS = "verdicts"
DUPLICATE, CONFLICT = "duplicate", "conflict"
_ROWS_PER_PROBE = 40_000_000


@dataclass(frozen=True)
class LandedPart:
    """One written part file with the ``_file`` value all its rows carry; parts are in the delivery's order."""

    path: Path
    file_id: str
    rows: int


def judge(
    con: duckdb.DuckDBPyConnection, contract: Contract, parts: Sequence[LandedPart], lake: str | None
) -> dict[str, int]:
    """Fill the temp table ``verdicts`` (_file, _row, verdict) and count per verdict.

    ``lake`` is a relation with the contract's columns of the rows that stay, None when they do not matter.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE {VERDICTS} ({FILE} VARCHAR, {ROW} BIGINT, verdict VARCHAR)")
    if not contract.key or not any(part.rows for part in parts):
        return {}
    rows = _relation(parts)
    if _probe(con, contract, parts):
        _judge_inside(con, contract, rows)
    if lake is not None:
        _judge_against(con, contract, rows, lake)
    return dict(con.execute(f"SELECT verdict, count(*) FROM {VERDICTS} GROUP BY verdict").fetchall())


def _relation(parts: Sequence[LandedPart]) -> str:
    scans = (
        f"SELECT *, {position} AS _part FROM read_parquet({quote_literal(str(part.path))}, hive_partitioning = false)"
        for position, part in enumerate(parts)
    )
    return f"({' UNION ALL '.join(scans)})"


def _key(contract: Contract) -> list[str]:
    return [quote_ident(name) for name in contract.key]


def _probe(con: duckdb.DuckDBPyConnection, contract: Contract, parts: Sequence[LandedPart]) -> bool:
    """Whether two key hashes are equal; they go to the temp table ``suspects``. Sorting them beats grouping by 3x."""
    import numpy as np

    listed = ", ".join(quote_literal(str(part.path)) for part in parts)
    source = f"read_parquet([{listed}], hive_partitioning = false)"
    hashed = f"hash({', '.join(_key(contract))})"
    rows = sum(part.rows for part in parts)
    passes = -(-rows // _ROWS_PER_PROBE)
    suspects: list[int] = []
    for number in range(passes):
        slice_ = f"WHERE {hashed} % {passes} = {number}" if passes > 1 else ""
        hashes = con.execute(f"SELECT {hashed} AS h FROM {source} {slice_}").fetchnumpy()["h"]
        hashes = np.sort(np.asarray(hashes))
        repeated = hashes[1:][hashes[1:] == hashes[:-1]]
        suspects.extend(int(value) for value in np.unique(repeated))
    if not suspects:
        return False
    import pyarrow as pa

    suspect_table = pa.table({"h": pa.array(suspects, pa.uint64())})
    con.register("suspect_hashes", suspect_table)
    con.execute("CREATE OR REPLACE TEMP TABLE suspects AS SELECT h FROM suspect_hashes")
    con.unregister("suspect_hashes")
    return True


def _judge_inside(con: duckdb.DuckDBPyConnection, contract: Contract, rows: str) -> None:
    key = ", ".join(_key(contract))
    content = ", ".join(quote_ident(column.name) for column in contract.columns)
    con.execute(
        f"""INSERT INTO {VERDICTS}
        WITH candidate AS (SELECT * FROM {rows} SEMI JOIN suspects ON hash({key}) = h),
        numbered AS (
            SELECT {key}, _part, {FILE}, {ROW},
                row_number() OVER (PARTITION BY {content} ORDER BY _part, {ROW}) AS copy
            FROM candidate),
        counted AS (SELECT *, count(*) FILTER (WHERE copy = 1) OVER (PARTITION BY {key}) AS contents FROM numbered)
        SELECT {FILE}, {ROW}, CASE WHEN contents > 1 THEN '{CONFLICT}' ELSE '{DUPLICATE}' END
        FROM counted WHERE contents > 1 OR copy > 1"""
    )


def _judge_against(con: duckdb.DuckDBPyConnection, contract: Contract, rows: str, lake: str) -> None:
    """Compare keys first and contents only where a key is met again."""
    key = _key(contract)
    met = " AND ".join(f"n.{name} IS NOT DISTINCT FROM l.{name}" for name in key)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE met AS
        SELECT n.* EXCLUDE (_part) FROM (SELECT * FROM {rows} ANTI JOIN {VERDICTS} USING ({FILE}, {ROW})) n
        SEMI JOIN (SELECT {", ".join(key)} FROM {lake}) l ON {met}"""
    )
    same = " AND ".join(
        f"n.{name} IS NOT DISTINCT FROM l.{name}" for name in (quote_ident(c.name) for c in contract.columns)
    )
    con.execute(
        f"""INSERT INTO {VERDICTS}
        SELECT n.{FILE}, n.{ROW}, CASE WHEN bool_or({same}) THEN '{DUPLICATE}' ELSE '{CONFLICT}' END
        FROM met n JOIN {lake} l ON {met} GROUP BY n.{FILE}, n.{ROW}"""
    )
