"""What a crash left behind, put right at the start of the next ingest of the dataset (under its lock).

A lake commit carries its receipt, so a delivery that reached the commit is finished from it; any other is undone.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from xiansuo.core.files import write_atomic
from xiansuo.core.settings import Settings
from xiansuo.ingest import quarantine
from xiansuo.ingest.casting import DELIVERY
from xiansuo.ingest.receipts import REFUSED, Receipt, ReceiptBook
from xiansuo.lake.delta import Lake, Table

RECEIPT_KEY, REPLACED_KEY = "receipt", "replaced"
_LOOK_BACK = 3


class Journal:
    """Names the delivery that is being ingested; it stands from before the first part file until after the receipt."""

    def __init__(self, settings: Settings, dataset: str) -> None:
        self.path = settings.receipts / dataset / ".inflight"

    def open(self, delivery_id: str) -> None:
        """Note the delivery."""
        write_atomic(self.path, delivery_id)

    def pending(self) -> str | None:
        """The delivery noted, None when the last ingest ended properly."""
        return self.path.read_text(encoding="utf-8") if self.path.is_file() else None

    def close(self) -> None:
        """The delivery is finished or undone."""
        self.path.unlink(missing_ok=True)


def recover(settings: Settings, dataset: str) -> None:
    """Finish or undo what an interrupted ingest left. Cheap when nothing was interrupted."""
    journal = Journal(settings, dataset)
    pending = journal.pending()
    if pending is None:
        return
    lake, book = Lake(settings), ReceiptBook(settings, dataset)
    _finish_published(lake.dataset(dataset), book)
    found = book.get(pending)
    if found is None or found.status == REFUSED:
        _undo(lake, dataset, pending)
    journal.close()


def _finish_published(table: Table, book: ReceiptBook) -> None:
    for commit in reversed(table.commit_metadata(_LOOK_BACK)):
        if RECEIPT_KEY not in commit:
            continue
        published = Receipt.from_json(commit[RECEIPT_KEY], source=table.root)
        known = book.get(published.delivery_id)
        if known is None or known.status == REFUSED:
            book.put(replace(published, table_version=int(commit["version"])))
        book.supersede(json.loads(commit[REPLACED_KEY]), published.delivery_id)


def _undo(lake: Lake, dataset: str, delivery_id: str) -> None:
    rejected = lake.quarantine(dataset)
    if delivery_id in rejected.partitions(DELIVERY):
        rejected.commit([], schema=quarantine.SCHEMA, partition_by=DELIVERY, remove={delivery_id}, metadata={})
    for table in (lake.dataset(dataset), rejected):
        _remove_orphans(table, delivery_id)


def _remove_orphans(table: Table, delivery_id: str) -> None:
    active = set(table.files())
    folder: Path = table.root / f"{DELIVERY}={delivery_id}"
    for path in folder.glob("*"):
        if path not in active:
            path.unlink(missing_ok=True)
