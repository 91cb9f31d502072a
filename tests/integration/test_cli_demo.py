"""The command line over a small province: every command, what programs read, what people read."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from xiansuo.cli.main import main

if TYPE_CHECKING:
    from conftest import Demo

MODELS = tuple(sorted(path.parent.name for path in (Path(__file__).parents[2] / "models").glob("*/model.yml")))
HEADINGS = ("为什么是线索", "金额", "已核对的合理解释", "法律依据", "证据", "核查指引", "移送与时效", "形成过程")
Capture = pytest.CaptureFixture[str]


def _json(capsys: Capture, words: list[str], code: int = 0) -> Any:
    assert main([*words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def _text(capsys: Capture, words: list[str], code: int = 0) -> str:
    assert main(words) == code
    return capsys.readouterr().out


def _first_clue(demo: Demo, capsys: Capture, model: str = "fuel_tax") -> dict[str, Any]:
    clue: dict[str, Any] = _json(capsys, demo.command("clues", model))[0]
    return clue


def test_every_delivered_row_is_in_the_lake_in_quarantine_or_a_duplicate(demo: Demo, capsys: Capture) -> None:
    rows = _json(capsys, demo.command("deliveries"))
    assert len(rows) >= demo.counts["deliveries"] > 50
    for row in (row for row in rows if row["status"] == "accepted"):
        assert row["rows_delivered"] == row["rows_lake"] + row["rows_quarantined"] + row["rows_duplicate"], row


def test_deliveries_can_be_narrowed_to_one_dataset(demo: Demo, capsys: Capture) -> None:
    rows = _json(capsys, demo.command("deliveries", "ref.region"))
    assert {row["dataset"] for row in rows} == {"ref.region"}
    assert "ref.region" in _text(capsys, demo.command("deliveries", "ref.region"))


def test_quarantine_shows_original_text_and_reasons_in_both_languages(demo: Demo, capsys: Capture) -> None:
    found = [row for row in _json(capsys, demo.command("deliveries")) if row["rows_quarantined"]]
    rows = _json(capsys, demo.command("quarantine", found[0]["dataset"]))
    assert rows[0]["reasons_zh"]
    assert rows[0]["reasons_en"]
    assert isinstance(json.loads(rows[0]["original"]), dict)


def test_an_unknown_dataset_is_bad_use(demo: Demo, capsys: Capture) -> None:
    assert main(demo.command("quarantine", "fuel.nothing")) == 2
    assert "fuel.nothing" in capsys.readouterr().err


@pytest.mark.parametrize("model", MODELS)
def test_each_model_found_clues_with_evidence(demo: Demo, model: str, capsys: Capture) -> None:
    clues = _json(capsys, demo.command("clues", model))
    assert clues
    assert all(clue["evidence_count"] > 0 for clue in clues if clue["change"] != "withdrawn")
    assert [clue["score"] for clue in clues] == sorted((clue["score"] for clue in clues), reverse=True)


def test_a_list_can_be_written_as_csv_and_xlsx(
    demo: Demo, capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    import openpyxl

    assert main(demo.command("clues", "fuel_tax", "--format", "csv")) == 0
    lines = capsysbinary.readouterr().out.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("线索编号,")
    target = tmp_path / "clues.xlsx"
    assert main(demo.command("clues", "fuel_tax", "--format", "xlsx", "--out", str(target))) == 0
    sheet = openpyxl.load_workbook(io.BytesIO(target.read_bytes())).active
    assert sheet is not None
    assert sheet["A1"].value == "线索编号"


@pytest.mark.parametrize("model", MODELS)
def test_the_page_of_a_clue_answers_what_a_prosecutor_asks(demo: Demo, model: str, capsys: Capture) -> None:
    clue = _first_clue(demo, capsys, model)
    page = _text(capsys, demo.command("clue", clue["clue_id"]))
    for heading in (
        "为什么是线索",
        "金额",
        "已核对的合理解释",
        "法律依据",
        "证据",
        "核查指引",
        "移送与时效",
        "形成过程",
    ):
        assert heading in page
    assert clue["subject_id"] in page
    assert "函" in page or "号" in page
    assert "第" in page
    assert "行〔" in page


def test_a_clue_for_programs_carries_the_delivered_values(demo: Demo, capsys: Capture) -> None:
    page = _json(capsys, demo.command("clue", _first_clue(demo, capsys)["clue_id"]))
    assert page["clue"]["explanation"]
    assert all(item["values"] for item in page["evidence"])
    assert all(source["sender"] and source["sha256"] for source in page["sources"])


def test_an_unknown_clue_or_model_is_bad_use(demo: Demo, capsys: Capture) -> None:
    assert main(demo.command("clue", "0" * 20)) == 2
    assert main(demo.command("clues", "no_such_model")) == 2
    assert main(demo.command("run", "no_such_model")) == 2
    assert "fuel_tax" in capsys.readouterr().err


def test_a_second_run_of_the_same_is_skipped(demo: Demo, capsys: Capture) -> None:
    rows = _json(capsys, demo.command("run", "fuel_tax"))
    assert rows[0]["skipped"] is True
    assert rows[0]["run_id"] == demo.counts["models"]["fuel_tax"]["run_id"]


def test_one_clue_verifies_against_the_delivered_bytes(demo: Demo, capsys: Capture) -> None:
    report = _json(capsys, demo.command("verify", _first_clue(demo, capsys)["clue_id"]))
    assert report["clues"] == 1
    assert report["evidence_rows"] > 0
    assert report["failed"] == 0


def test_verify_wants_to_know_which_clues(demo: Demo, capsys: Capture) -> None:
    assert main(demo.command("verify")) == 2
    assert "--all" in capsys.readouterr().err


def test_a_changed_vault_file_fails_the_clues_that_rest_on_it(demo: Demo, tmp_path: Path, capsys: Capture) -> None:
    home = tmp_path / "home"
    shutil.copytree(demo.home, home)
    words = ["--home", str(home), "--project", demo.command()[-1]]
    clue = _first_clue(demo, capsys)
    source = _json(capsys, demo.command("clue", clue["clue_id"]))["sources"][0]
    kept = next(home.joinpath("vault").rglob(source["sha256"] + "*"))
    kept.chmod(0o644)
    kept.write_bytes(kept.read_bytes() + b"\n")
    report = _json(capsys, ["verify", clue["clue_id"], *words], code=1)
    assert report["failed_clues"] == [clue["clue_id"]]


def test_evaluate_reports_overall_and_per_rule(demo: Demo, capsys: Capture) -> None:
    report = _json(capsys, demo.command("evaluate", "--truth", str(demo.truth)))
    assert {"recall_a", "recall", "precision", "lookalike_leak"} <= set(report["overall"])
    assert "fuel_tax.undeclared_sales" in report["rules"]
    assert all(0 <= report["overall"][name] <= 1 for name in ("recall_a", "recall", "precision", "lookalike_leak"))
    assert "fuel_tax.undeclared_sales" in _text(capsys, demo.command("evaluate", "--truth", str(demo.truth)))


def test_evaluate_without_truth_is_bad_input(demo: Demo, tmp_path: Path) -> None:
    assert main(demo.command("evaluate", "--truth", str(tmp_path))) == 3


def test_status_counts_deliveries_and_runs(demo: Demo, capsys: Capture) -> None:
    found = _json(capsys, demo.command("status"))
    assert sum(row["deliveries"] for row in found["datasets"]) > 50
    assert {row["model"] for row in found["models"]} == set(MODELS)
    assert all(row["clues"] for row in found["models"])
    assert "fuel_tax" in _text(capsys, demo.command("status"))


def test_sql_answers_in_three_forms(demo: Demo, capsys: Capture) -> None:
    query = "SELECT count(*) AS stations FROM fuel.gas_station"
    stations = _json(capsys, demo.command("sql", query))[0]["stations"]
    assert stations > 0
    assert _text(capsys, demo.command("sql", query, "--format", "csv")) == f"stations\n{stations}\n"
    assert str(stations) in _text(capsys, demo.command("sql", query))


def test_the_same_demo_again_repeats_nothing_and_another_is_refused(demo: Demo, capsys: Capture) -> None:
    again = _json(capsys, demo.command("demo", "--persons", "5000", "--no-serve"))
    assert again["models"] == {
        model: {**again["models"][model], "run_id": demo.counts["models"][model]["run_id"]} for model in MODELS
    }
    assert main(demo.command("demo", "--persons", "6000")) == 2
    assert "home" in capsys.readouterr().err


def test_a_refused_delivery_is_bad_input_and_says_why(demo: Demo, tmp_path: Path, capsys: Capture) -> None:
    lone = tmp_path / "stations.csv"
    lone.write_text("甲,乙\n1,2\n", encoding="utf-8")
    words = ["--home", str(tmp_path / "home"), "--project", demo.command()[-1]]
    assert main(["ingest", str(lone), "--dataset", "fuel.gas_station", *words]) == 3
    shown = capsys.readouterr()
    assert "refused" in shown.out
    assert "甲" in shown.err


def test_synth_writes_deliveries_and_truth(tmp_path: Path, capsys: Capture, project: Path) -> None:
    counts = _json(capsys, ["synth", "--out", str(tmp_path), "--persons", "5000", "--project", str(project)])
    assert counts["deliveries"] > 50
    assert (tmp_path / "truth" / "cases.parquet").is_file()
    assert any((tmp_path / "landing").iterdir())
