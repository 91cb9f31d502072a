"""An ingest killed anywhere leaves the old state or the new one, and the next run completes.

A child process works through deliveries of every kind (plain, repeated keys, quarantined rows, corrections) and is
ended with SIGKILL, once at every named point of the pipeline for every delivery and then at random moments.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from bad_file_tools import LENIENT, make_project, row, table

from xiansuo.core.settings import Settings
from xiansuo.ingest.pipeline import ingest
from xiansuo.ingest.receipts import receipts
from xiansuo.lake.delta import Lake

POINTS = [
    "stored",
    "landed",
    "before quarantine",
    "quarantine written",
    "before lake",
    "before receipt",
    "before superseding",
    "done",
]
RANDOM_HOMES, KILLS_PER_HOME = 4, 9
CORRECTED = 3
_CHILDREN = multiprocessing.get_context("forkserver")  # forked from a process that has imported and done nothing else
_CHILDREN.set_forkserver_preload(["duckdb", "deltalake.transaction", "pyarrow", "numpy", "xiansuo.ingest.pipeline"])


def _deliveries(project: Path) -> list[Path]:
    """Files of which some rows fail, some repeat earlier ones and the last corrects another delivery."""
    files = []
    for number in range(4):
        good = [row(number * 20 + at) for at in range(30)]
        bad = [row(900 + number, day="2023-02-30"), row(950 + number, amount="x")]
        path = project / f"delivery{number}.csv"
        path.write_text(table(*good, *bad, good[0]), encoding="utf-8")
        files.append(path)
    return files


def _work(settings: Settings, files: list[Path], point: str | None, at: int) -> None:
    """Ingest all files; the process kills itself when file number ``at`` passes ``point``."""
    for number, path in enumerate(files):
        corrects = None
        if number == CORRECTED:
            corrects = next(one.delivery_id for one in receipts(settings) if one.files[0]["name"] == "delivery0.csv")
        ingest(settings, path, dataset=LENIENT, corrects=corrects, checkpoint=_killer(point if number == at else None))


def _killer(point: str | None) -> Callable[[str], None]:
    def checkpoint(passed: str) -> None:
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return checkpoint


def _state(settings: Settings) -> list[tuple[object, ...]]:
    """Lake and quarantine without what depends on the moment."""
    columns = {"seq": "VARCHAR", "amount": "DECIMAL(18,2)", "_row": "BIGINT", "_delivery": "VARCHAR"}
    rows = duckdb.sql(f"SELECT * FROM {Lake(settings).dataset(LENIENT).relation(columns)} ORDER BY ALL").fetchall()
    columns = {"_row": "BIGINT", "failed": "VARCHAR[]", "_delivery": "VARCHAR"}
    failed = duckdb.sql(f"SELECT * FROM {Lake(settings).quarantine(LENIENT).relation(columns)} ORDER BY ALL").fetchall()
    return rows + failed


def _assert_sound(settings: Settings) -> None:
    """Published rows and receipts agree whatever happened, once the next run has put things right."""
    table_ = Lake(settings).dataset(LENIENT)
    standing = {one.delivery_id: one.rows_lake for one in receipts(settings) if one.status == "accepted"}
    relation = table_.relation({"_delivery": "VARCHAR"})
    counted = dict(duckdb.sql(f"SELECT _delivery, count(*) FROM {relation} GROUP BY 1").fetchall())
    assert counted == {delivery: rows for delivery, rows in standing.items() if rows}
    for one in receipts(settings):
        assert one.rows_delivered == one.rows_lake + one.rows_quarantined + one.rows_duplicate
    assert not list((settings.home / "tmp").glob("ingest.*"))
    on_disk = {path for path in table_.root.rglob("*") if path.is_file() and "_delta_log" not in path.parts}
    known = {path for version in range((table_.version() or 0) + 1) for path in table_.files(version)}
    assert {path for path in on_disk if path.suffix in (".parquet", ".part")} <= known


def _run(settings: Settings, files: list[Path], point: str | None, at: int, after: float | None = None) -> bool:
    """One child; True when it was killed, False when it finished."""
    child = _CHILDREN.Process(target=_work, args=(settings, files, point, at))
    child.start()
    child.join(after)
    if after is not None:
        child.kill()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("crash"))


@pytest.fixture(scope="module")
def files(project: Path) -> list[Path]:
    return _deliveries(project)


@pytest.fixture(scope="module")
def undisturbed(project: Path, files: list[Path]) -> list[tuple[object, ...]]:
    settings = Settings(project, project / "undisturbed", 1, "1GiB")
    assert not _run(settings, files, None, 0)
    state = _state(settings)
    assert len({cells[-1] for cells in state}) == len(files)
    return state


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_point_of_every_delivery(
    point: str, project: Path, files: list[Path], undisturbed: list[tuple[object, ...]], tmp_path: Path
) -> None:
    settings = Settings(project, tmp_path, 1, "1GiB")
    assert [_run(settings, files, point, at) for at in range(len(files))] == [True] * len(files)
    assert not _run(settings, files, None, 0)
    _assert_sound(settings)
    assert _state(settings) == undisturbed


@pytest.mark.parametrize("seed", range(RANDOM_HOMES))
def test_killed_at_random_moments(
    seed: int, project: Path, files: list[Path], undisturbed: list[tuple[object, ...]], tmp_path: Path
) -> None:
    settings = Settings(project, tmp_path, 1, "1GiB")
    moments = random.Random(seed)
    killed = [_run(settings, files, None, 0, moments.uniform(0.02, 0.6)) for _ in range(KILLS_PER_HOME)]
    assert any(killed)
    assert not _run(settings, files, None, 0)
    _assert_sound(settings)
    assert _state(settings) == undisturbed
