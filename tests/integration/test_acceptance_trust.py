"""What a user relies on: every row accounted for, every clue verifiable, and the planted cases found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from acceptance import MODELS, linked_copy, rows, settings_of

from xiansuo.cli.main import main
from xiansuo.clues.evaluate import EvaluationReport, evaluate
from xiansuo.clues.query import list_clues
from xiansuo.clues.verify import verify
from xiansuo.core.settings import Settings
from xiansuo.ingest.receipts import receipts

if TYPE_CHECKING:
    from conftest import Demo

LAYOUTS = 12


@pytest.fixture
def settings(demo: Demo, tmp_path: Path) -> Settings:
    """A home of its own to damage."""
    return settings_of(linked_copy(demo.home, tmp_path / "home"))


def verify_all(settings: Settings, capsys: pytest.CaptureFixture[str], code: int) -> dict[str, Any]:
    words = ["--home", str(settings.home), "--project", str(settings.project)]
    assert main(["verify", "--all", "--json", *words]) == code
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def clues_by_file(settings: Settings) -> dict[str, set[str]]:
    """Delivered file (16 hexadecimal digits) -> the clues that have evidence in it, read from the Parquet files."""
    found: dict[str, set[str]] = {}
    for model in MODELS:
        files = settings.lake / "models" / model / "evidence" / "*" / "*.parquet"
        for file, clue in rows(
            f"SELECT DISTINCT _file[:16], clue_id FROM read_parquet('{files}') WHERE clue_id IS NOT NULL"
        ):
            found.setdefault(file, set()).add(clue)
    return found


def test_every_clue_verifies_and_one_flipped_byte_fails_exactly_the_clues_in_that_file(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = {clue for model in MODELS for clue in list_clues(settings, model)["clue_id"]}
    report = verify_all(settings, capsys, 0)
    assert (report["clues"], report["failed"], report["failed_clues"]) == (len(everything), 0, [])
    assert report["evidence_rows"] >= len(everything)
    by_file = clues_by_file(settings)
    file, resting = min(by_file.items(), key=lambda item: (abs(len(item[1]) - len(everything) // 20), item[0]))
    assert 0 < len(resting) < len(everything)
    kept = next(settings.vault.glob(f"*/{file}*"))
    original = kept.read_bytes()
    middle = len(original) // 2
    kept.unlink()  # the copy's files are links into the demo home
    kept.write_bytes(original[:middle] + bytes([original[middle] ^ 1]) + original[middle + 1 :])
    report = verify_all(settings, capsys, 1)
    assert set(report["failed_clues"]) == resting
    kept.write_bytes(original)
    assert verify(settings, sorted(resting)).failed == ()


@pytest.fixture(scope="module")
def scores(demo: Demo) -> EvaluationReport:
    return evaluate(settings_of(demo.home), demo.truth)


def test_planted_violations_are_found_and_look_alikes_are_not(scores: EvaluationReport) -> None:
    overall = scores.overall
    wrong = [case["case_id"] for case in (*scores.misses, *scores.leaks)]
    assert (overall.recall_a or 0) >= 0.98, wrong
    assert (overall.recall or 0) >= 0.95, wrong
    assert (overall.precision or 0) >= 0.90, scores.false_hits[:5]
    assert overall.lookalike_leak is not None
    assert overall.lookalike_leak <= 0.03, wrong


def test_every_rule_is_put_to_the_test(demo: Demo, scores: EvaluationReport) -> None:
    on_disk = {(path.parents[2].name, path.parent.name) for path in (demo_models()).glob("*/rules/*/rule.yml")}
    assert {(rule.model_id, rule.rule_id) for rule in scores.rules} == on_disk
    at_threshold = {
        (model, rule): count
        for model, rule, count in rows(
            "SELECT model_id, rule_id, count(*) FILTER (at_threshold) FROM read_parquet($cases) GROUP BY ALL",
            cases=str(demo.truth / "cases.parquet"),
        )
    }
    for rule in scores.rules:
        name = (rule.model_id, rule.rule_id)
        assert rule.violations > 0, name
        assert rule.lookalikes > 0, name
        assert rule.hits > 0, name
        assert at_threshold[name] > 0, name


def demo_models() -> Path:
    return settings_of(Path()).project / "models"


def test_no_delivered_row_is_lost(demo: Demo) -> None:
    found = receipts(settings_of(demo.home))
    assert len(found) == demo.counts["deliveries"]
    for one in found:
        assert one.status in ("accepted", "superseded"), (one.dataset, one.refusal)
        assert one.rows_delivered == one.rows_lake + one.rows_quarantined + one.rows_duplicate, one.dataset
        assert one.rows_delivered == sum(file["rows"] for file in one.files), one.dataset
    assert sum(one.rows_quarantined for one in found) > 0
    assert sum(one.rows_duplicate for one in found) > 0


def test_deliveries_come_in_many_layouts(demo: Demo) -> None:
    layouts = {
        (
            file["format"],
            file["encoding"],
            one.reader["delimiter"],
            one.reader["quote"],
            one.reader["header_row"],
            one.reader["header_rows"],
            one.reader["sheet"],
            one.reader["trailing_nulls"],
        )
        for one in receipts(settings_of(demo.home))
        for file in one.files
    }
    assert len(layouts) >= LAYOUTS, sorted(map(str, layouts))
