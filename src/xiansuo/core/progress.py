"""How long work tells its caller where it stands. Rendering belongs to the command line."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives steps of long work; ``total`` is None while the amount is unknown."""

    def step(self, label: str, done: int, total: int | None) -> None:
        """``done`` units of ``total`` of the work called ``label`` are finished."""


class NullProgress:
    """Progress nobody watches."""

    def step(self, label: str, done: int, total: int | None) -> None:
        """Do nothing."""
