"""The life of a model: steps are proved, cannot be skipped or rewritten; the ledger tells where each model stands."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from toy import Toy

from xiansuo.cli.main import main
from xiansuo.clues.advance import Step, advance, certify
from xiansuo.clues.ledger import ledger, ledger_xlsx
from xiansuo.clues.query import list_clues
from xiansuo.clues.run import run_model
from xiansuo.core.errors import InputError, ProblemsFound, UsageError
from xiansuo.supervision.lifecycle import FILE, read_history, substance
from xiansuo.supervision.lint import check_project
from xiansuo.supervision.load import find_model

MODEL = "toy_model"
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SPEC = "models/toy_model/model.yml"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    file = tmp_path / "report.txt"
    file.write_text("核查情况说明", encoding="utf-8")
    return file


def step(by: str, *papers: Path, note: str | None = None) -> Step:
    return Step(by, papers, note, NOW)


def site_report(toy: Toy, folder: Path, **changes: object) -> Path:
    model = find_model(toy.project, MODEL)
    facts = {
        "model": MODEL, "version": model.spec.version, "substance": substance(model), "site": "乙市",
        "made_at": "2026-03-01", "cases": 12, "cases_failed": 0, "clues": 4,
    }  # fmt: skip
    file = folder / "site.json"
    file.write_text(json.dumps({**facts, **changes}, ensure_ascii=False), encoding="utf-8")
    return file


def reviewed(toy: Toy, paper: Path) -> None:
    advance(toy.settings, MODEL, "data_verified", step("甲", paper))
    advance(toy.settings, MODEL, "rules_reviewed", step("乙", paper))


def validated(toy: Toy, paper: Path) -> None:
    reviewed(toy, paper)
    advance(toy.settings, MODEL, "cross_site_validated", step("丙", site_report(toy, paper.parent)))


def test_a_model_goes_all_the_way_up_and_off_the_shelf(delivered: Toy, paper: Path) -> None:
    validated(delivered, paper)
    certify(delivered.settings, MODEL, "business", step("检察官一", paper))
    certify(delivered.settings, MODEL, "digital", step("检察官二"))
    advance(delivered.settings, MODEL, "published", step("丁"))
    spec = find_model(delivered.project, MODEL).spec
    assert (spec.status, spec.certified_by_business, spec.certified_by_digital) == ("published", "检察官一", "检察官二")
    assert not [item for item in check_project(delivered.project) if item.code == "XS058"]

    advance(delivered.settings, MODEL, "retired", step("丁", note="数据源停供"))
    spec = find_model(delivered.project, MODEL).spec
    assert (spec.status, spec.retired_reason) == ("retired", "数据源停供")
    with pytest.raises(UsageError, match="retired"):
        run_model(delivered.settings, MODEL)
    advance(delivered.settings, MODEL, "draft", step("丁", note="恢复供数"))
    assert find_model(delivered.project, MODEL).spec.retired_reason is None

    acts = read_history(delivered.project / "models" / MODEL)
    assert [act.action for act in acts] == [
        "register", "advance", "advance", "advance", "certify", "certify", "advance", "retire", "return",
    ]  # fmt: skip
    facts = {proof.title: proof.facts for proof in acts[1].evidence if proof.kind == "facts"}["到位数据"]
    assert facts["toy.station"] == {"deliveries": 1, "rows": 6, "quarantined": 0}
    assert acts[1].evidence[0].sha256 and acts[1].evidence[0].title == "report.txt"


def test_comments_and_order_of_model_yml_stay(delivered: Toy, paper: Path) -> None:
    delivered.edit(SPEC, "status: draft", "status: draft  # 起草中")
    before = (delivered.project / SPEC).read_text(encoding="utf-8")
    advance(delivered.settings, MODEL, "data_verified", step("甲", paper))
    after = (delivered.project / SPEC).read_text(encoding="utf-8")
    assert after == before.replace("status: draft  #", "status: data_verified  #")


@pytest.mark.parametrize("to", ["rules_reviewed", "cross_site_validated", "published"])
def test_no_step_is_skipped(delivered: Toy, paper: Path, to: str) -> None:
    with pytest.raises(UsageError, match="steps cannot be skipped: after 征集 comes 数据核查"):
        advance(delivered.settings, MODEL, to, step("甲", paper))  # type: ignore[arg-type]
    assert read_history(delivered.project / "models" / MODEL) == ()


def test_every_step_needs_its_paper_and_a_name(delivered: Toy, paper: Path) -> None:
    with pytest.raises(UsageError, match="needs the report of the data check"):
        advance(delivered.settings, MODEL, "data_verified", step("甲"))
    with pytest.raises(UsageError, match="needs a name"):
        advance(delivered.settings, MODEL, "data_verified", step("  ", paper))
    with pytest.raises(InputError, match="the paper is not there"):
        advance(delivered.settings, MODEL, "data_verified", step("甲", paper.parent / "none.txt"))
    with pytest.raises(UsageError, match="needs a reason"):
        advance(delivered.settings, MODEL, "retired", step("甲"))


def test_data_that_never_came_stop_the_first_step(tmp_path: Path, paper: Path) -> None:
    toy = Toy(tmp_path / "toy")
    toy.deliver("toy.station", [["S1", "站点1", "330106"]])
    with pytest.raises(ProblemsFound, match="nothing was delivered of toy"):
        advance(toy.settings, MODEL, "data_verified", step("甲", paper))


def test_failing_cases_and_the_author_stop_the_review(delivered: Toy, paper: Path) -> None:
    advance(delivered.settings, MODEL, "data_verified", step("甲", paper))
    with pytest.raises(UsageError, match="the author does not judge"):
        advance(delivered.settings, MODEL, "rules_reviewed", step("模型组", paper))
    delivered.edit("models/toy_model/rules/volume/hits.sql", "WHERE gap_l > $gap_litres", "WHERE gap_l < $gap_litres")
    with pytest.raises(ProblemsFound, match="cases fail"):
        advance(delivered.settings, MODEL, "rules_reviewed", step("乙", paper))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "other"}, "it is about other"),
        ({"substance": "0"}, "other rules or parameters"),
        ({"site": " "}, "names no site"),
        ({"cases_failed": 2}, "2 cases failed there"),
    ],
)
def test_a_site_report_must_prove_this_model(
    delivered: Toy, paper: Path, changes: dict[str, object], message: str
) -> None:
    reviewed(delivered, paper)
    with pytest.raises(ProblemsFound, match=message):
        advance(
            delivered.settings,
            MODEL,
            "cross_site_validated",
            step("丙", site_report(delivered, paper.parent, **changes)),
        )
    with pytest.raises(InputError, match="not a site report"):
        advance(delivered.settings, MODEL, "cross_site_validated", step("丙", paper))


def test_two_people_neither_the_author_certify(delivered: Toy, paper: Path) -> None:
    with pytest.raises(UsageError, match="certified after 异地验证"):
        certify(delivered.settings, MODEL, "business", step("检察官一"))
    validated(delivered, paper)
    with pytest.raises(ProblemsFound, match="not certified by 业务部门、数字检察部门"):
        advance(delivered.settings, MODEL, "published", step("丁"))
    with pytest.raises(UsageError, match="the author does not judge"):
        certify(delivered.settings, MODEL, "business", step("模型组"))
    certify(delivered.settings, MODEL, "business", step("检察官一"))
    with pytest.raises(UsageError, match="both sides"):
        certify(delivered.settings, MODEL, "digital", step("检察官一"))
    with pytest.raises(ProblemsFound, match="not certified by 数字检察部门"):
        advance(delivered.settings, MODEL, "published", step("丁"))


def test_rules_changed_after_the_review_go_back(delivered: Toy, paper: Path) -> None:
    validated(delivered, paper)
    certify(delivered.settings, MODEL, "business", step("检察官一"))
    delivered.edit("models/toy_model/parameters.yml", "value: 1.25", "value: 1.5")
    [finding] = [item for item in check_project(delivered.project) if item.code == "XS058"]
    assert "changed after the review" in finding.message and finding.line > 1
    with pytest.raises(ProblemsFound, match="not those that passed 规则研判"):
        certify(delivered.settings, MODEL, "digital", step("检察官二"))
    advance(delivered.settings, MODEL, "data_verified", step("丁", note="单价调整"))
    assert not [item for item in check_project(delivered.project) if item.code == "XS058"]


def test_a_rewritten_history_is_noticed(delivered: Toy, paper: Path) -> None:
    reviewed(delivered, paper)
    file = delivered.project / "models" / MODEL / FILE
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], lines[1].replace("甲", "某人"), lines[2]]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="rewritten") as error:
        read_history(file.parent)
    assert error.value.field == "line 2"
    [finding] = [item for item in check_project(delivered.project) if item.code == "XS058"]
    assert (finding.file.name, finding.line) == (FILE, 2)


def test_a_history_made_anew_is_noticed_by_the_home_that_saw_the_old_one(delivered: Toy, paper: Path) -> None:
    reviewed(delivered, paper)
    (delivered.project / "models" / MODEL / FILE).unlink()
    delivered.edit(SPEC, "status: rules_reviewed", "status: draft")
    with pytest.raises(InputError, match="no longer holds an act seen before"):
        advance(delivered.settings, MODEL, "data_verified", step("某人", paper))
    with pytest.raises(InputError, match="no longer holds an act seen before"):
        ledger(delivered.settings, today=date(2026, 3, 3))


def test_a_status_nobody_moved_is_noticed(delivered: Toy, paper: Path) -> None:
    delivered.edit(SPEC, "status: draft", "status: rules_reviewed")
    with pytest.raises(InputError, match="the history says draft"):
        advance(delivered.settings, MODEL, "cross_site_validated", step("丙", paper))
    assert [item.code for item in check_project(delivered.project) if item.code == "XS058"] == ["XS058"]


def test_the_ledger_counts_clues_verdicts_and_days(delivered: Toy, paper: Path) -> None:
    reviewed(delivered, paper)
    [line] = ledger(delivered.settings, today=date(2026, 3, 12))
    assert (line.status, line.clues, line.cost_s, line.age_days) == ("规则研判", None, None, 10)
    run_model(delivered.settings, MODEL)
    clues = list_clues(delivered.settings, MODEL)["clue_id"].to_list()
    verdicts = dict(zip(clues, ("confirmed", "rejected", "open"), strict=True))
    [line] = ledger(delivered.settings, today=date(2027, 7, 1), verdicts=verdicts)
    assert (line.clues, line.judged, line.confirmed, line.precision) == (3, 2, 1, 0.5)
    assert line.yield_share == pytest.approx(1 / 3)
    assert line.overdue and line.next_review == date(2027, 6, 30)
    rows = CalamineWorkbook.from_filelike(
        io.BytesIO(ledger_xlsx([line, replace(line, overdue=False)]))
    ).get_sheet_by_index(0)
    table = rows.to_python()
    assert table[0][:3] == ["模型", "名称", "状态"] and table[1][0] == MODEL
    assert [row[-1] for row in table[1:]] == ["是", ""]


def test_the_commands_speak(delivered: Toy, paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = ["--home", str(delivered.settings.home), "--project", str(delivered.project)]
    given = ["--by", "甲", "--evidence", str(paper)]
    assert main([*shared, "model", "advance", MODEL, "--to", "data_verified", *given]) == 0
    assert "数据核查" in capsys.readouterr().out
    assert main([*shared, "model", "advance", MODEL, "--to", "published", *given]) == 2
    assert main([*shared, "model", "advance", MODEL, "--to", "somewhere", *given]) == 2
    capsys.readouterr()
    assert main([*shared, "model", "history", MODEL, "--json"]) == 0
    assert [act["action"] for act in json.loads(capsys.readouterr().out)] == ["register", "advance"]
    assert main([*shared, "models", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["status"] == "数据核查"
    assert main([*shared, "models", "--xlsx", str(paper.parent / "ledger.xlsx")]) == 0
    assert (paper.parent / "ledger.xlsx").stat().st_size > 1000
