"""Diff and sweep on the toy, where every moved clue is known beforehand; verdict files; single edits of SQL."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from toy import READINGS, Toy

from xiansuo.cli.main import main
from xiansuo.clues.diff import Diff, diff
from xiansuo.clues.diff_page import diff_page
from xiansuo.clues.query import list_clues, list_runs
from xiansuo.clues.run import run_model
from xiansuo.clues.sweep import sweep
from xiansuo.clues.sweep_page import sweep_page
from xiansuo.clues.verdicts import read_verdicts
from xiansuo.core.errors import InputError, UsageError
from xiansuo.supervision.sql_edits import edits, without

MODEL = "toy_model"
HITS = "models/toy_model/rules/volume/hits.sql"


@pytest.fixture
def run(delivered: Toy) -> Toy:
    run_model(delivered.settings, MODEL)
    return delivered


Move = tuple[str, Decimal | None, Decimal | None]


def moves(found: Diff) -> dict[str, Move]:
    return {clue.subject_id: (clue.kind, clue.amount_before, clue.amount_after) for clue in found.moved}


def test_nothing_changed_moves_nothing(run: Toy) -> None:
    found = diff(run.settings, MODEL)
    assert found.moved == () and found.groups == () and found.note is None
    assert found.clues_before == found.clues_after == 3
    assert len(list_runs(run.settings, MODEL)) == 1


def test_first_seeded_change_a_lower_threshold(run: Toy) -> None:
    """S6 reads 300 or 280 and declares 200: above 90 in the three long months only, 100 litres each at 1.25 yuan."""
    found = diff(run.settings, MODEL, changes={"gap_litres": "90"})
    assert found.moved == ()  # the value of 2026 changed; all events are of 2025
    run.edit("models/toy_model/parameters.yml", "{from: 2020-01-01, value: 100}", "{from: 2020-01-01, value: 90}")
    found = diff(run.settings, MODEL)
    assert moves(found) == {"S6": ("appears", None, Decimal("375.00"))}
    [group] = found.groups
    assert "差额" in group.mover and group.clues == {"appears": 1, "disappears": 0, "changes": 0}
    assert group.amount == Decimal("375.00")


def test_second_seeded_change_an_exclusion_that_no_longer_applies(run: Toy) -> None:
    """S3's own use is approved. Without that arm its six months count: three of 200 and three of 180 litres."""
    run.edit(HITS, "WHEN approval_no IS NOT NULL THEN 'SELF_USE' WHEN", "WHEN")
    found = diff(run.settings, MODEL)
    assert moves(found) == {"S3": ("appears", None, Decimal("1425.00"))}
    [group] = found.groups
    assert "SELF_USE" in group.mover


def test_third_seeded_change_two_conditions_at_once_are_told_apart(run: Toy) -> None:
    """A price of 2 changes the money of every clue; the stricter gap takes S1's short months (180 litres) away."""
    litres = 10 * [row[0] for row in READINGS].count("S4")
    run.edit("models/toy_model/parameters.yml", "value: 1.25", "value: 2")
    run.edit(HITS, "WHERE gap_l > $gap_litres", "WHERE gap_l > $gap_litres AND gap_l <> 180")
    found = diff(run.settings, MODEL)
    assert moves(found) == {
        "S1": ("changes", Decimal("1425.00"), Decimal("1200.00")),
        "S4": ("changes", Decimal(litres) * Decimal("1.25"), Decimal(litres) * 2),
        "S5": ("changes", Decimal(litres) * Decimal("1.25"), Decimal(litres) * 2),
    }
    movers = {clue.subject_id: clue.movers for clue in found.moved}
    price, strict = "参数「单价」（price）1.25 → 2", "T1 新增条件：gap_l <> 180"
    assert set(movers["S1"]) == {price, strict}
    assert movers["S4"] == (price,) and movers["S5"] == (price,)
    assert {group.mover: sum(group.clues.values()) for group in found.groups} == {price: 3, strict: 1}


def test_changes_needed_together_are_named_together(run: Toy) -> None:
    """S2 declares all 300 litres. Only 14 of 15 parts counted and a gap of 10 allowed bring in its long months."""
    run.edit("models/toy_model/parameters.yml", "{from: 2020-01-01, value: 100}", "{from: 2020-01-01, value: 10}")
    run.edit(HITS, "coalesce(d.litres, 0) AS gap_l", "coalesce(d.litres, 0) * 14 / 15 AS gap_l")
    found = diff(run.settings, MODEL)
    [clue] = [clue for clue in found.moved if clue.subject_id == "S2"]
    assert (clue.kind, clue.amount_after) == ("appears", Decimal("75.00"))
    [mover] = clue.movers
    parameter, _, piece = mover.partition(" 且 ")
    assert parameter == "参数「差额」（gap_litres）2020-01-01 起 100 → 10"
    assert piece.startswith("T1 输出列 gap_l（compared）：") and piece.endswith("* 14 / 15")


def test_an_effect_that_changes_is_named(run: Toy) -> None:
    run.edit("models/toy_model/rules/volume/rule.yml", "effect: downgrade", "effect: drop")
    found = diff(run.settings, MODEL)
    assert moves(found)["S5"][0] == "disappears"
    assert found.groups[0].mover == "T1 排除项「申报为零」由降级改为排除"


def test_rules_that_come_and_go_are_named(run: Toy) -> None:
    shutil.rmtree(run.project / "models" / MODEL / "rules" / "late")
    text = (run.project / "models" / MODEL / "mappings" / "elsewhere.yml").read_text(encoding="utf-8")
    (run.project / "models" / MODEL / "mappings" / "elsewhere.yml").write_text(
        text.replace("[late]", "[volume]"), encoding="utf-8"
    )
    found = diff(run.settings, MODEL)
    assert moves(found)["S4"][0] == "changes"
    assert any(group.mover.startswith("去掉规则") for group in found.groups)


def test_a_version_a_run_and_a_folder_can_be_compared_with(run: Toy, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(run.project, old)
    first = list_runs(run.settings, MODEL)[0]
    run.edit(HITS, "WHERE gap_l > $gap_litres", "WHERE gap_l > 2 * $gap_litres")
    run.edit("models/toy_model/model.yml", "version: 1.0.0", "version: 1.1.0")
    expected = moves(diff(run.settings, MODEL))
    assert expected == {"S1": ("disappears", Decimal("1425.00"), None)}
    assert moves(diff(run.settings, MODEL, against=first["run_id"][:8])) == expected
    assert moves(diff(run.settings, MODEL, against="1.0.0")) == expected
    assert moves(diff(run.settings, MODEL, against=str(old))) == expected
    run_model(run.settings, MODEL)
    assert diff(run.settings, MODEL).moved == ()
    assert moves(diff(run.settings, MODEL, against="1.0.0")) == expected
    with pytest.raises(UsageError, match="nothing to compare with"):
        diff(run.settings, MODEL, against="9.9.9")


def test_the_data_are_those_of_the_run_compared_with(run: Toy) -> None:
    run.deliver("toy.station", [["S9", "站点9", "330106"]])
    run.deliver("toy.reading", [["S9", "2025-02-01", 900]])
    assert diff(run.settings, MODEL).moved == ()


def test_verdicts_are_counted_where_the_clues_move(run: Toy, tmp_path: Path) -> None:
    ids = {row["subject_id"]: row["clue_id"] for row in list_clues(run.settings, MODEL).to_dicts()}
    file = tmp_path / "verdicts.csv"
    file.write_text(f"clue_id,verdict\n{ids['S4']},属实\n{ids['S5']},不成案\n", encoding="utf-8")
    found = diff(run.settings, MODEL, changes={"price": "2"}, verdicts=read_verdicts(file))
    [group] = found.groups
    assert group.verdicts["changes"] == {"confirmed": 1, "rejected": 1}
    page = diff_page(found)
    assert "属实 1" in page and "有变化" in page and "http" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("v.csv", "clue_id,verdict\nabc,大概\n", "unknown verdict"),
        ("v.csv", "clue_id\nabc\n", "lacks a field"),
        ("v.json", '{"clue_id": "abc"}', "list of objects"),
        ("v.json", "[", "not JSON"),
        ("v.json", '[{"clue_id": "a", "verdict": "属实"}, {"clue_id": "a", "verdict": "不属实"}]', "two verdicts"),
    ],
)
def test_bad_verdict_files_are_refused_by_name(tmp_path: Path, name: str, text: str, message: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        read_verdicts(file)
    assert error.value.file == str(file)


def test_a_sweep_counts_clues_and_money_at_every_value(run: Toy) -> None:
    run.edit("models/toy_model/parameters.yml", ", {from: 2026-01-01, value: 50}", "")
    run_model(run.settings, MODEL)
    found = sweep(run.settings, MODEL, "gap_litres", "50..250/50")
    assert [point.value for point in found.points] == ["50", "100", "150", "200", "250"]
    assert [point.standing for point in found.points] == [False, True, False, False, False]
    by_value = {point.value: point for point in found.points}
    assert [point.clues for point in found.points] == [4, 3, 3, 2, 2]  # S6 from 50, S1 gone from 200
    assert by_value["50"].amount - by_value["100"].amount == Decimal(100 * 3 + 80 * 3) * Decimal("1.25")
    assert sweep_page(found).count("<svg") == 2
    with pytest.raises(UsageError, match="no such parameter"):
        sweep(run.settings, MODEL, "nothing", "1..2")
    with pytest.raises(UsageError, match="not a range"):
        sweep(run.settings, MODEL, "gap_litres", "9..2")


def test_both_commands_write_pages_and_json(run: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    shared = ["--home", str(run.settings.home), "--project", str(run.project)]
    assert main([*shared, "diff", MODEL, "--set", "price=2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {clue["subject_id"] for clue in told["moved"]} == {"S1", "S4", "S5"}
    assert main([*shared, "diff", MODEL, "--set", "price=2"]) == 0
    assert "price" in capsys.readouterr().out
    assert (run.settings.home / "exports" / "diff" / f"{MODEL}.html").is_file()
    assert main([*shared, "sweep", f"{MODEL}.price", "1,2"]) == 0
    assert "1.25 *" in capsys.readouterr().out
    assert (run.settings.home / "exports" / "sweep" / f"{MODEL}.price.html").is_file()
    assert main([*shared, "diff", MODEL, "--set", "price"]) == 2
    assert main([*shared, "diff", MODEL, "--set", "price=dear"]) == 2


def test_every_edit_can_be_undone_alone() -> None:
    old = "WITH a AS (SELECT x, y FROM t.t WHERE x > 0) SELECT x, CASE WHEN y > 1 THEN 'A' END AS c FROM a WHERE x < 9"
    new = (
        "WITH b AS (SELECT x FROM t.u), a AS (SELECT x, y FROM t.t WHERE x >= 0 AND y = 2) "
        "SELECT x, CASE WHEN y > 3 THEN 'A' END AS c FROM a JOIN b ON b.x = a.x WHERE x < 9"
    )
    found = edits(old, new)
    assert found is not None
    assert [(edit.part, edit.clause, edit.before, edit.after) for edit in found] == [
        ("", "c", "CASE WHEN y > 1 THEN 'A' END", "CASE WHEN y > 3 THEN 'A' END"),
        ("", "joins", "", "JOIN b ON b.x = a.x"),
        ("a", "where", "", "y = 2"),
        ("a", "where", "x > 0", "x >= 0"),
    ]
    assert without(old, new, []) == new
    undone = without(old, new, found)
    assert undone == old  # the part nobody reads any more is gone
    assert edits("SELECT 1 AS a UNION ALL SELECT 2", "SELECT 1 AS a") is None
