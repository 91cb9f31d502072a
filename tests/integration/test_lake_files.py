"""Atomic writes and locks between processes, on a real disk."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from xiansuo.core.errors import EnvironmentProblem
from xiansuo.core.files import locked, sha256_file, write_atomic
from xiansuo.core.settings import Settings
from xiansuo.lake.session import connect


def test_a_write_replaces_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "a.json"
    write_atomic(target, "一")
    write_atomic(target, b"two")
    assert target.read_bytes() == b"two"
    assert list(target.parent.iterdir()) == [target]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.json"
    write_atomic(target, "old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomic(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256_file(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_held_lock_makes_the_second_taker_give_up_in_time(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "lock"),
        pytest.raises(EnvironmentProblem, match="held the lock"),
        locked(tmp_path / "lock", timeout=0.1),
    ):
        pass
    with locked(tmp_path / "lock", timeout=0.1):
        pass


def _count_up(folder: str) -> None:
    path = Path(folder) / "count"
    for _ in range(50):
        with locked(Path(folder) / "lock", timeout=60):
            path.write_text(str(int(path.read_text()) + 1))


def test_processes_that_share_a_lock_lose_no_step(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    spawn = multiprocessing.get_context("spawn")
    counters = [spawn.Process(target=_count_up, args=(str(tmp_path),)) for _ in range(3)]
    for process in counters:
        process.start()
    for process in counters:
        process.join(120)
    assert (tmp_path / "count").read_text() == "150"


def test_a_session_thinks_in_utc_and_fetches_no_extension(tmp_path: Path) -> None:
    import duckdb

    settings = Settings(project=tmp_path, home=tmp_path / "home", threads=1, memory_limit="256MiB")
    with connect(settings, threads=2) as con:
        assert con.execute("SELECT current_setting('TimeZone'), current_setting('threads')").fetchone() == ("UTC", 2)
        with pytest.raises(duckdb.Error):
            con.execute("SELECT * FROM read_parquet('https://example.invalid/a.parquet')")
