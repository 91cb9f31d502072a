"""A model from deliveries to clues: what a run publishes, when it is skipped, what it does not depend on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from toy import READINGS, Toy

from xiansuo.clues.query import get_clue, list_clues, list_runs
from xiansuo.clues.run import run_model
from xiansuo.core.errors import InputError, UsageError


def test_run_publishes_clues_with_law_texts_and_evidence(delivered: Toy) -> None:
    result = run_model(delivered.settings, "toy_model")
    clues = list_clues(delivered.settings, "toy_model")
    by_subject = {row["subject_id"]: row for row in clues.to_dicts()}
    assert set(by_subject) == {"S1", "S4", "S5"}
    assert result.counts["clues_new"] == 3 and result.counts["hits_excluded"] == 6
    clue = by_subject["S1"]
    assert clue["subject_name"] == "站点1" and clue["region_code"] == "330106"
    assert "读数比申报多200升" in clue["explanation"] and "2025年1月" in clue["explanation"]
    assert clue["legal_basis"] == ["《测试法》第一条"]
    assert clue["amount_basis"] == "少缴税款（估算）"
    assert clue["suggested_instrument"] == "行政公益诉讼检察建议"
    assert str(clue["limitation_date"]) == "2030-01-31"
    assert clue["exclusions_tested"][0] == "T1 自用已获批准：未见"


def test_money_of_one_group_is_counted_once(delivered: Toy) -> None:
    run_model(delivered.settings, "toy_model")
    rows = {row["subject_id"]: row for row in list_clues(delivered.settings, "toy_model").to_dicts()}
    litres = sum(row[2] for row in READINGS if row[0] == "S4")
    assert rows["S4"]["rules"] == ["late", "volume"]
    assert float(rows["S4"]["amount"]) == litres * 1.25


def test_downgraded_hits_score_below_clean_ones(delivered: Toy) -> None:
    run_model(delivered.settings, "toy_model")
    rows = {row["subject_id"]: row for row in list_clues(delivered.settings, "toy_model").to_dicts()}
    assert rows["S5"]["score"] < rows["S1"]["score"]
    assert "T1 申报为零：有6条存在此情形，已降级" in rows["S5"]["exclusions_tested"]


def test_run_that_stands_is_skipped(delivered: Toy) -> None:
    first = run_model(delivered.settings, "toy_model")
    again = run_model(delivered.settings, "toy_model")
    assert again.skipped and not first.skipped
    assert again.run_id == first.run_id and again.clues_hash == first.clues_hash
    assert len(list_runs(delivered.settings, "toy_model")) == 1


def test_new_data_makes_a_new_run_and_same_clues_stay_same(delivered: Toy) -> None:
    first = run_model(delivered.settings, "toy_model")
    delivered.deliver("toy.station", [["S9", "站点9", "330106"]])
    second = run_model(delivered.settings, "toy_model")
    assert second.run_id != first.run_id
    assert second.counts["clues_same"] == second.counts["clues"] == 3
    assert second.clues_hash == first.clues_hash


@pytest.mark.parametrize("threads", [1, 2])
def test_clues_do_not_depend_on_threads_or_row_order(tmp_path: Path, threads: int) -> None:
    plain = Toy(tmp_path / "plain")
    plain.deliver_all()
    shuffled = Toy(tmp_path / "shuffled", threads=threads)
    rows = list(READINGS)
    random.Random(threads).shuffle(rows)
    shuffled.deliver_all(rows)
    one = run_model(plain.settings, "toy_model")
    two = run_model(shuffled.settings, "toy_model", threads=threads)
    assert one.clues_hash == two.clues_hash


def test_same_inputs_write_the_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    written = []
    for threads in (1, 2):
        toy = Toy(tmp_path / str(threads), threads=threads)
        toy.deliver_all()
        run_model(toy.settings, "toy_model", threads=threads)
        folder = toy.settings.lake / "models" / "toy_model"
        written.append(
            {
                kind: [path.read_bytes() for path in sorted((folder / kind).rglob("*.parquet"))]
                for kind in ("hits", "evidence", "clues")
            }
        )
    assert written[0] == written[1]


def test_failing_rule_names_model_rule_and_line_and_publishes_nothing(delivered: Toy) -> None:
    delivered.edit("models/toy_model/rules/volume/hits.sql", "gap_l / read_l", "gap_l / read_m")
    with pytest.raises(InputError) as caught:
        run_model(delivered.settings, "toy_model")
    assert caught.value.unit == "toy_model.volume"
    assert "LINE 27" in str(caught.value) and "read_m" in str(caught.value)
    assert list_runs(delivered.settings, "toy_model") == []


def test_undeclared_exclusion_code_is_an_error_with_its_name(delivered: Toy) -> None:
    delivered.edit("models/toy_model/rules/volume/hits.sql", "'SELF_USE'", "'OTHER'")
    with pytest.raises(InputError) as caught:
        run_model(delivered.settings, "toy_model")
    assert caught.value.value == "OTHER"


def test_model_without_deliveries_asks_for_data(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="delivered"):
        run_model(Toy(tmp_path).settings, "toy_model")


def test_unknown_model_lists_the_known_ones(delivered: Toy) -> None:
    with pytest.raises(UsageError) as caught:
        run_model(delivered.settings, "toy_modle")
    assert "toy_model" in str(caught.value.fix)


def test_clue_detail_shows_hits_parameters_and_sources(delivered: Toy) -> None:
    run_model(delivered.settings, "toy_model")
    clue_id = list_clues(delivered.settings, "toy_model").filter(subject_id="S1")["clue_id"][0]
    detail = get_clue(delivered.settings, clue_id)
    assert len(detail.hits) == 6
    assert detail.hits[0]["parameters"] == {"gap_litres": 100, "price": "1.25"}
    assert {source["dataset"] for source in detail.sources} == {"toy.reading", "toy.declaration"}
    assert all(source["sender"] == "测试局" and source["sha256"] for source in detail.sources)
    assert sum(source["rows"] for source in detail.sources) == detail.clue["evidence_count"]
