"""Everything that waits in a landing folder, ingested in a stable order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xiansuo.core.errors import InputError, UsageError, XiansuoError
from xiansuo.core.progress import NullProgress, Progress
from xiansuo.core.settings import Settings
from xiansuo.ingest.delivery import LETTER, read_letter
from xiansuo.ingest.pipeline import ingest
from xiansuo.ingest.receipts import Receipt
from xiansuo.ingest.refusal import Refused

_COMPLETE = "_SUCCESS"
_WORKERS = 2  # DuckDB plans and runs without holding the interpreter, so two datasets fill two cores
_SMALL_BYTES = 64 * 2**20


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

    Small datasets are taken two at a time, each dataset's deliveries in their order; large ones have the machine to
    themselves. A folder that cannot be taken as a delivery at all (no such dataset, a letter for another one) does not
    hold up the others either: they are ingested first, then UsageError names it.
    """
    from concurrent.futures import ThreadPoolExecutor, as_completed

    watcher = progress or NullProgress()
    deliveries = waiting(root)
    small, large = _by_size(deliveries)
    done: dict[Path, Receipt | XiansuoError] = {}
    watcher.step("ingest", 0, len(deliveries))
    with ThreadPoolExecutor(max_workers=min(_WORKERS, settings.threads)) as pool:
        for future in as_completed([pool.submit(_one_after_another, settings, group) for group in small]):
            done |= future.result()
            watcher.step("ingest", len(done), len(deliveries))
    for group in large:
        for delivery in group:
            done |= _one_after_another(settings, [delivery])
            watcher.step("ingest", len(done), len(deliveries))
    found = [(delivery, done[delivery.path]) for delivery in deliveries]
    failed = [(delivery, result) for delivery, result in found if isinstance(result, XiansuoError)]
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
    return [result for _, result in found if isinstance(result, Receipt)]


def _by_size(deliveries: list[Waiting]) -> tuple[list[list[Waiting]], list[list[Waiting]]]:
    """The deliveries of each dataset in order: datasets that are small in all, and the others."""
    groups: dict[str, list[Waiting]] = {}
    for delivery in deliveries:
        groups.setdefault(delivery.dataset, []).append(delivery)
    small: list[list[Waiting]] = []
    large: list[list[Waiting]] = []
    for group in groups.values():
        size = sum(file.stat().st_size for delivery in group for file in delivery.path.rglob("*") if file.is_file())
        (small if size <= _SMALL_BYTES else large).append(group)
    return small, large


def _one_after_another(settings: Settings, group: list[Waiting]) -> dict[Path, Receipt | XiansuoError]:
    """Receipts, or why there is none, of one dataset's deliveries. What is no delivery does not stop the next."""
    done: dict[Path, Receipt | XiansuoError] = {}
    for delivery in group:
        try:
            done[delivery.path] = ingest(settings, delivery.path, dataset=delivery.dataset)
        except (UsageError, InputError) as error:
            done[delivery.path] = error
    return done


def _received(folder: Path) -> date | None:
    try:
        return read_letter(folder).received
    except Refused:
        return None
