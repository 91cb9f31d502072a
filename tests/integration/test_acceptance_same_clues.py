"""The same deliveries give the same clues, whatever their order and the number of threads; again gives nothing new."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from acceptance import MODELS, appends_backwards, linked_copy, settings_of, shuffle_landing, written

from xiansuo.clues.query import list_runs
from xiansuo.clues.run import run_model
from xiansuo.ingest.landing import ingest_landing, waiting
from xiansuo.ingest.pipeline import ingest
from xiansuo.ingest.receipts import receipts

if TYPE_CHECKING:
    from conftest import Demo

SEED = 20261122


@pytest.fixture(scope="module")
def shuffled(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's deliveries with their rows in another order, ingested by one thread in another order, not yet run."""
    home = tmp_path_factory.mktemp("shuffled")
    settings = settings_of(home, threads=1)
    changed = shuffle_landing(demo.home / "landing", settings.landing, SEED)
    assert len(changed) > 20
    order = appends_backwards(settings.landing)
    assert order != waiting(settings.landing)
    for delivery in order:
        assert ingest(settings, delivery.path, dataset=delivery.dataset).status == "accepted"
    return home


def test_shuffled_rows_are_accounted_for_alike(demo: Demo, shuffled: Path) -> None:
    def account(home: Path) -> dict[str, tuple[int, int, int]]:
        totals: dict[str, tuple[int, int, int]] = {}
        for one in receipts(settings_of(home)):
            before = totals.get(one.dataset, (0, 0, 0))
            counts = (one.rows_lake, one.rows_quarantined, one.rows_duplicate)
            totals[one.dataset] = (before[0] + counts[0], before[1] + counts[1], before[2] + counts[2])
        return totals

    assert account(shuffled) == account(demo.home)


@pytest.mark.parametrize("threads", [1, 2])
def test_shuffled_deliveries_give_identical_clues(demo: Demo, shuffled: Path, tmp_path: Path, threads: int) -> None:
    settings = settings_of(linked_copy(shuffled, tmp_path / "home"), threads=threads)
    for model in MODELS:
        result = run_model(settings, model)
        expected = list_runs(settings_of(demo.home), model)[-1]
        assert result.counts["clues"] == expected["clues"] > 0
        assert result.counts["evidence_rows"] == expected["evidence_rows"]
        assert result.clues_hash == expected["clues_hash"], model


def test_everything_again_writes_nothing(demo: Demo, tmp_path: Path) -> None:
    settings = settings_of(linked_copy(demo.home, tmp_path / "home"))
    before = written(settings.home)
    again = ingest_landing(settings, settings.landing)
    runs = [run_model(settings, model) for model in MODELS]
    assert len(again) == demo.counts["deliveries"]
    assert not any(receipt.first for receipt in again)
    assert [run.skipped for run in runs] == [True] * len(MODELS)
    assert [run.run_id for run in runs] == [demo.counts["models"][model]["run_id"] for model in MODELS]
    assert written(settings.home) == before
