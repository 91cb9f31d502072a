"""``run`` and ``evaluate``: working with supervision models."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xiansuo.cli.session import JsonOption, Session, command

if TYPE_CHECKING:
    from xiansuo.clues.evaluate import EvaluationReport, RuleScore


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for function in (run, evaluate):
        command(app)(function)


def run(
    session: Session,
    models: Annotated[
        list[str] | None, typer.Argument(metavar="[MODEL]...", help="Default: all that are not retired.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day the rules look from. Default: the newest delivered day."),
    ] = None,
    mapping: Annotated[str | None, typer.Option(help="Read the inputs through mappings/NAME.yml of the model.")] = None,
    json: JsonOption = False,
) -> None:
    """Run models and write their clues. A run whose model, inputs and day are unchanged is not repeated."""
    from xiansuo.catalog.build import build_catalog
    from xiansuo.cli.output import print_json, show, table
    from xiansuo.clues.run import run_model
    from xiansuo.supervision.load import find_model, load_models

    for model in models or ():
        find_model(session.settings.project, model)
    known = load_models(session.settings.project)
    chosen = models or [name for name, model in sorted(known.items()) if model.spec.status != "retired"]
    day = None if as_of is None else as_of.date()
    with session.progress() as progress:
        results = {
            model: run_model(session.settings, model, as_of=day, mapping=mapping, progress=progress) for model in chosen
        }
    build_catalog(session.settings)
    rows = [
        {"model": model, "run_id": result.run_id, "skipped": result.skipped, **result.counts}
        for model, result in results.items()
    ]
    if json:
        print_json(rows)
    else:
        headings = list(dict.fromkeys(key for row in rows for key in row))
        show(table(None, headings, ([row.get(key) for key in headings] for row in rows)))


def evaluate(
    session: Session,
    truth: Annotated[Path, typer.Option(help="The truth folder that synth or demo wrote.")],
    json: JsonOption = False,
) -> None:
    """Compare the hits with planted truth: recall, precision and look-alike leak per rule."""
    from xiansuo.cli.output import print_json, show, table
    from xiansuo.clues.evaluate import evaluate as compare

    report = report_dict(compare(session.settings, truth))
    if json:
        print_json(report)
        return
    names = list(report["overall"])
    rows = [["overall", *(_share(report["overall"][name]) for name in names)]]
    rows += [[rule, *(_share(values.get(name)) for name in names)] for rule, values in report["rules"].items()]
    show(table(f"against {truth}", ["rule", *names], rows, right=names))


def report_dict(report: EvaluationReport) -> dict[str, Any]:
    """An evaluation report as ``{"overall": {...}, "rules": {"model.rule": {...}}, "misses": [...], ...}``."""
    return {
        "overall": _score_dict(report.overall),
        "rules": {f"{score.model_id}.{score.rule_id}": _score_dict(score) for score in report.rules},
        "misses": report.misses,
        "leaks": report.leaks,
        "false_hits": report.false_hits,
    }


def _score_dict(score: RuleScore) -> dict[str, Any]:
    counts = ("violations", "found", "violations_a", "found_a", "hits", "hits_right", "lookalikes", "leaked")
    shares = ("recall_a", "recall", "precision", "lookalike_leak")
    return {name: getattr(score, name) for name in (*shares, *counts)}


def _share(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)
