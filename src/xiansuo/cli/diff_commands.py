"""``diff`` and ``sweep``: what a change of a model or of one threshold does to its clues."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xiansuo.cli.session import JsonOption, Session, command

if TYPE_CHECKING:
    from xiansuo.clues.diff import Diff, Kind
    from xiansuo.clues.sweep import Sweep

VerdictsOption = Annotated[
    Path | None, typer.Option(help="CSV or JSON with clue_id and verdict (属实, 不属实, 待核) to count by.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for function in (diff, sweep):
        command(app)(function)


def diff(
    session: Session,
    model: Annotated[str, typer.Argument(metavar="MODEL")],
    against: Annotated[
        str | None, typer.Option(help="Run id, version, or project folder with the other version. Default: last run.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="PARAM=VALUE", help="Another value for a parameter.")
    ] = None,
    verdicts: VerdictsOption = None,
    html: Annotated[Path | None, typer.Option(help="Where the page goes. Default: exports/diff in home.")] = None,
    json: JsonOption = False,
) -> None:
    """Show which clues appear, disappear and change between two versions of a model on the same data, and why.

    Nothing is published. The data are those of the run compared with.
    """
    from xiansuo.cli.output import note, print_json
    from xiansuo.clues.diff import diff as compare
    from xiansuo.clues.diff_page import diff_page
    from xiansuo.clues.verdicts import read_verdicts
    from xiansuo.core.files import write_atomic

    judged = read_verdicts(verdicts) if verdicts else {}
    with session.progress() as progress:
        found = compare(
            session.settings, model, against=against, changes=_pairs(set_), verdicts=judged, progress=progress
        )
    if json:
        print_json(found)
        if html is None:
            return
    page = html or session.settings.home / "exports" / "diff" / f"{model}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(page, diff_page(found))
    if not json:
        _show(found)
    note(f"page: {page}")


def _pairs(given: list[str] | None) -> dict[str, str]:
    from xiansuo.core.errors import UsageError

    pairs = {}
    for item in given or ():
        name, sign, value = item.partition("=")
        if not sign or not name:
            raise UsageError("not PARAM=VALUE", field="--set", value=item, fix="write --set sales_gap_ratio=0.08")
        pairs[name.strip()] = value.strip()
    return pairs


def _show(found: Diff) -> None:
    from xiansuo.cli.output import show, table
    from xiansuo.clues.diff import KINDS

    typer.echo(f"{found.model}: {found.before} -> {found.after}, as of {found.as_of}")
    typer.echo(
        f"clues {found.clues_before} -> {found.clues_after}, amount {found.amount_before:,} -> {found.amount_after:,}"
    )
    if found.note:
        typer.echo(found.note)
    rows = [
        [group.mover, *(group.clues[kind] for kind in KINDS), group.amount, _verdicts(group.verdicts)]
        for group in found.groups
    ]
    show(table(None, ["moved by", *KINDS, "amount", "verdicts"], rows, right=[*KINDS, "amount"]))


def _verdicts(counts: Mapping[Kind, Mapping[str, int]]) -> str:
    return "; ".join(
        f"{kind}: " + ", ".join(f"{verdict} {number}" for verdict, number in sorted(by.items()))
        for kind, by in counts.items()
        if by
    )


def sweep(
    session: Session,
    target: Annotated[str, typer.Argument(metavar="MODEL.PARAM")],
    values: Annotated[str, typer.Argument(metavar="FROM..TO", help="0.03..0.10, 5..30/5 (with a step), or 1,2,5.")],
    truth: Annotated[Path | None, typer.Option(help="Truth folder of synth: adds precision and recall.")] = None,
    verdicts: VerdictsOption = None,
    html: Annotated[Path | None, typer.Option(help="Where the page goes. Default: exports/sweep in home.")] = None,
    json: JsonOption = False,
) -> None:
    """Run a model with many values of one parameter on the last run's data and draw the curve of clues and amount."""
    from xiansuo.cli.output import note, print_json
    from xiansuo.clues.sweep import sweep as run_sweep
    from xiansuo.clues.sweep_page import sweep_page
    from xiansuo.clues.verdicts import read_verdicts
    from xiansuo.core.files import write_atomic

    model, _, parameter = target.partition(".")
    judged = read_verdicts(verdicts) if verdicts else {}
    with session.progress() as progress:
        found = run_sweep(
            session.settings, model, parameter, values, truth_dir=truth, verdicts=judged, progress=progress
        )
    if json:
        print_json(found)
        if html is None:
            return
    page = html or session.settings.home / "exports" / "sweep" / f"{model}.{parameter}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(page, sweep_page(found))
    if not json:
        _show_sweep(found)
    note(f"page: {page}")


def _show_sweep(found: Sweep) -> None:
    from xiansuo.cli.output import show, table

    extra = ["precision", "recall"] if any(point.recall is not None for point in found.points) else []
    extra += ["confirmed", "rejected"] if found.judged else []
    headings = [found.parameter, "clues", "hits", "amount", *extra]
    rows = [
        [
            f"{point.value}{' *' if point.standing else ''}",
            point.clues,
            point.hits,
            point.amount,
            *(getattr(point, name) for name in extra),
        ]
        for point in found.points
    ]
    show(table(f"{found.title} ({found.unit}); * the value that stands", headings, rows, right=headings))
