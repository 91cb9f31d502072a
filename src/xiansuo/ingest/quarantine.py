"""Rows that are not taken into the lake: their original text, the failed checks and the reasons in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xiansuo.contracts.casting import reasons
from xiansuo.core.naming import canonical_json
from xiansuo.ingest.casting import DELIVERY, FAILED, FILE, ORIGINAL
from xiansuo.ingest.duplicates import CONFLICT, VERDICTS
from xiansuo.ingest.readers.base import ROW, Reject

if TYPE_CHECKING:
    import duckdb

    from xiansuo.contracts.model import Contract

TABLE = "quarantined"
KEY_CONFLICT = "key:conflict"
SCHEMA = {
    DELIVERY: "VARCHAR",
    FILE: "VARCHAR",
    ROW: "BIGINT",
    "original": "VARCHAR",
    "failed": "VARCHAR[]",
    "reasons_zh": "VARCHAR[]",
    "reasons_en": "VARCHAR[]",
}
UNCUT = "_line"  # the key in ``original`` under which a record stands that has no columns
_REASONS = {
    "row:too_few_fields": ("字段数少于表头", "fewer fields than the header"),
    "row:too_many_fields": ("字段数多于表头", "more fields than the header"),
    "row:quote_run_on": ("引号没有配对，后面的行会被吞掉", "an opened quote is never closed"),
    "row:text_after_quote": ("右引号后面还有文字", "text after the closing quote"),
    "row:nul_byte": ("含有空字节（NUL），导出可能损坏", "contains a NUL byte"),
    "json:broken": ("这一行不是完整的 JSON", "the line is not valid JSON"),
    "json:not_object": ("这一行不是 JSON 对象", "the line is not a JSON object"),
    "json:nested": ("含有嵌套的对象或数组", "contains a nested object or array"),
    "json:repeated_key": ("同一行里字段名重复", "a key occurs twice in the line"),
    KEY_CONFLICT: ("主键相同而内容不同", "same key with different content"),
}


def begin(con: duckdb.DuckDBPyConnection) -> None:
    """Start with an empty temp table ``quarantined``."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in SCHEMA.items() if name != DELIVERY)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {TABLE} ({columns})")


def collect_failing(con: duckdb.DuckDBPyConnection, rows: str) -> int:
    """Put the failing rows of ``rows`` (_row, _original, _failed) aside and count them; `add_failing` takes them up."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE failing AS SELECT {ROW}, {ORIGINAL}, {FAILED} FROM {rows} WHERE {FAILED} <> 0"
    )
    return _count(con, "failing")


def add_failing(con: duckdb.DuckDBPyConnection, contract: Contract, file_id: str) -> None:
    """Quarantine the rows put aside; reasons are expanded once per distinct mask."""
    masks = [row[0] for row in con.execute(f"SELECT DISTINCT {FAILED} FROM failing").fetchall()]
    con.execute("CREATE OR REPLACE TEMP TABLE masks (mask HUGEINT, codes VARCHAR[], zh VARCHAR[], en VARCHAR[])")
    for mask in masks:
        checks = reasons(contract, mask)
        con.execute(
            "INSERT INTO masks VALUES (?, ?, ?, ?)",
            [mask, [check.code for check in checks], [check.zh for check in checks], [check.en for check in checks]],
        )
    con.execute(
        f"""INSERT INTO {TABLE} SELECT ?, {ROW}, {ORIGINAL}, codes, zh, en
        FROM failing JOIN masks ON mask = {FAILED}::HUGEINT""",
        [file_id],
    )
    con.execute("DROP TABLE failing")


def add_conflicts(con: duckdb.DuckDBPyConnection, originals: str, file_id: str) -> None:
    """Quarantine the rows of ``originals`` (_row, _original) that were judged contradictory."""
    zh, en = _REASONS[KEY_CONFLICT]
    con.execute(
        f"""INSERT INTO {TABLE} SELECT ?, {ROW}, {ORIGINAL}, [?], [?], [?] FROM {originals}
        SEMI JOIN (SELECT {ROW} FROM {VERDICTS} WHERE verdict = '{CONFLICT}' AND {FILE} = ?) USING ({ROW})""",
        [file_id, KEY_CONFLICT, zh, en, file_id],
    )


def add_rejects(con: duckdb.DuckDBPyConnection, rejects: Sequence[Reject], file_id: str) -> None:
    """Quarantine records that could not be taken apart; ``original`` holds the whole record under ``_line``."""
    if not rejects:
        return
    import pyarrow as pa

    explained = [(reject, *_REASONS[reject.code]) for reject in rejects]
    table = pa.table(
        {
            FILE: pa.array([file_id] * len(rejects), pa.string()),
            ROW: pa.array([reject.row for reject in rejects], pa.int64()),
            "original": pa.array([canonical_json({UNCUT: reject.text}) for reject in rejects], pa.string()),
            "failed": pa.array([[reject.code] for reject in rejects], pa.list_(pa.string())),
            "reasons_zh": pa.array([[zh] for _, zh, _ in explained], pa.list_(pa.string())),
            "reasons_en": pa.array([[en] for _, _, en in explained], pa.list_(pa.string())),
        }
    )
    con.register("rejected", table)
    con.execute(f"INSERT INTO {TABLE} SELECT * FROM rejected")
    con.unregister("rejected")


def count(con: duckdb.DuckDBPyConnection) -> int:
    """How many rows are quarantined so far."""
    return _count(con, TABLE)


def by_code(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """Failed checks with their numbers of rows, the most frequent first."""
    return con.execute(
        f"SELECT code, count(*) FROM (SELECT unnest(failed) AS code FROM {TABLE}) GROUP BY code ORDER BY 2 DESC, 1"
    ).fetchall()


def ordered() -> str:
    """The quarantined rows as a query in a stable order."""
    return f"SELECT * FROM {TABLE} ORDER BY {FILE}, {ROW}"


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
