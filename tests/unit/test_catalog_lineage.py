"""Lineage: columns are followed through joins, common table expressions, unions and subqueries; units through marts."""

from __future__ import annotations

import pytest

from xiansuo.catalog.column_lineage import query_sources
from xiansuo.catalog.discover import Units
from xiansuo.catalog.lineage import Lineage, Node, lineage
from xiansuo.catalog.marts import inline

KNOWN = {
    "a.people": {"id": {("a.people", "id")}, "name": {("a.people", "name")}},
    "a.events": {"person": {("a.events", "person")}, "day": {("a.events", "day")}},
}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT id AS x FROM a.people", {"x": {("a.people", "id")}}),
        ("SELECT p.name, e.day FROM a.people p JOIN a.events e ON e.person = p.id",
         {"name": {("a.people", "name")}, "day": {("a.events", "day")}}),
        ("WITH c AS (SELECT upper(name) AS n FROM a.people) SELECT n || '!' AS m FROM c",
         {"m": {("a.people", "name")}}),
        ("SELECT id AS x FROM a.people UNION ALL SELECT person FROM a.events",
         {"x": {("a.people", "id"), ("a.events", "person")}}),
        ("SELECT 'k' AS kind, id FROM a.people UNION ALL SELECT 'l', person FROM a.events",
         {"kind": set(), "id": {("a.people", "id"), ("a.events", "person")}}),
        ("SELECT (SELECT max(day) FROM a.events) AS newest", {"newest": {("a.events", "day")}}),
        ("SELECT n FROM (SELECT name AS n, id FROM a.people) AS d", {"n": {("a.people", "name")}}),
        ("SELECT count(*) AS n FROM a.people", {"n": set()}),
    ],
)  # fmt: skip
def test_an_output_column_knows_its_contract_columns(sql: str, expected: dict[str, set[tuple[str, str]]]) -> None:
    assert query_sources(sql, KNOWN) == expected


def test_a_unit_knows_what_lies_up_and_down() -> None:
    nodes = (Node("a.x", "dataset", ""), Node("marts.m", "mart", ""), Node("models.q", "model", ""))
    graph = Lineage(nodes, (("a.x", "marts.m"), ("marts.m", "models.q")))
    assert graph.upstream("models.q") == {"marts.m", "a.x"}
    assert graph.downstream("a.x") == {"marts.m", "models.q"}
    assert graph.upstream("a.x") == set()


def test_nothing_on_disk_is_an_empty_graph() -> None:
    assert lineage(Units({}, {}, {}, {})) == Lineage((), ())


def test_a_mart_written_out_reads_only_what_it_is_given() -> None:
    import duckdb

    big = "WITH big AS (SELECT n FROM a.numbers WHERE n > 1)"
    sql = f"{big} SELECT b.n, numbers.n AS m FROM big AS b JOIN a.numbers USING (n)"
    written = inline(sql, {"a.numbers": "(SELECT unnest([1, 2, 3]) AS n)"})
    assert sorted(duckdb.sql(written).fetchall()) == [(2, 2), (3, 3)]
