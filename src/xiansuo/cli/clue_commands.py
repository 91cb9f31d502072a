"""``clues``, ``clue`` and ``verify``: what the models found, and whether it stands on delivered bytes."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xiansuo.cli.session import EXIT_PROBLEMS, JsonOption, Session, command


class Format(StrEnum):
    """How a list of clues is written."""

    table = "table"
    csv = "csv"
    json = "json"
    xlsx = "xlsx"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for function in (clues, clue, verify):
        command(app)(function)


def clues(
    session: Session,
    model: Annotated[str, typer.Argument(help="Model id.")],
    run: Annotated[str | None, typer.Option(help="A run id. Default: the newest run.")] = None,
    mapping: Annotated[str | None, typer.Option(help="The newest run through this mapping.")] = None,
    format: Annotated[Format, typer.Option(help="How to write the list.")] = Format.table,
    out: Annotated[Path | None, typer.Option(help="File to write. Needed for xlsx on a terminal.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows of the table; files hold all.")] = 50,
    json: JsonOption = False,
) -> None:
    """List the clues of a model, best score first."""
    from xiansuo.cli.output import note
    from xiansuo.clues.export import export_clues

    wanted = Format.json if json else format
    if wanted is Format.table:
        _list(session, model, run, mapping, limit)
        return
    content = export_clues(session.settings, model, wanted.value, run, mapping=mapping)
    if out is not None:
        from xiansuo.core.files import write_atomic

        write_atomic(out, content)
        note(f"written: {out}")
        return
    _refuse_binary_on_terminal(wanted)
    sys.stdout.flush()
    sys.stdout.buffer.write(content)


def _refuse_binary_on_terminal(wanted: Format) -> None:
    from xiansuo.core.errors import UsageError

    if wanted is Format.xlsx and sys.stdout.isatty():
        raise UsageError("xlsx is no text for a terminal", field="--out", fix="add --out FILE.xlsx")


def _list(session: Session, model: str, run: str | None, mapping: str | None, limit: int) -> None:
    from xiansuo.cli.clue_tables import clue_table
    from xiansuo.cli.output import note, show
    from xiansuo.clues.query import list_clues
    from xiansuo.supervision.load import find_model

    found = list_clues(session.settings, model, run, mapping=mapping)
    show(clue_table(find_model(session.settings.project, model), found, limit))
    if found.height > limit:
        note(f"first {limit} of {found.height}; --limit shows more, --format xlsx --out FILE writes all")


def clue(
    session: Session,
    clue_id: Annotated[str, typer.Argument(metavar="ID", help="Clue id.")],
    rows: Annotated[int, typer.Option(min=1, help="Evidence rows to show per dataset.")] = 20,
    json: JsonOption = False,
) -> None:
    """Show one clue: why, how much, what was tested, the evidence and where it came from. In Chinese."""
    from xiansuo.catalog.rows import evidence_rows
    from xiansuo.clues.query import get_clue

    detail = get_clue(session.settings, clue_id)
    values = evidence_rows(session.settings, detail.evidence, detail.run)
    if json:
        from dataclasses import asdict

        from xiansuo.cli.output import print_json

        page = asdict(detail)
        for item in page["evidence"]:
            item["values"] = values.get((item["dataset"], item["_file"], item["_row"]))
        print_json(page)
        return
    from xiansuo.cli.clue_page import clue_page
    from xiansuo.cli.output import show
    from xiansuo.supervision.load import find_model

    show(*clue_page(detail, find_model(session.settings.project, detail.clue["model_id"]), values, rows))


def verify(
    session: Session,
    clue_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Clue ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All clues of the newest runs.")] = False,
    json: JsonOption = False,
) -> None:
    """Re-read the delivered bytes behind clues and compare every evidence row."""
    from xiansuo.cli.output import print_json, show
    from xiansuo.clues.verify import verify as check
    from xiansuo.core.errors import UsageError

    if bool(clue_ids) == every:
        raise UsageError("say which clues to verify", field="ID", fix="give clue ids, or --all")
    with session.progress() as progress:
        report = check(session.settings, None if every else clue_ids, progress=progress)
    if json:
        counts = {"clues": report.clues, "evidence_rows": report.evidence_rows, "files": report.files}
        print_json({**counts, "failed": len(report.failed), "failed_clues": report.failed, "failures": report.failures})
    else:
        show(
            f"{report.clues:,} clues, {report.evidence_rows:,} evidence rows in {report.files:,} delivered files, "
            f"{len(report.failed):,} clues failed"
        )
        for failure in report.failures:
            show(f"  {failure.dataset} {failure.file} rows {list(failure.rows)[:10]}: {failure.reason}")
    if report.failed:
        raise typer.Exit(EXIT_PROBLEMS)
