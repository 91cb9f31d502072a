"""``ingest``, ``deliveries`` and ``quarantine``: what was delivered and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xiansuo.cli.session import JsonOption, Session, command

if TYPE_CHECKING:
    from xiansuo.ingest.receipts import Receipt

EXIT_REFUSED = 3
COLUMNS = {
    "delivery_id": "delivery",
    "dataset": "dataset",
    "status": "status",
    "sender": "sender",
    "letter_no": "letter",
    "received": "received",
    "rows_delivered": "rows",
    "rows_lake": "lake",
    "rows_quarantined": "quarantine",
    "rows_duplicate": "duplicate",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    command(app)(ingest)
    command(app)(deliveries)
    command(app)(quarantine)


def ingest(
    session: Session,
    path: Annotated[Path, typer.Argument(help="A file, a delivery folder, or a landing folder with many of them.")],
    dataset: Annotated[str | None, typer.Option(help="Dataset id; needed for a lone file.")] = None,
    sender: Annotated[str | None, typer.Option(help="Who handed it over. Default: the asset's sender.")] = None,
    letter: Annotated[str | None, typer.Option(help="Number of the letter it came with.")] = None,
    period: Annotated[str | None, typer.Option(help="Period covered: 2026-01-01..2026-01-31 or 2026-01.")] = None,
    received: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day it was received.")] = None,
    corrects: Annotated[str | None, typer.Option(help="Delivery this one replaces.")] = None,
    json: JsonOption = False,
) -> None:
    """Take deliveries into the lake; every row ends in lake, quarantine or duplicate count."""
    from xiansuo.catalog.build import build_catalog
    from xiansuo.cli.output import print_json, show
    from xiansuo.ingest.landing import ingest_landing
    from xiansuo.ingest.pipeline import ingest as ingest_one

    with session.progress() as progress:
        if is_landing(path):
            receipts = ingest_landing(session.settings, path, progress=progress)
        else:
            receipt = ingest_one(
                session.settings,
                path,
                dataset=dataset,
                sender=sender,
                letter_no=letter,
                period=parse_period(period),
                corrects=corrects,
                received=None if received is None else received.date(),
                progress=progress,
            )
            receipts = [receipt]
    build_catalog(session.settings)
    if json:
        print_json([receipt_row(receipt) for receipt in receipts])
    else:
        show(_table(receipts))
        _tell_refusals(receipts)
    if any(receipt.status == "refused" for receipt in receipts):
        raise typer.Exit(EXIT_REFUSED)


def is_landing(path: Path) -> bool:
    """Whether ``path`` holds <dataset>/<delivery>/ folders rather than being one delivery."""
    return path.is_dir() and any("." in folder.name and folder.is_dir() for folder in path.iterdir())


def parse_period(text: str | None) -> tuple[date, date] | None:
    """First and last day of ``2026-01-01..2026-01-31``, ``2026-01`` or ``2026``; UsageError on anything else."""
    from calendar import monthrange

    from xiansuo.core.errors import UsageError

    if text is None:
        return None
    try:
        if ".." in text:
            first, last = (date.fromisoformat(part) for part in text.split("..", 1))
        elif "-" in text:
            year, month = (int(part) for part in text.split("-"))
            first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        else:
            first, last = date(int(text), 1, 1), date(int(text), 12, 31)
    except ValueError:
        fix = "write 2026-01-01..2026-01-31, 2026-01 or 2026"
        raise UsageError("not a period", field="--period", value=text, fix=fix) from None
    if last < first:
        raise UsageError("the period ends before it begins", field="--period", value=text)
    return first, last


def deliveries(
    session: Session,
    dataset: Annotated[str | None, typer.Argument(help="Only this dataset.")] = None,
    json: JsonOption = False,
) -> None:
    """List receipts: rows in file = lake + quarantine + duplicates, for every delivery."""
    from xiansuo.cli.output import print_json, show
    from xiansuo.ingest.receipts import receipts

    found = receipts(session.settings, dataset)
    if json:
        print_json([receipt_row(receipt) for receipt in found])
    else:
        show(_table(found))
        _tell_refusals(found)


def quarantine(
    session: Session,
    dataset: Annotated[str, typer.Argument(help="Dataset id.")],
    limit: Annotated[int, typer.Option(min=1, help="Rows to show.")] = 20,
    json: JsonOption = False,
) -> None:
    """Show rejected rows with their original text and the reasons, in Chinese and English."""
    from xiansuo.api import Xiansuo
    from xiansuo.cli.output import note, print_json, show, table

    rows = Xiansuo(session.settings).quarantine(dataset).head(limit).to_dicts()
    if json:
        print_json(rows)
        return
    headings = ("delivery", "file", "row", "reasons", "original")
    cells = [[row["_delivery"], row["_file"], str(row["_row"]), row["reasons_zh"], row["original"]] for row in rows]
    if not rows:
        note(f"nothing of {dataset} is in quarantine; a delivery refused whole is listed by xiansuo deliveries")
        return
    show(table(f"quarantine of {dataset}", headings, cells))
    if len(rows) == limit:
        note(f"first {limit} rows; --limit shows more")


def receipt_row(receipt: Receipt) -> dict[str, Any]:
    """A receipt as plain JSON values."""
    from dataclasses import asdict

    return asdict(receipt)


def _table(receipts: list[Receipt]) -> Any:
    from xiansuo.cli.output import records

    return records(None, [receipt_row(receipt) for receipt in receipts], COLUMNS)


def _tell_refusals(receipts: list[Receipt]) -> None:
    from xiansuo.cli.output import note

    for receipt in receipts:
        if receipt.status == "refused":
            refusal = dict(receipt.refusal or {})
            code, message = refusal.pop("code", ""), refusal.pop("message", "")
            note(f"refused: {receipt.dataset} {receipt.delivery_id}: {message} ({code})")
            for name, part in refusal.items():
                note(f"  {name}: {part}")
