"""Which standing deliveries a new one replaces: by its mode, and by what it says it corrects."""

from __future__ import annotations

from xiansuo.ingest.delivery import Delivery
from xiansuo.ingest.receipts import ACCEPTED, Receipt, ReceiptBook
from xiansuo.ingest.refusal import Refused


def replaced_deliveries(delivery: Delivery, mode: str, book: ReceiptBook) -> list[str]:
    """Ids of accepted deliveries whose rows leave the lake in the commit that adds this one, sorted."""
    standing = [receipt for receipt in book.all() if receipt.status == ACCEPTED]
    replaced = set()
    if delivery.corrects:
        replaced.add(_corrected(delivery, standing))
    if mode == "snapshot":
        replaced.update(receipt.delivery_id for receipt in standing)
    if mode == "period":
        replaced.update(_same_period(delivery, standing))
    return sorted(replaced)


def _corrected(delivery: Delivery, standing: list[Receipt]) -> str:
    known = {receipt.delivery_id for receipt in standing}
    if delivery.corrects not in known:
        raise Refused(
            "delivery:corrects",
            "the delivery to be corrected does not stand in this dataset",
            field="corrects",
            value=delivery.corrects,
            fix="list the deliveries with `xiansuo deliveries`",
        )
    return delivery.corrects


def _same_period(delivery: Delivery, standing: list[Receipt]) -> list[str]:
    if delivery.period is None:
        raise Refused(
            "delivery:no_period",
            "this dataset is delivered by period and the delivery names none",
            field="period",
            fix="write period: {from: ..., to: ...} into delivery.yml, or pass --period",
        )
    first, last = (day.isoformat() for day in delivery.period)
    replaced = []
    for receipt in standing:
        if receipt.period_from is None or receipt.period_to is None:
            continue
        if receipt.period_to < first or receipt.period_from > last:
            continue
        if receipt.period_from < first or receipt.period_to > last:
            raise Refused(
                "delivery:period_overlap",
                f"the period overlaps only a part of {receipt.period_from} to {receipt.period_to}",
                field="period",
                value=f"{first} to {last}",
                fix=f"deliver that whole period, or correct {receipt.delivery_id}",
            )
        replaced.append(receipt.delivery_id)
    return replaced
