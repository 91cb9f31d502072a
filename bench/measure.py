"""Take two things in turn and compare: wall time and peak memory of each, ratio of their medians."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Timed:
    """Median seconds and the highest resident memory in MiB over all rounds."""

    seconds: float
    peak_mib: float


def _reset_peak() -> None:
    if _CLEAR.exists():
        _CLEAR.write_text("5")  # Linux: forget the high-water mark of this process


def _peak_mib() -> float:
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rounds_for(rows: int) -> int:
    """Counted rounds: three, one where a round takes minutes."""
    return 3 if rows < 10_000_000 else 1


def in_turn(rounds: int, **things: Callable[[], None]) -> dict[str, Timed]:
    """Run A B A B ... after one uncounted round of each; both see the same noise of the machine."""
    seconds: dict[str, list[float]] = {name: [] for name in things}
    peaks: dict[str, float] = dict.fromkeys(things, 0.0)
    for turn in range(rounds + 1):
        for name, thing in things.items():
            _reset_peak()
            start = time.perf_counter()
            thing()
            elapsed = time.perf_counter() - start
            if turn:
                seconds[name].append(elapsed)
                peaks[name] = max(peaks[name], _peak_mib())
    return {name: Timed(statistics.median(seconds[name]), peaks[name]) for name in things}
