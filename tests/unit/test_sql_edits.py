"""Edits of two versions of a SELECT: unions, recursion, and parts that only a mixture needs or does not need."""

from __future__ import annotations

import duckdb
import sqlglot

from xiansuo.supervision.sql_edits import BODY, edits, without


def rows(sql: str) -> list[tuple[object, ...]]:
    return sorted(duckdb.sql(sql).fetchall())


def test_a_union_that_stays_does_not_hide_a_changed_condition() -> None:
    old = "WITH u AS (SELECT 1 AS n UNION ALL SELECT 5 AS n) SELECT n FROM u WHERE n > 3"
    found = edits(old, old.replace("> 3", "> 0"))
    assert found is not None and [(edit.part, edit.clause, edit.before) for edit in found] == [("", "where", "n > 3")]


def test_a_changed_union_is_one_edit_that_can_be_left_out() -> None:
    old = "WITH u AS (SELECT 1 AS n UNION ALL SELECT 5 AS n) SELECT n FROM u WHERE n > 3"
    new = "WITH u AS (SELECT 1 AS n UNION ALL SELECT 9 AS n) SELECT n FROM u WHERE n > 0"
    found = edits(old, new)
    assert found is not None and [edit.clause for edit in found] == ["where", BODY]
    assert rows(without(old, new, found)) == rows(old)
    assert rows(without(old, new, found[:1])) == [(9,)]
    assert rows(without(old, new, found[1:])) == [(1,), (5,)]


def test_a_union_at_the_top_is_not_taken_apart() -> None:
    assert edits("SELECT 1 AS n UNION SELECT 2 AS n", "SELECT 1 AS n UNION SELECT 3 AS n") is None


def test_recursion_order_limit_and_distinct_stay() -> None:
    old = (
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 9) "
        "SELECT DISTINCT n FROM r WHERE n > 1 ORDER BY n DESC LIMIT 3 OFFSET 1"
    )
    new = old.replace("n > 1", "n > 2").replace("OFFSET 1", "OFFSET 2")
    found = edits(old, new)
    assert found is not None and [edit.clause for edit in found] == ["offset", "where"]
    assert sqlglot.parse_one(without(old, new, found), dialect="duckdb") == sqlglot.parse_one(old, dialect="duckdb")
    assert rows(without(old, new, found)) == rows(old)


def test_parts_nobody_refers_to_are_left_out_of_a_mixture() -> None:
    old = "WITH a AS (SELECT 1 AS n) SELECT n FROM a"
    new = "WITH a AS (SELECT 1 AS n, 2 AS m), b AS (SELECT m AS n FROM a) SELECT n FROM b"
    found = edits(old, new)
    assert found is not None
    back = without(old, new, found)
    assert rows(back) == [(1,)] and "b AS" not in back
