"""Runs one after the other: nothing vanishes, and every change says why."""

from __future__ import annotations

import shutil
from typing import Any

from toy import DECLARATIONS, READINGS, STATIONS, Toy

from xiansuo.api import Xiansuo
from xiansuo.cli.main import main
from xiansuo.clues.query import get_clue, list_clues
from xiansuo.clues.run import run_model
from xiansuo.ingest.receipts import receipts

RULE = "models/toy_model/rules/volume/hits.sql"
PARAMETERS = "models/toy_model/parameters.yml"


def clue_of(toy: Toy, subject: str) -> dict[str, Any]:
    rows = list_clues(toy.settings, "toy_model").filter(subject_id=subject).to_dicts()
    assert len(rows) == 1
    return rows[0]


def delivery_of(toy: Toy, dataset: str) -> str:
    return receipts(toy.settings, dataset)[0].delivery_id


def corrected_readings(toy: Toy, rows: list[list[Any]]) -> None:
    toy.deliver("toy.reading", rows, corrects=delivery_of(toy, "toy.reading"))


def test_clue_gone_after_a_correction_stays_withdrawn_with_the_reason(delivered: Toy) -> None:
    run_model(delivered.settings, "toy_model")
    before = clue_of(delivered, "S1")
    corrected_readings(delivered, [row for row in READINGS if row[0] != "S1"])
    result = run_model(delivered.settings, "toy_model")
    clue = clue_of(delivered, "S1")
    assert result.counts["clues_withdrawn"] == 1 and result.counts["clues"] == 3
    assert clue["clue_id"] == before["clue_id"] and clue["change"] == "withdrawn"
    assert clue["changed_why"].startswith("更正数据（读数）后不再命中：T1 2025年1月、T1 2025年2月")
    detail = get_clue(delivered.settings, clue["clue_id"])
    assert detail.evidence and detail.run["run_id"] == before["run_id"]


def test_withdrawn_clue_stays_in_later_runs_and_may_return(delivered: Toy) -> None:
    run_model(delivered.settings, "toy_model")
    corrected_readings(delivered, [row for row in READINGS if row[0] != "S1"])
    run_model(delivered.settings, "toy_model")
    why = clue_of(delivered, "S1")["changed_why"]
    delivered.deliver("toy.station", [["S9", "站点9", "330106"]])
    run_model(delivered.settings, "toy_model")
    assert clue_of(delivered, "S1")["change"] == "withdrawn"
    assert clue_of(delivered, "S1")["changed_why"] == why
    delivered.deliver("toy.reading", [row for row in READINGS if row[0] == "S1"])
    run_model(delivered.settings, "toy_model")
    assert clue_of(delivered, "S1")["change"] == "changed"
    assert clue_of(delivered, "S1")["changed_why"].startswith("此前撤回，新增数据（读数）后新增命中：T1 2025年1月")


def test_moved_measure_is_named_with_both_values_and_the_data_as_cause(delivered: Toy) -> None:
    run_model(delivered.settings, "toy_model")
    rows = [[*row[:2], 20] if row[:2] == ["S1", "2025-02-03"] else row for row in READINGS]
    corrected_readings(delivered, rows)
    result = run_model(delivered.settings, "toy_model")
    why = clue_of(delivered, "S1")["changed_why"]
    assert why.startswith("更正数据（读数）后T1 2025年2月金额由225.00变为237.50")
    assert "gap_l由180.0变为190.0" in why
    assert result.counts["clues_changed"] == 1 and result.counts["clues_same"] == 2


def test_changed_parameter_is_the_cause_of_what_it_changes(delivered: Toy) -> None:
    run_model(delivered.settings, "toy_model")
    delivered.edit(PARAMETERS, "value: 100}, {from: 2026", "value: 190}, {from: 2026")
    run_model(delivered.settings, "toy_model")
    clue = clue_of(delivered, "S1")
    assert clue["change"] == "changed"
    assert clue["changed_why"] == "调整参数（gap_litres）后不再命中：T1 2025年2月、T1 2025年4月、T1 2025年6月"


def test_changed_model_is_the_cause_and_names_both_versions(delivered: Toy) -> None:
    run_model(delivered.settings, "toy_model")
    delivered.edit("models/toy_model/model.yml", "version: 1.0.0", "version: 1.1.0")
    delivered.edit(RULE, "gap_l * $price", "gap_l * $price * 100")
    run_model(delivered.settings, "toy_model")
    why = clue_of(delivered, "S1")["changed_why"]
    assert why.startswith("模型变更（1.0.0→1.1.0）后T1 2025年1月金额由250.00变为25000.00")


def test_innocent_explanation_delivered_later_withdraws_by_name(delivered: Toy) -> None:
    run_model(delivered.settings, "toy_model")
    rows = [[*row[:3], "批9"] if row[0] == "S1" else row for row in DECLARATIONS]
    delivered.deliver("toy.declaration", rows, corrects=delivery_of(delivered, "toy.declaration"))
    run_model(delivered.settings, "toy_model")
    clue = clue_of(delivered, "S1")
    assert clue["change"] == "withdrawn"
    assert clue["changed_why"].startswith("更正数据（申报）后现有合理解释：T1 2025年1月（自用已获批准）")


def test_inputs_back_at_an_earlier_state_run_again_and_do_not_hide_the_correction(delivered: Toy) -> None:
    first = run_model(delivered.settings, "toy_model")
    delivered.edit(PARAMETERS, "value: 1.25", "value: 2.25")
    run_model(delivered.settings, "toy_model")
    delivered.edit(PARAMETERS, "value: 2.25", "value: 1.25")
    third = run_model(delivered.settings, "toy_model")
    assert not third.skipped and third.run_id == f"{first.run_id}-2"
    assert third.clues_hash == first.clues_hash
    assert third.counts["clues_changed"] == 3


def test_the_next_snapshot_is_an_update_and_no_correction(delivered: Toy) -> None:
    delivered.edit("assets/toy/station.yml", "mode: append", "mode: snapshot")
    run_model(delivered.settings, "toy_model")
    delivered.deliver("toy.station", [["S1", "新名", "330106"], *STATIONS[1:]])
    run_model(delivered.settings, "toy_model")
    assert clue_of(delivered, "S1")["changed_why"] == "更新数据（站点）后文字或依据有变化，命中未变"


def test_a_new_region_or_limitation_is_a_change(delivered: Toy) -> None:
    run_model(delivered.settings, "toy_model")
    rows = [["S1", "站点1", "330108"], *STATIONS[1:]]
    delivered.deliver("toy.station", rows, corrects=delivery_of(delivered, "toy.station"))
    assert run_model(delivered.settings, "toy_model").counts["clues_changed"] == 1
    assert (clue_of(delivered, "S1")["change"], clue_of(delivered, "S1")["region_code"]) == ("changed", "330108")
    delivered.edit("models/toy_model/model.yml", "years: 5", "years: 3")
    assert run_model(delivered.settings, "toy_model").counts["clues_same"] == 0


def test_the_evidence_of_a_withdrawn_clue_still_shows_its_rows(delivered: Toy) -> None:
    run_model(delivered.settings, "toy_model")
    corrected_readings(delivered, [row for row in READINGS if row[0] != "S1"])
    run_model(delivered.settings, "toy_model")
    lake = Xiansuo(delivered.settings)
    rows = lake.evidence(clue_of(delivered, "S1")["clue_id"])
    assert rows.height > 0 and rows["values"].null_count() == 0


def test_a_retired_model_holds_up_no_other(delivered: Toy) -> None:
    shutil.copytree(delivered.project / "models/toy_model", delivered.project / "models/a_old")
    delivered.edit("models/a_old/model.yml", "id: toy_model", "id: a_old")
    delivered.edit("models/a_old/model.yml", "status: draft", "status: retired\nretired_reason: 停用")
    where = ["--home", str(delivered.settings.home), "--project", str(delivered.project)]
    assert main(["run", *where]) == 0
    assert len(list_clues(delivered.settings, "toy_model")) == 3
    assert main(["run", "a_old", *where]) == 2
