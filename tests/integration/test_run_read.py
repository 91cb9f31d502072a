"""What comes out of a run: exports, evaluation against planted truth, two runs at once."""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from toy import Toy

from xiansuo.clues.evaluate import evaluate
from xiansuo.clues.export import HEADINGS, export_clues
from xiansuo.clues.query import list_clues, list_runs
from xiansuo.clues.run import run_model
from xiansuo.core.errors import InputError, UsageError


@pytest.fixture
def ran(delivered: Toy) -> Toy:
    run_model(delivered.settings, "toy_model")
    return delivered


def test_csv_reads_back_with_chinese_headings(ran: Toy) -> None:
    data = export_clues(ran.settings, "toy_model", "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert list(rows[0]) == list(HEADINGS.values())
    assert {row["对象代码"] for row in rows} == {"S1", "S4", "S5"} and rows[0]["较上次"] == "新增"
    assert rows[0]["模型"] == "测试模型" and rows[0]["命中规则"].startswith("T1 读数大于申报")


def test_json_and_xlsx_hold_the_same_clues(ran: Toy) -> None:
    import python_calamine

    listed = json.loads(export_clues(ran.settings, "toy_model", "json"))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(export_clues(ran.settings, "toy_model", "xlsx")))
    sheet = book.get_sheet_by_index(0).to_python()
    assert sheet[0] == list(HEADINGS.values())
    assert [row[0] for row in sheet[1:]] == [row["clue_id"] for row in listed]


def test_texts_that_look_like_formulas_stay_texts(delivered: Toy) -> None:
    delivered.deliver("toy.station", [["S0", "=1+1", "330106"]])
    delivered.deliver("toy.reading", [["S0", "2025-05-01", 900]])
    run_model(delivered.settings, "toy_model")
    text = export_clues(delivered.settings, "toy_model", "csv").decode("utf-8-sig")
    assert "'=1+1" in text and ",=1+1" not in text


def test_unknown_format_and_run_are_refused(ran: Toy) -> None:
    with pytest.raises(UsageError):
        export_clues(ran.settings, "toy_model", "pdf")
    with pytest.raises(UsageError):
        list_clues(ran.settings, "toy_model", run="nope")


def plant(folder: Path, rows: list[tuple[str, str, str, str, str]]) -> None:
    folder.mkdir()
    pl.DataFrame(
        [
            {
                "case_id": case,
                "model_id": "toy_model",
                "rule_id": "volume",
                "label": label,
                "strength": "A",
                "kind": "k",
                "at_threshold": False,
                "subject_id": subject,
                "occurred_from": first,
                "occurred_to": last,
                "exclusion_code": None,
                "note": "",
            }
            for case, label, subject, first, last in rows
        ]
    ).with_columns(pl.col("occurred_from", "occurred_to").str.to_date()).write_parquet(folder / "cases.parquet")


def test_evaluation_counts_what_was_found_missed_and_leaked(ran: Toy, tmp_path: Path) -> None:
    plant(
        tmp_path / "truth",
        [
            ("v1", "violation", "S1", "2025-01-01", "2025-06-30"),
            ("v2", "violation", "S2", "2025-01-01", "2025-06-30"),
            ("l1", "lookalike", "S3", "2025-01-01", "2025-06-30"),
            ("l2", "lookalike", "S4", "2025-02-01", "2025-02-28"),
        ],
    )
    report = evaluate(ran.settings, tmp_path / "truth")
    rule = next(score for score in report.rules if score.rule_id == "volume")
    assert (rule.recall, rule.recall_a, rule.lookalike_leak) == (0.5, 0.5, 0.5)
    assert [case["case_id"] for case in report.misses] == ["v2"]
    assert [case["case_id"] for case in report.leaks] == ["l2"]
    assert rule.hits == 18 and rule.hits_right == 6 and rule.precision == 6 / 18
    assert report.overall.violations == 2


def test_evaluation_without_truth_says_so(ran: Toy, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        evaluate(ran.settings, tmp_path)


def test_two_runs_at_once_make_one_run(delivered: Toy) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: run_model(delivered.settings, "toy_model"), range(2)))
    assert sorted(result.skipped for result in results) == [False, True]
    assert len(list_runs(delivered.settings, "toy_model")) == 1


def test_a_home_with_blanks_and_chinese_in_its_path_works(tmp_path: Path) -> None:
    toy = Toy(tmp_path / "线 索#1")
    toy.deliver_all()
    assert run_model(toy.settings, "toy_model").counts["clues_new"] == 3
