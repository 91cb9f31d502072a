"""Progress bars on stderr. They appear only on a terminal, so that logs and pipes stay clean."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as RichBars
    from rich.progress import TaskID


class RichProgress:
    """One bar per label; finished bars stay until the command prints its result."""

    def __init__(self) -> None:
        self._bars: RichBars | None = None
        self._tasks: dict[str, TaskID] = {}

    def step(self, label: str, done: int, total: int | None) -> None:
        """``done`` units of ``total`` of the work called ``label`` are finished."""
        if not sys.stderr.isatty():
            return
        bars = self._started()
        if label not in self._tasks:
            self._tasks[label] = bars.add_task(label, total=total)
        bars.update(self._tasks[label], completed=done, total=total)

    def __enter__(self) -> RichProgress:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    def _started(self) -> RichBars:
        if self._bars is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bars.start()
        return self._bars
