"""The probe table and the two engines' answers to a construct.

``python tests/integration/spark_probe.py`` writes the table of docs/spark.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from xiansuo.supervision.spark.translate import SparkProblem, SparkQuery, translate
from xiansuo.supervision.spark.types import TypeOracle
from xiansuo.supervision.sql_tree import parse_sql

PAGE = Path(__file__).parents[2] / "docs" / "spark.md"
START, END = "<!-- probe -->\n", "<!-- /probe -->"
FILE = Path(__file__).parents[1] / "data" / "sql_probe.yml"
TABLES = {
    "probe.t": {
        "id": "INTEGER", "i": "INTEGER", "n": "BIGINT", "z": "INTEGER", "d": "DECIMAL(18,2)", "e": "DECIMAL(18,4)",
        "f": "DOUBLE", "s": "VARCHAR", "c": "VARCHAR", "padded": "VARCHAR", "digits": "VARCHAR", "pattern": "VARCHAR",
        "lined": "VARCHAR", "returned": "VARCHAR", "slashed": "VARCHAR", "written_day": "VARCHAR",
        "day": "DATE", "day2": "DATE", "ts": "TIMESTAMP", "ts2": "TIMESTAMP", "b": "BOOLEAN",
    },
    "probe.u": {"t_id": "INTEGER", "amount": "DECIMAL(18,2)"},
}  # fmt: skip
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "probe.t": [
        (1, 1, 10, 0, "12.35", "3.0000", 2.675, "ab12", "南京晨星有限公司", " 甲 ", "12", "ab[0-9]+", "ab\n", "a\rb",
         "a\\b", "2025-02-28", "2025-01-31", "2024-12-31", "2025-01-31 00:59:59", "2025-01-30 23:01:00", True),
        (2, 2, -10, 1, "-12.35", "-0.5000", 1.005, "b", "北京", "　乙　", "-7", "b", "b", "a b", "a\\%", "2025-02-30",
         "2024-02-29", "2025-03-01", "2024-02-29 23:59:59.5", "2024-03-01 00:00:00", False),
        (3, -3, 11, 2, "0.05", "12.3456", -2.5, "", "有限公司", "", "0", "[a-z]*", "", "", "", "", "2025-12-31",
         "2025-01-01", "2025-12-31 12:00:00", "2025-01-01 12:30:30", None),
        (4, 0, 7, -1, "-0.05", "0.0001", 0.125, "aba", "𠮷野家有限𠮷公司", "\u00a0丙", "007", "a.a", "a\nb\n", "a\r\nb",
         "%", "1999-13-01", "2000-02-29", "2000-02-28", "2000-02-29 00:00:00", "2000-02-28 23:59:59.999999", True),
        (5, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None,
         None, None),
        (6, 5, 9007199254740993, 0, "99999999.99", "12.8912", 1234567.891, "南京", "南京", "x", "2147483647", "𠮷|南.",
         "b\n\n", "a\u2028b", "\\", "0001-01-01", "1970-01-01", "1969-12-31", "1969-12-31 23:59:59",
         "1970-01-01 00:00:00", False),
        (7, -7, -1, 3, "0.00", "0.5000", -0.5, "Ab", "Ａ公司", "a b", "-2147483648", "(?:A|a)b", "xb", "a\x0bb", "a\\%%",
         "2024-02-29", "2025-01-05", "2025-01-06", "2025-01-05 10:00:00", "2025-01-06 09:59:59", True),
        (8, 4, 0, -3, "7.00", "-7.0000", 0.0, "c,d", "上海，有限公司", "\tx", "1", "c,d", "b", "ab", "a", "2025-01-31",
         "9999-12-31", "2025-06-30", "2025-06-30 23:00:00", "2025-07-01 01:00:00", False),
    ],
    "probe.u": [(1, "5.00"), (1, "-1.00"), (2, "3.50"), (6, None), (None, "9.99"), (99, "1.00")],
}  # fmt: skip


@dataclass(frozen=True)
class Probe:
    """One construct."""

    construct: str
    sql: str
    verdict: str
    why: str
    written: str
    is_value: bool


def probes() -> list[Probe]:
    """All constructs of the file; expressions become a SELECT over probe.t."""
    listed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [
        Probe(
            item["construct"],
            item.get("query") or f"SELECT id, {item['value']} AS x FROM probe.t",
            item["verdict"],
            item["why"],
            item.get("query") or item["value"],
            "value" in item,
        )
        for item in listed
    ]


def together(listed: list[Probe]) -> Probe:
    """The expressions of many probes in one SELECT, as p0, p1, ..."""
    items = ", ".join(f"({probe.written}) AS p{position}" for position, probe in enumerate(listed))
    sql = f"SELECT id, {items} FROM probe.t"
    return Probe("all at once", sql, "same", "", sql, True)


def duck() -> duckdb.DuckDBPyConnection:
    """DuckDB with the probe tables."""
    con = duckdb.connect(":memory:", config={"threads": "1"})
    con.execute("CREATE SCHEMA probe")
    for name, columns in TABLES.items():
        con.execute(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
        con.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' for _ in columns)})", ROWS[name])
    return con


def translated(probe: Probe, oracle: TypeOracle) -> SparkQuery | SparkProblem:
    """Our translation."""
    return translate(parse_sql(Path("probe.sql"), probe.sql), TABLES, oracle)


def plain(probe: Probe) -> str:
    """What sqlglot alone writes for Spark."""
    import sqlglot

    return sqlglot.transpile(probe.sql.replace("probe.", "probe__"), read="duckdb", write="spark")[0]


def answers(con: duckdb.DuckDBPyConnection, source: str, kinds: list[str]) -> list[tuple[str, ...]]:
    """All rows with every value's exact spelling, sorted: what must be equal."""
    names = [row[0] for row in con.execute(f"DESCRIBE {source}").fetchall()]
    listed = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in zip(names, kinds, strict=True))
    return sorted(tuple(map(_spelled, row)) for row in con.execute(f"SELECT {listed} FROM ({source})").fetchall())


def _spelled(value: Any) -> str:
    """A value with its type and all its digits; the zero below zero counts as zero."""
    return repr(value + 0.0 if isinstance(value, float) else value)


def page(text: str) -> str:
    """The page with the table of all constructs between its marks."""
    listed = probes()
    counted = {
        verdict: sum(probe.verdict == verdict for probe in listed) for verdict in ("same", "rewritten", "refused")
    }
    head = (
        f"{len(listed)} constructs, from `tests/data/sql_probe.yml`; a test runs each on both engines over values with NULLs, "
        f"Chinese text, negative numbers and border dates. Same ({counted['same']}): what sqlglot alone writes for Spark "
        f"agrees there too. Rewritten ({counted['rewritten']}): it fails or answers otherwise, our text agrees. "
        f"Refused ({counted['refused']}).\n\n| construct | SQL | verdict | why |\n|---|---|---|---|\n"
    )
    rows = "".join(
        f"| {_cell(probe.construct)} | `{_cell(probe.written)}` | {probe.verdict} | {_cell(probe.why)} |\n"
        for probe in listed
    )
    before, rest = text.split(START)
    return before + START + head + rows + END + rest.split(END)[1]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
