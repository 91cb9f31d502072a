"""What the cache answers is what a fresh check answers, after every kind of edit; and only what changed is done anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from toy import SOURCE

from xiansuo.supervision import lint_jobs
from xiansuo.supervision.lint import check_project

Edit = Callable[[Path], None]
RULE = "models/toy_model/rules/volume"
CONTRACT = "data_contracts/toy/declaration.yml"


def put(path: str, old: str, new: str) -> Edit:
    def edit(project: Path) -> None:
        file = project / path
        text = file.read_text(encoding="utf-8")
        assert old in text, (path, old)
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def write(path: str, text: str) -> Edit:
    def edit(project: Path) -> None:
        (project / path).write_text(text, encoding="utf-8")

    return edit


def remove(path: str) -> Edit:
    return lambda project: (project / path).unlink()


EDITS: dict[str, Edit] = {
    "contract column renamed": put(CONTRACT, "name: approval_no,", "name: permit_no,"),
    "contract column of another type": put(
        CONTRACT, "semanticType: quantity, logicalType: number", "semanticType: date"
    ),
    "contract not understood": put(CONTRACT, "semanticType: month", "semanticType: moon"),
    "contract deleted": remove(CONTRACT),
    "contract of the foreign dataset changed": put("data_contracts/toy/claim.yml", "name: volume", "name: amount_l"),
    "asset deleted": remove("assets/toy/station.yml"),
    "mart column renamed": put("sql/marts/subject_station.sql", "AS region_code", "AS region"),
    "mart does not bind": put("sql/marts/subject_station.sql", "min(name)", "min(nome)"),
    "mart reads another table": put("sql/marts/subject_station.sql", "FROM toy.station", "FROM toy.claim"),
    "mart header broken": put("sql/marts/subject_station.sql", "-- grain:", "-- grains:"),
    "mart deleted": remove("sql/marts/subject_station.sql"),
    "mart added": write(
        "sql/marts/more.sql",
        "-- name: more\n-- title: 更多\n-- grain: one\n-- inputs: marts.subject_station\n-- materialise: view\n"
        "SELECT station_id, nome FROM marts.subject_station\n",
    ),
    "rule changed": put(f"{RULE}/hits.sql", "WHERE gap_l > $gap_litres", "WHERE gap_l > 777"),
    "rule renamed in its file": put(f"{RULE}/rule.yml", "id: volume", "id: volumes"),
    "evidence changed": put(f"{RULE}/evidence.sql", "'reading' AS role", "'lecture' AS role"),
    "case changed": put(f"{RULE}/cases.yml", "kind: boundary", "kind: edge"),
    "file of a rule deleted": remove(f"{RULE}/evidence.sql"),
    "file of a rule added": write(f"{RULE}/notes.txt", "留言"),
    "file not UTF-8": lambda project: (project / RULE / "hits.sql").write_bytes("-- 加油".encode("gb18030")),
    "parameter removed": put("models/toy_model/parameters.yml", "gap_litres:", "gap_liters:"),
    "parameter dated": put(
        "models/toy_model/parameters.yml",
        "values: [{from: 2020-01-01, value: 5}]",
        "values: [{from: 2020-01-01, value: 5}, {from: 2021-01-01, value: 6}]",
    ),
    "input no longer declared": put("models/toy_model/model.yml", "litres, approval_no]", "litres]"),
    "law removed": put("models/toy_model/model.yml", "id: toy_law_2", "id: toy_law_3"),
    "readme deleted": remove("models/toy_model/README.md"),
    "mapping changed": put("models/toy_model/mappings/elsewhere.yml", "sum(volume)", "sum(volumes)"),
    "graph added": write("models/toy_model/graphs.sql", "SELECT 1"),
    "scoring broken": put("models/scoring.yml", "unit: 分", "units: 分"),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copy = tmp_path / "project"
    shutil.copytree(SOURCE, copy)
    return copy


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "home" / "cache" / "check.json"


@pytest.mark.parametrize("edit", EDITS.values(), ids=list(EDITS))
def test_cached_answer_is_the_fresh_one_after_an_edit_and_after_undoing_it(
    project: Path, cache: Path, tmp_path: Path, edit: Edit
) -> None:
    assert check_project(project, cache=cache) == []
    edit(project)
    fresh = check_project(project)
    assert fresh != []
    assert check_project(project, cache=cache) == fresh
    assert check_project(project, cache=cache) == fresh
    shutil.rmtree(project)
    shutil.copytree(SOURCE, project)
    assert check_project(project, cache=cache) == []


def test_edits_one_after_the_other_keep_the_answers_equal(project: Path, cache: Path) -> None:
    for name in (
        "rule changed",
        "mart column renamed",
        "parameter removed",
        "contract column renamed",
        "asset deleted",
    ):
        EDITS[name](project)
        assert check_project(project, cache=cache) == check_project(project), name


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """What is really checked: kind and name, and the rules that were taken from the cache."""
    seen: list[tuple[str, list[str]]] = []
    real = lint_jobs.do

    def do(project: Path, request: lint_jobs.Request) -> lint_jobs.Result:
        seen.append((request["name"], sorted(request.get("done", ()))))
        return real(project, request)

    monkeypatch.setattr(lint_jobs, "do", do)
    return seen


def test_only_what_changed_is_checked_again(project: Path, cache: Path, done: list[tuple[str, list[str]]]) -> None:
    check_project(project, cache=cache)
    assert sorted(name for name, _ in done) == [
        "toy.claim",
        "toy.declaration",
        "toy.reading",
        "toy.station",
        "toy_model",
    ]
    done.clear()
    check_project(project, cache=cache)
    assert done == []
    EDITS["rule changed"](project)
    check_project(project, cache=cache)
    assert done == [("toy_model", ["late"])]
    done.clear()
    EDITS["contract column renamed"](project)
    check_project(project, cache=cache)
    assert [name for name, _ in done] == ["toy.declaration", "toy_model"]


@pytest.mark.parametrize("text", ["", "{", "[]\n{}", '["", ""]\n[]', "\x00" * 9])
def test_broken_cache_file_is_ignored_and_mended(project: Path, cache: Path, text: str) -> None:
    EDITS["rule changed"](project)
    fresh = check_project(project, cache=cache)
    good = cache.read_text(encoding="utf-8")
    cache.write_text(text, encoding="utf-8")
    assert check_project(project, cache=cache) == fresh
    assert cache.read_text(encoding="utf-8") == good


def test_cut_or_changed_cache_file_is_ignored(project: Path, cache: Path, done: list[tuple[str, list[str]]]) -> None:
    fresh = check_project(project, cache=cache)
    good = cache.read_text(encoding="utf-8")
    for text in (good[:-20], good.replace('"findings": []', '"findings": [[]]')):
        cache.write_text(text, encoding="utf-8")
        done.clear()
        assert check_project(project, cache=cache) == fresh
        assert done != []


def test_cache_that_cannot_be_written_costs_no_findings(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    assert check_project(project, cache=file / "check.json") == []


def test_two_processes_say_what_one_says(project: Path) -> None:
    EDITS["rule changed"](project)
    EDITS["contract column renamed"](project)
    for number in range(30):
        text = (SOURCE / "data_contracts/toy/claim.yml").read_text(encoding="utf-8")
        other = text.replace("toy.claim", f"toy.claim{number}").replace("name: claim\n", f"name: claim{number}\n")
        write(f"data_contracts/toy/claim{number}.yml", other)(project)
    shutil.copytree(project / "models/toy_model", project / "models/copied")
    put("models/copied/model.yml", "id: toy_model", "id: copied")(project)
    one = check_project(project)
    assert len(one) > 30
    assert check_project(project, workers=2) == one


def test_paths_keep_to_the_units_that_hold_or_read_them(project: Path) -> None:
    EDITS["rule changed"](project)
    EDITS["asset deleted"](project)
    EDITS["scoring broken"](project)
    every = check_project(project)
    assert {item.code for item in every} == {"XS020", "XS022", "XS005", "XS003"}
    rule = check_project(project, paths=[project / RULE / "hits.sql"])
    assert {item.code for item in rule} == {"XS020", "XS022"}
    station = check_project(project, paths=[project / "data_contracts/toy/station.yml"])
    assert {item.code for item in station} == {"XS005", "XS020", "XS022"}, "the model reads what the contract defines"
    assert check_project(project, paths=[project / "data_contracts/toy/claim.yml"]) != every
    assert check_project(project, paths=[project / "workspace.yaml"]) == []
    assert check_project(project, paths=[project]) == every


def test_a_table_only_cases_name_counts_as_read(project: Path, cache: Path) -> None:
    put(f"{RULE}/cases.yml", "toy.reading: {columns: [station_id", "toy.station: {columns: [station_id")(project)
    put(f"{RULE}/cases.yml", "read_date, litres]", "name, region_code]")(project)
    before = check_project(project, cache=cache)
    assert before == check_project(project)
    put("data_contracts/toy/station.yml", "{name: name,", "{name: title,")(project)
    after = check_project(project, cache=cache)
    assert after == check_project(project) != before
