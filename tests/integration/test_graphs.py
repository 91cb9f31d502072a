"""A model with a graph: cases, linter and runs read the components; the file is part of what the model is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from toy import Toy

from xiansuo.clues.run import run_model
from xiansuo.core.errors import InputError
from xiansuo.lake.delta import Lake
from xiansuo.lake.session import connect
from xiansuo.supervision.cases import run_cases
from xiansuo.supervision.lint import check_project
from xiansuo.supervision.load import find_model

GRAPH = """-- Stations that declared under one approval.
SELECT 'station:' || station_id AS left_id, approval_no AS right_id FROM toy.declaration
"""
RULE = """id: ring
code: T9
title: 同批油站
strength: B
legal_basis: [toy_law_1]
explanation: "{subject_name}与{linked}个节点同批"
exclusions:
  - {code: ALONE, name: 独自一站, effect: drop}
evidence_roles: {declaration: 申报}
"""
HITS = """-- Finds stations bound to others by an approval number. Look-alikes: stations on their own.
SELECT
    d.station_id AS subject_id,
    min(d.month_start) AS occurred_from,
    max(d.month_start) AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE WHEN max(g.size) - 1 <= 1 THEN 'ALONE' END AS exclusion_code,
    max(g.component) AS ring,
    max(g.size) AS linked
FROM toy.declaration AS d
JOIN graphs.near AS g ON g.node = 'station:' || d.station_id
GROUP BY d.station_id
"""
EVIDENCE = """SELECT h.hit_id, 'toy.declaration' AS dataset, d._file, d._row, 'declaration' AS role
FROM {{hits}} AS h
JOIN toy.declaration AS d ON d.station_id = h.subject_id
"""
CASES = """
- case: 两站同一批文
  kind: hit
  given: {toy.declaration: {columns: [station_id, month_start, approval_no], rows: [[S1, 2025-01-01, A], [S2, 2025-01-01, A]]}}
  expect:
    - {subject_id: S1, ring: A, linked: 3}
    - {subject_id: S2, ring: A, linked: 3}
- case: 各有批文
  kind: lookalike
  given: {toy.declaration: {columns: [station_id, month_start, approval_no], rows: [[S1, 2025-01-01, A], [S2, 2025-01-01, null]]}}
  expect:
    - {subject_id: S1, exclusion_code: ALONE, linked: 2}
    - {subject_id: S2, exclusion_code: ALONE, ring: "station:S2", linked: 1}
- case: 没有申报
  kind: non_hit
  given: {toy.declaration: {columns: [station_id], rows: []}}
  expect: []
- case: 恰好两站
  kind: boundary
  given: {toy.declaration: {columns: [station_id, month_start, approval_no], rows: [[S1, 2025-01-01, A], [S2, 2025-01-01, A], [S3, 2025-01-01, B]]}}
  expect:
    - {subject_id: S1, exclusion_code: null}
    - {subject_id: S2, exclusion_code: null}
    - {subject_id: S3, exclusion_code: ALONE}
"""


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    made = Toy(tmp_path)
    folder = made.project / "models" / "toy_model"
    (folder / "graphs").mkdir()
    (folder / "graphs" / "near.sql").write_text(GRAPH, encoding="utf-8")
    rule = folder / "rules" / "ring"
    rule.mkdir()
    for name, text in {"rule.yml": RULE, "hits.sql": HITS, "evidence.sql": EVIDENCE, "cases.yml": CASES}.items():
        (rule / name).write_text(text, encoding="utf-8")
    return made


def deliver(toy: Toy) -> None:
    months = [["S1", "2025-01-01", 5, "A"], ["S2", "2025-01-01", 5, "A"], ["S3", "2025-01-01", 5, "B"]]
    toy.deliver("toy.declaration", months)
    toy.deliver("toy.reading", [["S1", "2025-01-03", 1]])
    toy.deliver("toy.station", [[name, name, "330106"] for name in ("S1", "S2", "S3")])


def hits(toy: Toy) -> list[tuple[str, str, str | None]]:
    with connect(toy.settings) as con:
        table = Lake(toy.settings).model("toy_model", "hits")
        columns = {"subject_id": "VARCHAR", "measures": "VARCHAR", "exclusion_code": "VARCHAR", "rule_id": "VARCHAR"}
        return con.sql(
            f"SELECT subject_id, json_extract_string(measures, '$.ring'), exclusion_code "
            f"FROM {table.relation(columns)} WHERE rule_id = 'ring' ORDER BY ALL"
        ).fetchall()


def test_linter_is_content_and_cases_see_the_components(toy: Toy) -> None:
    assert check_project(toy.project) == []
    results = run_cases(toy.project, "toy_model", "ring")
    assert len(results) == 4
    assert [item.failures for item in results if not item.passed] == []


def test_run_reads_the_components_and_repeats_nothing(toy: Toy) -> None:
    deliver(toy)
    first = run_model(toy.settings, "toy_model", as_of=date(2025, 12, 31))
    assert hits(toy) == [("S1", "A", None), ("S2", "A", None), ("S3", "B", "ALONE")]
    assert run_model(toy.settings, "toy_model", as_of=date(2025, 12, 31)).skipped
    (toy.project / "models/toy_model/graphs/near.sql").write_text(GRAPH.replace("'station:'", "'s:'"), encoding="utf-8")
    again = run_model(toy.settings, "toy_model", as_of=date(2025, 12, 31))
    assert not again.skipped
    assert again.run_id != first.run_id


def test_a_graph_that_fails_names_its_file(toy: Toy) -> None:
    deliver(toy)
    path = toy.project / "models/toy_model/graphs/near.sql"
    path.write_text("SELECT CAST(station_id AS DATE) AS left_id, approval_no AS right_id FROM toy.declaration")
    with pytest.raises(InputError, match=r"near\.sql"):
        run_model(toy.settings, "toy_model", as_of=date(2025, 12, 31))


def test_linter_holds_graph_sql_to_the_rules(toy: Toy) -> None:
    path = toy.project / "models/toy_model/graphs/near.sql"
    path.write_text(GRAPH.replace("approval_no AS", "approval_no || $spare || 777 AS"), encoding="utf-8")
    found = {item.code for item in check_project(toy.project) if item.file == path}
    assert found == {"XS020", "XS021"}
    path.write_text("SELECT node AS left_id, component AS right_id FROM graphs.near", encoding="utf-8")
    assert {item.code for item in check_project(toy.project) if item.file == path} == {"XS012"}


def test_cases_cannot_give_components(toy: Toy) -> None:
    path = toy.project / "models/toy_model/rules/ring/cases.yml"
    given = "given: {graphs.near: {columns: [node], rows: [[S1]]}, toy.declaration: {columns: [station_id], rows: []}}"
    path.write_text(
        CASES.replace("given: {toy.declaration: {columns: [station_id], rows: []}}", given), encoding="utf-8"
    )
    assert "XS044" in {item.code for item in check_project(toy.project)}


def test_only_sql_lies_in_graphs(toy: Toy) -> None:
    (toy.project / "models/toy_model/graphs/notes.txt").write_text("x")
    with pytest.raises(InputError, match=r"notes\.txt"):
        find_model(toy.project, "toy_model")
