"""A new dataset and a new model are folders and files: no Python, no registry, and everything knows them."""

from __future__ import annotations

import json
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acceptance import PROJECT

from xiansuo.cli.main import main
from xiansuo.supervision.lint import check_project

UNITS = ("assets", "data_contracts", "models", "pipelines", "sql")
CASES = """\
- case: 取水量大于许可
  kind: hit
  given:
    water.draw: {columns: [uscc, month_start, cubic_m], rows: [[91330106MA0044EE36, 2025-03-01, 1300]]}
    water.permit: {columns: [uscc, monthly_cubic_m], rows: [[91330106MA0044EE36, 1000]]}
  expect: [{subject_id: 91330106MA0044EE36, exclusion_code: null, excess_m: 300}]
  evidence: 2
- case: 没有超出
  kind: non_hit
  given:
    water.draw: {columns: [uscc, month_start, cubic_m], rows: [[91330106MA0044EE36, 2025-03-01, 900]]}
    water.permit: {columns: [uscc, monthly_cubic_m], rows: [[91330106MA0044EE36, 1000]]}
  expect: []
- case: 恰好超出一成不算
  kind: boundary
  given:
    water.draw: {columns: [uscc, month_start, cubic_m], rows: [[91330106MA0044EE36, 2025-03-01, 1100]]}
    water.permit: {columns: [uscc, monthly_cubic_m], rows: [[91330106MA0044EE36, 1000]]}
  expect: []
- case: 抗旱期间经批准多取
  kind: lookalike
  given:
    water.draw: {columns: [uscc, month_start, cubic_m, approval_no], rows: [[91330106MA0044EE36, 2025-03-01, 1300, 抗旱1号]]}
    water.permit: {columns: [uscc, monthly_cubic_m], rows: [[91330106MA0044EE36, 1000]]}
  expect: [{subject_id: 91330106MA0044EE36, exclusion_code: APPROVED}]
"""
HITS = """\
-- Finds months in which a company drew clearly more water than its permit allows.
-- Look-alikes: more was approved for that month.
SELECT
    d.uscc AS subject_id,
    d.month_start AS occurred_from,
    CAST(d.month_start + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE) AS occurred_to,
    CAST(NULL AS DECIMAL(18, 2)) AS amount,
    CASE WHEN d.approval_no IS NOT NULL THEN 'APPROVED' END AS exclusion_code,
    d.month_start,
    d.cubic_m - p.monthly_cubic_m AS excess_m,
    d.approval_no
FROM water.draw AS d
JOIN water.permit AS p ON p.uscc = d.uscc
WHERE d.cubic_m > p.monthly_cubic_m * (1 + $tolerance)
"""
EVIDENCE = """\
SELECT h.hit_id, 'water.draw' AS dataset, d._file, d._row, 'draw' AS role
FROM {{hits}} AS h
JOIN water.draw AS d ON d.uscc = h.subject_id AND d.month_start = h.month_start
UNION ALL
SELECT h.hit_id, 'water.permit' AS dataset, p._file, p._row, 'permit' AS role
FROM {{hits}} AS h
JOIN water.permit AS p ON p.uscc = h.subject_id
"""
RULE = """\
id: over_permit
code: W1
title: 取水量大于许可
strength: A
event_date: month_start
legal_basis: [water_48]
explanation: "{subject_name}{month_start:month}取水比许可多{excess_m:number}立方米。"
exclusions:
  - {code: APPROVED, name: 当月多取已获批准, effect: drop, note: "批准文号{approval_no}"}
evidence_roles: {draw: 取水计量, permit: 取水许可}
"""
MODEL = """\
id: water_draw
title: 超许可取水
summary: 取水计量与取水许可核对
why_it_matters: 超许可取水损害水资源
version: 1.0.0
status: draft
supervision_type: 公益诉讼
hand_off:
  - {line: 公益诉讼, instrument: 行政公益诉讼检察建议, to: 水行政主管部门}
owner: 公益诉讼检察部门
authored_by: 模型组
next_review: 2027-06-30
inputs:
  water.draw: [uscc, month_start, cubic_m, approval_no]
  water.permit: [uscc, monthly_cubic_m]
  marts.water_user: [uscc, name, region_code]
subject: {type: entity, from: marts.water_user, id: uscc, name: name, region: region_code}
clue_grain: year
legal_basis:
  - {id: water_48, law: 水法, article: 第四十八条, effective_from: 2016-07-02, source: "K:test", verified: false, says: 取水应当领取许可}
expected_volume: 若干
false_positives: [抗旱期间经批准多取]
verification_steps: [向水行政主管部门调取计量原始记录]
known_gaps: []
"""
PARAMETERS = """\
tolerance:
  title: 允许超出的比例
  unit: 比例
  reference: {tag: G, source: 测试}
  last_checked: 2026-01-01
  values: [{from: 2020-01-01, value: 0.1}]
"""
MART = """\
-- name: water_user
-- title: 取水户
-- grain: one row per permit holder
-- inputs: water.permit
-- materialise: view
SELECT uscc, min(name) AS name, min(region_code) AS region_code
FROM water.permit
GROUP BY uscc
"""
COLUMNS = {
    "draw": (
        "取水计量",
        """\
      - {name: uscc, businessName: 信用代码, semanticType: cn.uscc, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1, classification: L1}
      - {name: month_start, businessName: 月份, semanticType: month, logicalType: date, required: true, primaryKey: true, primaryKeyPosition: 2, classification: L1}
      - {name: cubic_m, businessName: 取水量, semanticType: quantity, logicalType: number, required: true, classification: L1, logicalTypeOptions: {minimum: 0}}
      - {name: approval_no, businessName: 批准文号, semanticType: text, logicalType: string, classification: L1}
""",
    ),
    "permit": (
        "取水许可",
        """\
      - {name: uscc, businessName: 信用代码, semanticType: cn.uscc, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1, classification: L1}
      - {name: name, businessName: 取水户, semanticType: org_name, logicalType: string, required: true, classification: L1}
      - {name: region_code, businessName: 行政区划, semanticType: cn.region_code, logicalType: string, classification: L1}
      - {name: monthly_cubic_m, businessName: 月许可量, semanticType: quantity, logicalType: number, required: true, classification: L1}
""",
    ),
}
DELIVERIES = {
    "draw": "信用代码,月份,取水量,批准文号\n"
    "{a},2025年3月,1300,\n{a},2025年4月,1400,抗旱1号\n{b},2025年3月,1000,\n{b},2025年13月,1000,\n",
    "permit": "信用代码,取水户,行政区划,月许可量\n{a},杭州测试水厂,330106,1000\n{b},杭州测试纸厂,330106,1000\n",
}
COMPANIES = {"a": "91330106MA0044EE36", "b": "91330108MA00T3AJ2G"}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def add_units(project: Path) -> None:
    """Two datasets, a mart and a model with one rule, all in new files."""
    for name, (title, columns) in COLUMNS.items():
        write(
            project / "data_contracts" / "water" / f"{name}.yml",
            f"apiVersion: v3.1.0\nkind: DataContract\nid: water.{name}\nname: {title}\nversion: 1.0.0\n"
            f"status: active\ndomain: water\ndescription: {{purpose: {title}, usage: 测试}}\n"
            f"schema:\n  - name: {name}\n    physicalType: table\n    properties:\n{columns}"
            "customProperties:\n  - {property: maxQuarantinedRatio, value: 0.5}\n",
        )
        write(
            project / "assets" / "water" / f"{name}.yml",
            f"dataset: water.{name}\nsender: 市水利局\nfrequency: monthly\nmode: append\ndescription: {title}\n"
            "reader: {format: auto}\n",
        )
    write(project / "sql" / "marts" / "water_user.sql", MART)
    model = project / "models" / "water_draw"
    write(model / "model.yml", MODEL)
    write(model / "parameters.yml", PARAMETERS)
    write(model / "README.md", "# 超许可取水\n\n取水计量大于取水许可的企业。\n")
    for name, text in {"rule.yml": RULE, "hits.sql": HITS, "evidence.sql": EVIDENCE, "cases.yml": CASES}.items():
        write(model / "rules" / "over_permit" / name, text)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for unit in UNITS:
        shutil.copytree(PROJECT / unit, folder / unit, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "workspace.yaml", folder)
    add_units(folder)
    return folder


@pytest.fixture
def xiansuo(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def run(*words: str) -> Any:
        code = main([*words, "--json", "--project", str(project), "--home", str(tmp_path / "home")])
        shown = capsys.readouterr()
        assert code == 0, shown.out + shown.err
        return json.loads(shown.out)

    return run


def test_new_folders_are_checked_tested_ingested_run_and_scheduled(
    project: Path, tmp_path: Path, xiansuo: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [finding for finding in check_project(project) if "water" in str(finding)] == []
    cases = xiansuo("test", "water_draw")
    assert [case["passed"] for case in cases] == [True] * 4
    for name, text in DELIVERIES.items():
        file = tmp_path / f"{name}.csv"
        file.write_bytes(text.format(**COMPANIES).encode("gb18030"))
        xiansuo("ingest", str(file), "--dataset", f"water.{name}", "--received", "2025-05-01")
    counts = {row["dataset"]: (row["rows_lake"], row["rows_quarantined"]) for row in xiansuo("deliveries")}
    assert counts == {"water.draw": (3, 1), "water.permit": (2, 0)}
    (run,) = xiansuo("run", "water_draw")
    assert (run["clues"], run["hits"], run["hits_excluded"]) == (1, 2, 1)
    (clue,) = xiansuo("clues", "water_draw")
    assert (clue["subject_id"], clue["subject_name"]) == (COMPANIES["a"], "杭州测试水厂")
    assert "2025年3月取水比许可多300立方米" in clue["explanation"]
    assert xiansuo("verify", clue["clue_id"])["failed"] == 0
    assert xiansuo("sql", "SELECT count(*) AS n FROM water.draw") == [{"n": 3}]
    monkeypatch.setenv("XIANSUO_HOME", str(tmp_path / "home"))
    assert {"water/draw", "water/permit", "marts/water_user", "models/water_draw"} <= asset_keys(project)
    assert {path.relative_to(project) for path in project.rglob("*.py")} == {Path("pipelines/definitions.py")}


def asset_keys(project: Path) -> set[str]:
    """Keys of the definitions that Dagster loads from the project's own file."""
    graph = runpy.run_path(str(project / "pipelines" / "definitions.py"))["defs"].resolve_asset_graph()
    return {key.to_user_string() for key in graph.materializable_asset_keys}
