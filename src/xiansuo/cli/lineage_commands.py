"""``lineage`` and ``impact``: where the columns of a clue come from, and what a changed column or contract breaks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xiansuo.cli.session import EXIT_PROBLEMS, JsonOption, Session, command

if TYPE_CHECKING:
    from xiansuo.catalog.impact import Touch


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for function in (lineage, impact):
        command(app)(function)


def lineage(
    session: Session,
    model: Annotated[str, typer.Argument(metavar="MODEL")],
    out: Annotated[Path | None, typer.Option(help="Where the page goes. Default: exports/lineage in home.")] = None,
    json: JsonOption = False,
) -> None:
    """Draw how delivered columns become the fields of a model's clues. Needs no data."""
    from xiansuo.catalog.discover import discover
    from xiansuo.catalog.lineage_page import lineage_page
    from xiansuo.catalog.trace import relations, trace_model
    from xiansuo.cli.output import print_json
    from xiansuo.core.files import write_atomic
    from xiansuo.supervision.load import find_model

    found = find_model(session.settings.project, model)
    units = discover(session.settings.project)
    trace = trace_model(relations(units), found)
    if json:
        print_json(trace)
        return
    page = out or session.settings.home / "exports" / "lineage" / f"{model}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(page, lineage_page(units, trace))
    typer.echo(page)


def impact(
    session: Session,
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="DATASET, DATASET.COLUMN, marts.NAME[.COLUMN], or the file of a proposed contract."
        ),
    ],
    json: JsonOption = False,
) -> None:
    """List the marts, rules and clue fields that read a column; for a proposed contract, which of them it breaks.

    Ends with 1 when a proposed contract breaks something.
    """
    from xiansuo.catalog.breakage import broken, changes, proposed_contract
    from xiansuo.catalog.discover import discover
    from xiansuo.catalog.impact import sources, touched
    from xiansuo.catalog.trace import relations
    from xiansuo.cli.output import note, print_json, show, table

    units = discover(session.settings.project)
    known = relations(units)
    listed = []
    if target.endswith((".yml", ".yaml")):
        contract = proposed_contract(units, Path(target))
        listed = changes(units.contracts[contract.dataset], contract)
        own = {column.name for column in units.contracts[contract.dataset].columns}
        moved = {(contract.dataset, change.column) for change in listed if change.breaking and change.column in own}
        found = broken(units, contract, touched(units, known, moved))
    else:
        found = touched(units, known, sources(known, target))
    failing = [touch for touch in found if touch.error]
    if json:
        print_json({"changes": listed, "touched": found, "broken": len(failing)})
    else:
        for change in listed:
            typer.echo(f"{'!' if change.breaking else ' '} {change.column}: {change.what}")
        rows = [_row(touch, session.settings.project) for touch in found]
        show(table(None, ["what", "unit", "reads", "fields", "clue fields", "where"], rows))
        for touch in failing:
            typer.echo(f"BROKEN {touch.kind} {touch.unit}: {touch.error}")
        note(f"{len(found)} places read it" + (f", {len(failing)} of them break" if listed else ""))
    if failing:
        raise typer.Exit(EXIT_PROBLEMS)


def _row(touch: Touch, project: Path) -> list[Any]:
    file = touch.file.relative_to(project) if touch.file.is_relative_to(project) else touch.file
    fields = [*touch.fields, *(["(rows)"] if touch.decides else [])]
    return [touch.kind, touch.unit, touch.columns, fields, touch.clue_fields, f"{file}:{touch.line}"]
