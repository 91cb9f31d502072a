"""Runs that die: readers see the old run or the new one, and the next run cleans up and finishes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from toy import Toy

from xiansuo.clues.query import list_clues, list_runs
from xiansuo.clues.run import run_model
from xiansuo.clues.verify import verify
from xiansuo.lake.delta import Lake, Table

KILLS = 40
CHILD = """
import sys
from pathlib import Path
from xiansuo.core.settings import Settings
from xiansuo.clues.run import run_model
import duckdb, deltalake, polars
settings = Settings(project=Path(sys.argv[1]), home=Path(sys.argv[2]), threads=1, memory_limit="1GiB")
sys.stdout.write("ready\\n"); sys.stdout.flush()
for line in sys.stdin:
    pid = __import__("os").fork()
    if pid == 0:
        run_model(settings, "toy_model")
        __import__("os")._exit(0)
    sys.stdout.write(f"{pid}\\n"); sys.stdout.flush()
    __import__("os").waitpid(pid, 0)
    sys.stdout.write("gone\\n"); sys.stdout.flush()
"""


class Crash(Exception):
    """Stands for the power going out."""


@pytest.mark.parametrize("point", range(1, 5))
@pytest.mark.parametrize("side", ["before", "after"])
def test_crash_at_each_commit_leaves_the_old_run_standing(
    delivered: Toy, monkeypatch: pytest.MonkeyPatch, point: int, side: str
) -> None:
    first = run_model(delivered.settings, "toy_model")
    delivered.edit("models/toy_model/parameters.yml", "value: 1.25", "value: 2.25")
    seen = 0
    commit = Table.commit

    def crashing(self: Table, *args: Any, **kwargs: Any) -> int:
        nonlocal seen
        seen += 1
        if seen == point and side == "before":
            raise Crash
        version = commit(self, *args, **kwargs)
        if seen == point:
            raise Crash
        return version

    monkeypatch.setattr(Table, "commit", crashing)
    with pytest.raises(Crash):
        run_model(delivered.settings, "toy_model")
    monkeypatch.undo()
    stands = [run["run_id"] for run in list_runs(delivered.settings, "toy_model")]
    finished = point == 4 and side == "after"
    assert len(stands) == (2 if finished else 1)
    assert list_clues(delivered.settings, "toy_model")["run_id"].unique().to_list() == [stands[-1]]
    second = run_model(delivered.settings, "toy_model")
    assert second.skipped == finished
    assert second.clues_hash != first.clues_hash
    check_home(delivered)


def check_home(toy: Toy) -> None:
    """Every table holds exactly the standing runs, on disk too, and every clue's evidence verifies."""
    stands = {run["run_id"] for run in list_runs(toy.settings, "toy_model")}
    for kind in ("hits", "evidence", "clues", "runs"):
        table = Lake(toy.settings).model("toy_model", kind)
        assert table.partitions("_run") == stands
        assert {folder.name.removeprefix("_run=") for folder in table.root.glob("_run=*")} == stands


def test_runs_killed_at_random_moments_never_show_half_a_run(delivered: Toy) -> None:
    reference = run_model(delivered.settings, "toy_model")
    generator = random.Random(20261122)
    command = [sys.executable, "-c", CHILD, str(delivered.project), str(delivered.settings.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        _kill_often(delivered, child, generator, reference.counts["clues"])
    assert child.returncode == 0
    run_model(delivered.settings, "toy_model")
    check_home(delivered)
    assert not verify(delivered.settings).failed


def _kill_often(delivered: Toy, child: subprocess.Popen[str], generator: random.Random, clues: int) -> None:
    assert child.stdin is not None and child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    price, length = 125, 0.6
    for kill in range(KILLS + 1):  # the first run is left alone and tells how long one takes
        delivered.edit("models/toy_model/parameters.yml", f"value: {price / 100}", f"value: {(price + 1) / 100}")
        price += 1
        began = time.monotonic()
        child.stdin.write("go\n")
        child.stdin.flush()
        pid = int(child.stdout.readline())
        if kill:
            _kill_after(pid, generator.uniform(0, 1.1) * length)
        assert child.stdout.readline() == "gone\n"
        length = length if kill else time.monotonic() - began
        runs = list_runs(delivered.settings, "toy_model")
        shown = list_clues(delivered.settings, "toy_model")
        assert shown["run_id"].unique().to_list() == [runs[-1]["run_id"]]
        assert len(shown) == clues
    child.stdin.close()


def _kill_after(pid: int, seconds: float) -> None:
    """The moment of the kill is the point of the test, so it waits for it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.002)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
