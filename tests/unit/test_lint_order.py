"""When an order decides the place of every row, and when the linter warns of ties."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiansuo.supervision.lint_order import lint_order
from xiansuo.supervision.lint_portable import lint_portable
from xiansuo.supervision.sql_tree import parse_sql

KEYS = {"toy.reading": ["station_id", "read_date"], "toy.station": ["station_id"]}
RANK = "row_number() OVER (PARTITION BY station_id ORDER BY {}) AS place"
DAYS = "WITH days AS (SELECT station_id, read_date, sum(litres) AS l FROM toy.claim GROUP BY station_id, read_date) "


def codes(sql: str) -> list[str]:
    return [item.code for item in lint_order(parse_sql(Path("hits.sql"), sql), KEYS)]


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT litres, {RANK.format('read_date')} FROM toy.reading",
        f"SELECT litres, {RANK.format('litres, _file, _row')} FROM toy.claim",
        f"SELECT station_id, litres, {RANK.format('litres')} FROM toy.claim",
        f"SELECT litres, {RANK.format('litres')} -- unique: one reading a day\nFROM toy.reading",
        f"{DAYS}SELECT l, {RANK.format('read_date')} FROM days",
        f"{DAYS}, kept AS (SELECT station_id, read_date, l FROM days WHERE l > 0) SELECT l, {RANK.format('read_date')} FROM kept",
        f"SELECT n, {RANK.format('n')} FROM (SELECT DISTINCT station_id, n FROM toy.claim) AS d",
        "SELECT r.litres, lag(r.litres) OVER (PARTITION BY r.station_id, s.station_id ORDER BY r.read_date) AS b "
        "FROM toy.reading AS r JOIN toy.station AS s ON s.station_id = r.station_id",
        "SELECT litres FROM toy.reading ORDER BY station_id, read_date LIMIT 1",
        "SELECT count(*) OVER (PARTITION BY station_id) AS n, sum(litres) OVER (ORDER BY litres) AS s FROM toy.reading",
    ],
)
def test_order_that_decides_is_let_through(sql: str) -> None:
    assert codes(sql) == []


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT litres, read_date, {RANK.format('litres')} FROM toy.reading",
        f"SELECT litres, other, {RANK.format('litres')} FROM toy.claim",
        f"{DAYS}SELECT l, read_date, {RANK.format('l')} FROM days",
        "SELECT s.name, lag(r.litres) OVER (PARTITION BY r.station_id ORDER BY r.read_date) AS b "
        "FROM toy.reading AS r JOIN toy.claim AS s ON s.station_id = r.station_id",
        "SELECT station_id, litres FROM toy.reading ORDER BY litres LIMIT 1",
    ],
)
def test_order_that_may_leave_ties_is_a_warning(sql: str) -> None:
    assert codes(sql) == ["XS036"]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT any_value(litres) AS l FROM toy.reading", "XS031"),
        ("SELECT list(litres) AS l FROM toy.reading", "XS031"),
        ("SELECT litres, row_number() OVER () AS n FROM toy.reading", "XS031"),
        ("SELECT litres FROM toy.reading LIMIT 1", "XS032"),
        ("SELECT litres FROM toy.reading OFFSET 1", "XS032"),
        ("SELECT station_id, sum(litres) AS l FROM toy.reading GROUP BY 1", "XS037"),
        ("SELECT station_id, sum(litres) AS l FROM toy.reading GROUP BY ALL", "XS037"),
        ("SELECT station_id, litres FROM toy.reading ORDER BY 1", "XS037"),
    ],
)
def test_what_rests_on_chance_or_position_is_an_error(sql: str, code: str) -> None:
    assert codes(sql) == [code]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT list(a ORDER BY b) AS x FROM t.u",
        "SELECT string_agg(a, ',' ORDER BY b) AS x FROM t.u",
        "SELECT isodow(a) AS x FROM t.u",
        "SELECT extract(isodow FROM a) AS x FROM t.u",
        "SELECT date_diff('month', a, b) AS x FROM t.u",
        "SELECT datediff('year', a, b) AS x FROM t.u",
        "SELECT levenshtein(a, b) AS x FROM t.u",
        "SELECT try_cast(a AS INTEGER) AS x FROM t.u",
        "SELECT median(a) AS x FROM t.u",
        "SELECT quantile_cont(a, 0.5) AS x FROM t.u",
        "SELECT mode(a) AS x FROM t.u",
        "SELECT strftime(a, '%Y') AS x FROM t.u",
        "SELECT strptime(a, '%Y') AS x FROM t.u",
        "SELECT unnest(a) AS x FROM t.u",
        "SELECT string_split(a, ',') AS x FROM t.u",
        "SELECT hash(a) AS x FROM t.u",
        "SELECT age(a, b) AS x FROM t.u",
        "SELECT a FROM t.u WHERE a COLLATE NOCASE = 'b'",
        "SELECT a FROM t.u WHERE a SIMILAR TO 'b'",
        "SELECT DISTINCT ON (a) a, b FROM t.u",
        "SELECT a, sum(b) AS x FROM t.u GROUP BY ROLLUP (a)",
        "SELECT a, sum(b) AS x FROM t.u GROUP BY GROUPING SETS ((a), ())",
        "SELECT a FROM t.u NATURAL JOIN t.v",
        "SELECT u.a FROM t.u AS u ASOF JOIN t.v AS v ON u.a >= v.a",
        "SELECT a FROM t.u PIVOT (sum(b) FOR c IN ('x'))",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT n FROM r",
        "SELECT u.a FROM t.u AS u, LATERAL (SELECT b FROM t.v AS v WHERE v.a = u.a) AS l",
    ],
)
def test_what_spark_reads_otherwise_is_refused(sql: str) -> None:
    assert {item.code for item in lint_portable(parse_sql(Path("hits.sql"), sql))} == {"XS033"}
