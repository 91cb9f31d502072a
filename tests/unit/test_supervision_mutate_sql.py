"""Which mutants a SQL text has, how they are named, and that they stay apart from the text around them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xiansuo.supervision.mutate_kinds import KINDS
from xiansuo.supervision.mutate_sql import Mutant, mutants_of, parts_of

DOCS = Path(__file__).parents[2] / "docs" / "testing.md"
FILE = Path("hits.sql")
NUDGES = {"gap__above": "11", "gap__below": "9"}


def found(sql: str, *, exclusions: tuple[str, ...] = ()) -> list[Mutant]:
    return mutants_of(FILE, sql, nudges=NUDGES, exclusions=exclusions)


@pytest.mark.parametrize(
    ("kind", "sql", "changes"),
    [
        ("compare", "SELECT a > b AS c FROM t.t", {("a > b", "a >= b")}),
        ("compare", "SELECT a = b AS c FROM t.t", {("a = b", "a <> b")}),
        ("between", "SELECT a BETWEEN 1 AND 3 AS c FROM t.t", {("a BETWEEN 1 AND 3", "a > 1 AND a <= 3"), ("a BETWEEN 1 AND 3", "a >= 1 AND a < 3")}),
        ("drop-and", "SELECT 1 FROM t.t WHERE a AND (b OR c)", {("a", "TRUE"), ("(b OR c)", "TRUE")}),
        ("drop-and", "SELECT 1 FROM t.t WHERE a", {("a", "TRUE")}),
        ("drop-or", "SELECT 1 FROM t.t WHERE a OR b", {("a", "FALSE"), ("b", "FALSE")}),
        ("drop-case", "SELECT CASE WHEN a THEN 'x' ELSE 'y' END AS c FROM t.t", {("WHEN a THEN 'x'", "no such arm"), ("ELSE 'y'", "no ELSE")}),
        ("drop-item", "SELECT 1 FROM t.t WHERE a IN ('x', 'y')", {("a IN ('x', 'y')", "a IN ('x')"), ("a IN ('x', 'y')", "a IN ('y')")}),
        ("drop-fallback", "SELECT coalesce(a, b) AS c FROM t.t", {("COALESCE(a, b)", "a")}),
        ("join", "SELECT 1 FROM t.t LEFT JOIN t.u ON t.a = u.a", {("LEFT JOIN u", "JOIN u")}),
        ("join", "SELECT 1 FROM t.t JOIN t.u ON t.a = u.a", {("JOIN u", "LEFT JOIN u")}),
        ("exists", "SELECT 1 FROM t.t WHERE EXISTS (SELECT 1 FROM t.u)", {("EXISTS(SELECT 1 FROM t.u)", "NOT EXISTS(SELECT 1 FROM t.u)")}),
        ("not", "SELECT 1 FROM t.t WHERE NOT EXISTS (SELECT 1 FROM t.u)", {("NOT EXISTS(SELECT 1 FROM t.u)", "EXISTS(SELECT 1 FROM t.u)")}),
        ("null", "SELECT 1 FROM t.t WHERE a IS NULL", {("a IS NULL", "NOT a IS NULL")}),
        ("null", "SELECT 1 FROM t.t WHERE a IS NOT NULL", {("NOT a IS NULL", "a IS NULL")}),
        ("parameter", "SELECT 1 FROM t.t WHERE a > $gap AND b > $other", {("$gap", "11"), ("$gap", "9")}),
        ("constant", "SELECT d + INTERVAL 3 DAY AS c FROM t.t", {("3", "4"), ("3", "2")}),
        ("arithmetic", "SELECT a - b AS c FROM t.t", {("a - b", "a + b")}),
        ("aggregate", "SELECT sum(a) AS c FROM t.t", {("SUM(a)", "MAX(a)")}),
        ("aggregate", "SELECT count(DISTINCT a) AS c FROM t.t", {("COUNT(DISTINCT a)", "COUNT(a)")}),
        ("distinct", "SELECT DISTINCT a FROM t.t", {("SELECT DISTINCT", "SELECT")}),
        ("distinct", "SELECT a FROM t.t UNION ALL SELECT a FROM t.u", {("UNION ALL", "UNION")}),
        ("partition", "SELECT sum(a) OVER (PARTITION BY k) AS c FROM t.t", {("SUM(a) OVER (PARTITION BY k)", "SUM(a) OVER ()")}),
        ("frame", "SELECT sum(a) OVER (ORDER BY k ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS c FROM t.t", {("SUM(a) OVER (ORDER BY k ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", "SUM(a) OVER (ORDER BY k)")}),
        ("order", "SELECT row_number() OVER (ORDER BY k) AS c FROM t.t", {("k", "k DESC")}),
    ],
)  # fmt: skip
def test_kind_changes(kind: str, sql: str, changes: set[tuple[str, str]]) -> None:
    assert {(one.original, one.mutated) for one in found(sql) if one.kind == kind} == changes


def test_an_exclusion_arm_is_told_from_other_arms() -> None:
    sql = "SELECT CASE WHEN a THEN 'SELF_USE' WHEN b THEN 'y' END AS c FROM t.t"
    kinds = {one.original: one.kind for one in found(sql, exclusions=("SELF_USE",))}
    assert kinds == {"WHEN a THEN 'SELF_USE'": "drop-exclusion", "WHEN b THEN 'y'": "drop-case"}


def test_every_kind_is_told_in_the_documents_and_no_other() -> None:
    told = re.findall(r"^\| `([\w-]+)` \| .* \| .* \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert told == list(KINDS)


def test_ids_stay_when_other_lines_change_and_places_move() -> None:
    plain = "WITH a AS (SELECT k FROM t.t WHERE x > 1)\nSELECT k FROM a WHERE k > 2"
    longer = "-- a line\nWITH a AS (SELECT k FROM t.t WHERE x > 1 AND y),\nb AS (SELECT 1 AS z FROM t.u WHERE z < 3)\nSELECT k FROM a WHERE k > 2"
    before = {one.id: one for one in found(plain) if one.original == "k > 2"}
    after = {one.id: one for one in found(longer) if one.original == "k > 2"}
    assert before and set(before) == set(after)
    assert {one.line for one in before.values()} == {2} and {one.line for one in after.values()} == {4}


def test_equal_texts_get_ids_of_their_own() -> None:
    ids = [one.id for one in found("SELECT a > b AS c, a > b AS d FROM t.t")]
    assert len(ids) == len(set(ids)) == 2


def test_a_mutant_changes_its_own_part_and_nothing_else() -> None:
    sql = "WITH a AS (SELECT k FROM t.t WHERE k > 1), b AS (SELECT k FROM a) SELECT k FROM b WHERE k < 5"
    parts = parts_of(FILE, sql)
    assert parts.texts == {
        "a": "SELECT k FROM t.t WHERE k > 1",
        "b": "SELECT k FROM xs_cte.a",
        "": "SELECT k FROM xs_cte.b WHERE k < 5",
    }
    assert parts.after("a") == ["b"] and parts.after("b") == []
    changed = [one.sql for one in found(sql) if (one.part, one.kind) == ("a", "compare")]
    assert changed == ["SELECT k FROM t.t WHERE k >= 1"]
    assert all("xs_cte" not in one.original + one.mutated + one.advice for one in found(sql))


def test_recursive_sql_is_one_part() -> None:
    sql = "WITH RECURSIVE a AS (SELECT 1 AS k UNION ALL SELECT k + 1 FROM a WHERE k < 3) SELECT k FROM a"
    assert list(parts_of(FILE, sql).texts) == [""]
    assert all("WITH RECURSIVE" in one.sql for one in found(sql))
