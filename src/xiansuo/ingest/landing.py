"""Everything that waits in a landing folder, ingested in a stable order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.progress import NullProgress, Progress
from xiansuo.core.settings import Settings
from xiansuo.ingest.delivery import LETTER, read_letter
from xiansuo.ingest.pipeline import ingest
from xiansuo.ingest.receipts import Receipt
from xiansuo.ingest.refusal import Refused

_COMPLETE = "_SUCCESS"


@dataclass(frozen=True)
class Waiting:
    """A delivery folder under the landing root."""

    path: Path
    dataset: str
    received: date | None

    @property
    def order(self) -> tuple[date, str, str]:
        """Deliveries are taken by the day they were received, then by name."""
        return self.received or date.min, self.path.name, self.dataset


def waiting(root: Path) -> list[Waiting]:
    """Complete deliveries under ``root/<dataset>/<delivery>/``: those with delivery.yml or ``_SUCCESS``, in order."""
    if not root.is_dir():
        raise UsageError("no landing folder", file=root)
    found = [
        Waiting(folder, folder.parent.name, _received(folder))
        for folder in root.glob("*/*")
        if folder.is_dir() and ((folder / LETTER).is_file() or (folder / _COMPLETE).is_file())
    ]
    return sorted(found, key=lambda delivery: delivery.order)


def ingest_landing(settings: Settings, root: Path, *, progress: Progress | None = None) -> list[Receipt]:
    """Ingest every complete delivery under ``root``; refused ones are among the receipts, the others go on.

    A folder that cannot be taken as a delivery at all (no such dataset, a letter for another one) does not hold up the
    others either: they are ingested first, then UsageError names it.
    """
    watcher = progress or NullProgress()
    deliveries = waiting(root)
    taken, failed = [], []
    for number, delivery in enumerate(deliveries):
        watcher.step("ingest", number, len(deliveries))
        try:
            taken.append(ingest(settings, delivery.path, dataset=delivery.dataset))
        except (UsageError, InputError) as error:
            failed.append((delivery, error))
    watcher.step("ingest", len(deliveries), len(deliveries))
    if failed:
        first, reason = failed[0]
        raise UsageError(
            f"{len(failed)} of {len(deliveries)} folders are no delivery, the others were ingested; "
            f"the first: {reason.message}",
            file=first.path,
            field=reason.field,
            value=reason.value,
            fix=reason.fix,
        ) from reason
    return taken


def _received(folder: Path) -> date | None:
    try:
        return read_letter(folder).received
    except Refused:
        return None
