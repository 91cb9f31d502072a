"""``sql`` and ``status``: looking into the lake."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from xiansuo.cli.session import JsonOption, Session, command


class Format(StrEnum):
    """How a query result is written."""

    table = "table"
    csv = "csv"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    command(app)(sql)
    command(app)(status)


def sql(
    session: Session,
    query: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT over the catalogue's views.")],
    format: Annotated[Format, typer.Option(help="How to write the result.")] = Format.table,
    limit: Annotated[int, typer.Option(min=1, help="Rows of the table; csv and json hold all.")] = 100,
    json: JsonOption = False,
) -> None:
    """Query the lake read-only. Personal columns are masked. SHOW ALL TABLES lists the views."""
    from xiansuo.catalog.query import query as run_query
    from xiansuo.cli.output import note, print_json, show, table

    frame = run_query(session.settings, query)
    if json or format is Format.json:
        print_json(frame.to_dicts())
    elif format is Format.csv:
        typer.echo(frame.write_csv(), nl=False)
    else:
        right = [name for name, kind in frame.schema.items() if kind.is_numeric()]
        show(table(None, frame.columns, frame.head(limit).iter_rows(), right=right))
        if frame.height > limit:
            note(f"first {limit} of {frame.height} rows")


def status(session: Session, json: JsonOption = False) -> None:
    """What the lake holds: datasets, deliveries, models and their newest runs."""
    from xiansuo.cli.output import note, print_json, records, show

    found = describe(session)
    if json:
        print_json(found)
        return
    note(f"project {found['project']}\nhome    {found['home']}")
    headings = {
        "dataset": "dataset",
        "title": "名称",
        "deliveries": "deliveries",
        "rows_lake": "rows",
        "rows_quarantined": "quarantine",
        "newest": "newest period",
    }
    delivered = [row for row in found["datasets"] if row["deliveries"]]
    show(records("datasets", delivered, headings))
    note(f"{len(found['datasets']) - len(delivered)} datasets have no delivery yet")
    headings = {
        "model": "model",
        "title": "名称",
        "status": "status",
        "runs": "runs",
        "as_of": "as of",
        "clues": "clues",
    }
    show(records("models", found["models"], headings))


def describe(session: Session) -> dict[str, Any]:
    """Counts per dataset and per model, from receipts and runs."""
    from xiansuo.catalog.discover import discover
    from xiansuo.clues.query import list_runs
    from xiansuo.ingest.receipts import receipts

    settings = session.settings
    units = discover(settings.project)
    known = [receipt for receipt in receipts(settings) if receipt.status == "accepted"]
    datasets = []
    for name, contract in sorted(units.contracts.items()):
        own = [receipt for receipt in known if receipt.dataset == name]
        datasets.append(
            {
                "dataset": name,
                "title": contract.title,
                "deliveries": len(own),
                "rows_lake": sum(receipt.rows_lake for receipt in own),
                "rows_quarantined": sum(receipt.rows_quarantined for receipt in own),
                "newest": max((receipt.period_to or receipt.received or "" for receipt in own), default=None),
            }
        )
    models = []
    for name, model in sorted(units.models.items()):
        runs = list_runs(settings, name)
        newest = runs[-1] if runs else {}
        models.append(
            {
                "model": name,
                "title": model.spec.title,
                "status": model.spec.status,
                "runs": len(runs),
                "run_id": newest.get("run_id"),
                "as_of": newest.get("as_of"),
                "clues": newest.get("clues"),
            }
        )
    return {"project": settings.project, "home": settings.home, "datasets": datasets, "models": models}
