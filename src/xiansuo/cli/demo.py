"""``demo`` and ``synth``: a synthetic province, and the whole way from its deliveries to clues."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xiansuo.cli.session import JsonOption, Session, command

if TYPE_CHECKING:
    from xiansuo.core.progress import Progress
    from xiansuo.core.settings import Settings

DEFAULT_SEED = 1
CLUES_SHOWN = 5
STAMP = "demo.json"


class Scale(StrEnum):
    """How large the synthetic province is."""

    small = "small"
    medium = "medium"
    large = "large"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    command(app)(demo)
    command(app)(synth)


def demo(
    session: Session,
    scale: Annotated[Scale, typer.Option(help="Size of the synthetic province.")] = Scale.small,
    seed: Annotated[int, typer.Option(help="Another seed makes another province.")] = DEFAULT_SEED,
    persons: Annotated[int | None, typer.Option(min=1, help="Number of people, instead of the scale's.")] = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Leave when the clues are there.")] = False,
    json: JsonOption = False,
) -> None:
    """Synthetic deliveries -> lake -> marts -> models -> clues, all in one home folder."""
    from xiansuo.cli.output import note, print_json

    size = {"persons": persons} if persons else {"scale": scale.value}
    with session.progress() as progress:
        result = run_demo(session.settings, {**size, "seed": seed}, progress)
    if json:
        print_json(result)
        return
    _show(session.settings, result)
    if not no_serve:
        note("The review console is not part of this version; the command line and the notebooks show the clues.")


def run_demo(settings: Settings, wanted: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the province ``wanted`` (scale or persons, seed), ingest it, run all models; returns counts per step.

    A home holds one demo: the same one again repeats nothing, another one is a UsageError.
    """
    from xiansuo.catalog.build import build_catalog
    from xiansuo.clues.run import run_model
    from xiansuo.ingest.landing import ingest_landing
    from xiansuo.supervision.load import load_models

    _province(settings, wanted, progress)
    receipts = ingest_landing(settings, settings.landing, progress=progress)
    runs = {model: run_model(settings, model, progress=progress) for model in load_models(settings.project)}
    build_catalog(settings)
    return {
        "home": settings.home,
        "truth": settings.home / "truth",
        "deliveries": len(receipts),
        "refused": [receipt.delivery_id for receipt in receipts if receipt.status == "refused"],
        "rows_delivered": sum(receipt.rows_delivered for receipt in receipts),
        "rows_lake": sum(receipt.rows_lake for receipt in receipts),
        "rows_quarantined": sum(receipt.rows_quarantined for receipt in receipts),
        "rows_duplicate": sum(receipt.rows_duplicate for receipt in receipts),
        "models": {model: {"run_id": run.run_id, **run.counts} for model, run in runs.items()},
    }


def _province(settings: Settings, wanted: dict[str, Any], progress: Progress) -> None:
    import json

    from xiansuo.core.errors import UsageError
    from xiansuo.core.files import write_atomic
    from xiansuo.synth.generate import generate

    stamp = settings.home / STAMP
    made = json.loads(stamp.read_text(encoding="utf-8")) if stamp.is_file() else None
    if made == {**wanted, "complete": True}:
        return
    foreign = made is None and settings.landing.is_dir() and any(settings.landing.iterdir())
    if foreign or (made is not None and made != {**wanted, "complete": False}):
        raise UsageError(
            "this home already holds other deliveries; a demo needs a home of its own",
            field="--home",
            value=settings.home,
            fix="choose another folder with --home, or remove this one",
        )
    write_atomic(stamp, json.dumps({**wanted, "complete": False}))
    generate(settings.home, **wanted, progress=progress, project=settings.project)
    write_atomic(stamp, json.dumps({**wanted, "complete": True}))


def _show(settings: Settings, result: dict[str, Any]) -> None:
    from xiansuo.cli.clue_tables import clue_table
    from xiansuo.cli.output import show
    from xiansuo.clues.query import list_clues
    from xiansuo.supervision.load import load_models

    show(
        f"{result['deliveries']} deliveries: {result['rows_delivered']:,} rows = {result['rows_lake']:,} in the lake"
        f" + {result['rows_quarantined']:,} in quarantine + {result['rows_duplicate']:,} duplicates"
    )
    if result["refused"]:
        show(f"{len(result['refused'])} deliveries were refused whole; xiansuo deliveries says why")
    for model_id, model in load_models(settings.project).items():
        clues = list_clues(settings, model_id)
        show(clue_table(model, clues, CLUES_SHOWN))
    show(
        "Next:  xiansuo clue ID              why this clue, its evidence and what was tested",
        "       xiansuo verify --all         re-read the delivered bytes behind every clue",
        f"       xiansuo evaluate --truth {result['truth']}",
    )


def synth(
    session: Session,
    out: Annotated[Path, typer.Option(help="Folder to write landing/ and truth/ into.")],
    persons: Annotated[int | None, typer.Option(min=1, help="Number of people. Default: 20,000.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed makes another province.")] = DEFAULT_SEED,
    json: JsonOption = False,
) -> None:
    """Write a synthetic city-year of deliveries with planted truth."""
    from xiansuo.cli.output import print_json, records, show
    from xiansuo.synth.generate import generate

    with session.progress() as progress:
        report = generate(out, persons=persons, seed=seed, project=session.settings.project, progress=progress)
    counts = {"rows": report.rows, "deliveries": report.deliveries, "cases": report.cases}
    if json:
        print_json({**counts, "landing": out / "landing", "truth": out / "truth"})
    else:
        show(records(None, [counts], {name: name for name in counts}))
        show(f"deliveries in {out / 'landing'}, truth in {out / 'truth'}")
