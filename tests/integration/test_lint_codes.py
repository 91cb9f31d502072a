"""Every code of the linter trips on a small change of the toy project, and on nothing when the project is right."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from toy import SOURCE

from xiansuo.supervision.findings import CODES
from xiansuo.supervision.lint import check_project

MODEL = "models/toy_model/model.yml"
PARAMETERS = "models/toy_model/parameters.yml"
RULE = "models/toy_model/rules/volume/rule.yml"
HITS = "models/toy_model/rules/volume/hits.sql"
EVIDENCE = "models/toy_model/rules/volume/evidence.sql"
GRAPH = "models/toy_model/graphs/near.sql"
CASES = "models/toy_model/rules/volume/cases.yml"
MART = "sql/marts/subject_station.sql"
MAPPING = "models/toy_model/mappings/elsewhere.yml"
PUBLISHED = "status: published\ncertified_by_business: 甲\ncertified_by_digital: 乙"

SPARE = """spare:
  title: 无用
  unit: 升
  reference: {tag: G, source: 测试}
  last_checked: 2026-01-01
  values: [{from: 2020-01-01, value: 1}]
"""
LEFT_JOIN = "LEFT JOIN toy.declaration AS d ON d.station_id = r.station_id AND d.month_start = r.month_start"
ASOF_JOIN = "ASOF JOIN toy.declaration AS d ON d.station_id = r.station_id AND r.month_start >= d.month_start"

Change = Callable[[Path], None]


def put(path: str, old: str, new: str) -> Change:
    def change(project: Path) -> None:
        file = project / path
        text = file.read_text(encoding="utf-8")
        assert old in text, (path, old)
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def add(path: str, text: str) -> Change:
    def change(project: Path) -> None:
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")

    return change


def remove(path: str) -> Change:
    return lambda project: (project / path).unlink()


TRIPS: list[tuple[str, Change, str]] = [
    ("XS001", put(RULE, "strength: A", "strenght: A"), RULE),
    ("XS001", put(MODEL, "subject: {type", "subject: {kind"), MODEL),
    ("XS001", put(CASES, "kind: boundary", "kind: edge"), CASES),
    ("XS001", put(MODEL, "title: 测试模型", "title: 测试模型\ntitle: 又一个"), MODEL),
    ("XS001", put(MODEL, "status: draft", "status: published"), MODEL),
    ("XS002", remove("models/toy_model/README.md"), MODEL),
    ("XS003", put("models/scoring.yml", "unit: 分", "units: 分"), "models/scoring.yml"),
    (
        "XS004",
        put("data_contracts/toy/station.yml", "semanticType: org_name", "semanticType: nonsense"),
        "data_contracts/toy/station.yml",
    ),
    ("XS004", put("assets/toy/station.yml", "mode: append", "mode: sometimes"), "assets/toy/station.yml"),
    ("XS005", remove("assets/toy/claim.yml"), "data_contracts/toy/claim.yml"),
    ("XS006", put(RULE, "code: T1", "code: T2"), RULE),
    ("XS007", add("models/toy_model/rules/volume/notes.txt", "留言"), "models/toy_model/rules/volume/notes.txt"),
    ("XS007", add("models/toy_model/rules/notes.txt", "留言"), "models/toy_model/rules/notes.txt"),
    ("XS007", add("data_contracts/toy/claim.yaml", "留言"), "data_contracts/toy/claim.yaml"),
    ("XS010", put(HITS, "WITH readings", "WITHOUT readings"), HITS),
    ("XS010", put(HITS, "WHERE gap_l >", "; DELETE FROM toy.reading WHERE litres >"), HITS),
    ("XS011", put(HITS, "FROM toy.reading", "FROM toy.claim"), HITS),
    ("XS012", put(HITS, "FROM toy.reading", "FROM toy.readings"), HITS),
    ("XS012", put(MODEL, "toy.reading: [", "toy.readings: ["), MODEL),
    ("XS013", put(MODEL, "litres, approval_no]", "litres]"), HITS),
    ("XS014", put(HITS, "d.approval_no,", "d.approval_number AS approval_no,"), HITS),
    ("XS014", put(MODEL, "litres, approval_no]", "litres, approval_no, colour]"), MODEL),
    ("XS015", put(HITS, "d.approval_no,", "CAST(NULL AS VARCHAR) AS approval_no,"), MODEL),
    ("XS016", put(HITS, "- coalesce(d.litres, 0)", "- coalesce(d.approval_no, 'x')"), HITS),
    ("XS020", put(HITS, "WHERE gap_l > $gap_litres", "WHERE gap_l > $gap_litres AND gap_l < 5000"), HITS),
    ("XS020", put(HITS, "WHERE gap_l >", "WHERE month_start >= DATE '2025-01-01' AND gap_l >"), HITS),
    ("XS020", put(HITS, "INTERVAL 1 MONTH", "INTERVAL 3 MONTH"), HITS),
    ("XS021", put(HITS, "$gap_litres", "$gap_liters"), HITS),
    ("XS022", put(PARAMETERS, "gap_litres:\n", SPARE + "gap_litres:\n"), PARAMETERS),
    ("XS023", put(PARAMETERS, "source: 测试", "source: ' '"), PARAMETERS),
    ("XS024", put(RULE, "event_date: month_start\n", ""), HITS),
    ("XS030", put(HITS, "WHERE gap_l >", "WHERE month_start < current_date AND gap_l >"), HITS),
    ("XS030", put(HITS, "WHERE gap_l >", "WHERE random() < 1 AND gap_l >"), HITS),
    ("XS030", put(HITS, "WHERE gap_l >", "WHERE month_start < now() AND gap_l >"), HITS),
    ("XS031", put(HITS, "sum(litres) AS read_l", "any_value(litres) AS read_l"), HITS),
    ("XS031", put(HITS, "sum(litres) AS read_l", "first(litres) AS read_l"), HITS),
    ("XS031", put(HITS, "    gap_l,", "    row_number() OVER () AS place,\n    gap_l,"), HITS),
    ("XS032", put(HITS, "WHERE gap_l > $gap_litres", "WHERE gap_l > $gap_litres LIMIT 1"), HITS),
    ("XS033", put(HITS, LEFT_JOIN, ASOF_JOIN), HITS),
    ("XS033", put(HITS, "AS read_l\n", "AS read_l, list(litres ORDER BY read_date) AS all_l\n"), HITS),
    ("XS033", put(HITS, "    gap_l,", "    datediff('month', month_start, $as_of) AS age,\n    gap_l,"), HITS),
    ("XS033", put(HITS, "    gap_l,", "    levenshtein(approval_no, station_id) AS far,\n    gap_l,"), HITS),
    ("XS033", put(HITS, "    gap_l,", "    try_cast(approval_no AS INTEGER) AS number,\n    gap_l,"), HITS),
    ("XS033", put(HITS, "    gap_l,", "    isodow(month_start) AS weekday,\n    gap_l,"), HITS),
    ("XS034", put(HITS, "SELECT\n    station_id AS subject_id", "SELECT *, station_id AS subject_id"), HITS),
    ("XS035", put(HITS, "round(gap_l * $price, 2)", "round(CAST(gap_l AS DOUBLE) * $price, 2)"), HITS),
    ("XS035", put(HITS, "sum(litres) AS read_l", "sum(litres / $price) AS read_l"), HITS),
    ("XS040", put(CASES, "kind: boundary", "kind: non_hit"), CASES),
    ("XS041", put(HITS, "'SELF_USE'", "'OWN_USE'"), HITS),
    ("XS042", put(HITS, " WHEN declared_l = 0 THEN 'SMALL'", ""), RULE),
    ("XS043", put(CASES, "exclusion_code: SMALL", "exclusion_code: SELF_USE"), RULE),
    ("XS044", put(CASES, "toy.reading: {columns: [station_id", "toy.claim: {columns: [station_id"), CASES),
    ("XS044", put(CASES, "columns: [station_id, read_date", "columns: [shop, read_date"), CASES),
    ("XS050", put(RULE, "[toy_law_1, toy_law_2]", "[toy_law_9]"), RULE),
    ("XS050", put(MODEL, "basis: toy_law_1", "basis: toy_law_9"), MODEL),
    ("XS051", put(MODEL, "status: draft", PUBLISHED), RULE),
    ("XS052", put(RULE, "{gap_l:number}", "{gap_m:number}"), RULE),
    ("XS052", put(RULE, "{gap_l:number}", "{gap_l:money}"), RULE),
    ("XS052", put(RULE, "{approval_no}", "{approval}"), RULE),
    ("XS053", put(MODEL, "filing_threshold: filing_yuan", "filing_threshold: filing"), MODEL),
    ("XS053", put(MODEL, "name: name, region", "name: title, region"), MODEL),
    ("XS054", put(RULE, "declaration: 申报}", "form: 申报}"), EVIDENCE),
    ("XS055", put(HITS, "station_id AS subject_id", "station_id AS subject"), HITS),
    ("XS055", put(HITS, "CAST(round(gap_l * $price, 2) AS DECIMAL(18, 2)) AS amount", "gap_l AS amount"), HITS),
    ("XS056", put(EVIDENCE, "'reading' AS role", "'reading' AS part"), EVIDENCE),
    ("XS057", add(GRAPH, "SELECT station_id AS left_id, station_id AS other_id FROM toy.reading"), GRAPH),
    ("XS057", add(GRAPH, "SELECT station_id AS left_id, station_id AS right_id FROM toy.reading"), GRAPH),
    ("XS060", put(MART, "-- grain:", "-- grains:"), MART),
    ("XS061", put(MART, "-- inputs: toy.station", "-- inputs: toy.reading"), MART),
    ("XS070", put(MAPPING, "litres: sum(volume)", "litres: sum(volumes)"), MAPPING),
    ("XS070", put(MAPPING, "  toy.declaration:\n    from: null\n", ""), MAPPING),
    ("XS070", put(MAPPING, "rules: [late]", "rules: [late, early]"), MAPPING),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copy = tmp_path / "project"
    shutil.copytree(SOURCE, copy)
    return copy


def test_right_project_has_no_findings(project: Path) -> None:
    assert check_project(project) == []


@pytest.mark.parametrize(("code", "change", "place"), TRIPS)
def test_code_trips_in_its_file(project: Path, code: str, change: Change, place: str) -> None:
    change(project)
    found = [item for item in check_project(project) if item.code == code]
    assert found, f"{code} did not trip"
    assert place == "" or project / place in {item.file for item in found}
    assert all(item.message and item.fix and item.line >= 1 for item in found)


def test_every_code_has_a_change_that_trips_it() -> None:
    assert {code for code, _, _ in TRIPS} == set(CODES)


def test_findings_point_at_the_line(project: Path) -> None:
    put(HITS, "WHERE gap_l > $gap_litres", "WHERE gap_l > 777")(project)
    lines = (project / HITS).read_text(encoding="utf-8").splitlines()
    found = {item.code: item for item in check_project(project)}["XS020"]
    assert lines[found.line - 1][found.column - 1 :] == "777"


def test_noted_literals_are_left_alone(project: Path) -> None:
    put(HITS, "WHERE gap_l > $gap_litres", "WHERE gap_l > $gap_litres * 24 -- literal: hours of a day")(project)
    assert check_project(project) == []


def test_document_and_code_list_agree() -> None:
    text = (Path(__file__).parents[2] / "docs" / "lint.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^### (XS\d{3}) (.+)$", text, re.MULTILINE))
    assert told == CODES
