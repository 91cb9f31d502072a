"""Receipts: what became of every delivery. One JSON file each; the lake commit carries the same text."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.files import write_atomic
from xiansuo.core.naming import canonical_json
from xiansuo.core.settings import Settings

ACCEPTED, REFUSED, SUPERSEDED = "accepted", "refused", "superseded"


@dataclass(frozen=True)
class Receipt:
    """The account of one delivery; dates and times are ISO text, ``first`` is False for a repeated delivery.

    For accepted ones rows_delivered = rows_lake + rows_quarantined + rows_duplicate.
    """

    delivery_id: str
    dataset: str
    status: str
    mode: str
    sender: str | None
    letter_no: str | None
    period_from: str | None
    period_to: str | None
    received: str | None
    corrects: str | None
    files: list[dict[str, Any]]
    rows_delivered: int
    rows_lake: int
    rows_quarantined: int
    rows_duplicate: int
    rows_furniture: int
    refusal: dict[str, str] | None
    contract_hash: str
    contract_version: str
    ingested_at: str
    reader: dict[str, Any] = field(default_factory=dict)
    table_version: int | None = None
    superseded_by: str | None = None
    first: bool = field(default=True, compare=False)

    def to_json(self) -> str:
        """Canonical JSON of every field but ``first``."""
        content = asdict(self)
        del content["first"]
        return canonical_json(content)

    @classmethod
    def from_json(cls, text: str, *, source: Path | str) -> Receipt:
        """The receipt written by `to_json`; InputError when the text is none."""
        try:
            content = json.loads(text)
            return cls(**content)
        except (ValueError, TypeError) as error:
            raise InputError(
                f"not a receipt: {error}", file=source, fix=f"a receipt has the fields {[f.name for f in fields(cls)]}"
            ) from error


class ReceiptBook:
    """The receipts of one dataset."""

    def __init__(self, settings: Settings, dataset: str) -> None:
        self.folder = settings.receipts / dataset

    def get(self, delivery_id: str) -> Receipt | None:
        """The receipt of this delivery, None when there is none."""
        path = self.folder / f"{delivery_id}.json"
        return _load(path) if path.is_file() else None

    def put(self, receipt: Receipt) -> None:
        """Write the receipt, replacing an earlier one of the same delivery."""
        write_atomic(self.folder / f"{receipt.delivery_id}.json", receipt.to_json())

    def all(self) -> list[Receipt]:
        """Every receipt, by time of ingest and id."""
        found = [_load(path) for path in self.folder.glob("*.json") if not path.name.startswith(".")]
        return sorted(found, key=lambda receipt: (receipt.ingested_at, receipt.delivery_id))

    def supersede(self, delivery_ids: list[str], by: str) -> None:
        """Mark accepted deliveries as replaced by delivery ``by``."""
        for delivery_id in delivery_ids:
            old = self.get(delivery_id)
            if old is not None and old.status == ACCEPTED:
                self.put(replace(old, status=SUPERSEDED, superseded_by=by))


def receipts(settings: Settings, dataset: str | None = None) -> list[Receipt]:
    """All receipts, of one dataset or of all, in order of ingest."""
    if dataset is not None:
        return ReceiptBook(settings, dataset).all()
    if not settings.receipts.is_dir():
        return []
    books = [ReceiptBook(settings, folder.name) for folder in settings.receipts.iterdir() if folder.is_dir()]
    found = [receipt for book in books for receipt in book.all()]
    return sorted(found, key=lambda receipt: (receipt.ingested_at, receipt.dataset, receipt.delivery_id))


def receipt(settings: Settings, delivery_id: str) -> Receipt:
    """The receipt with this delivery id; UsageError when nobody knows it."""
    for path in settings.receipts.glob(f"*/{delivery_id}.json"):
        return _load(path)
    raise UsageError(
        "no such delivery", field="delivery_id", value=delivery_id, fix="list them with `xiansuo deliveries`"
    )


def _load(path: Path) -> Receipt:
    return Receipt.from_json(path.read_text(encoding="utf-8"), source=path)
