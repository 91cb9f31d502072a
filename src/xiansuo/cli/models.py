"""``run`` and ``evaluate``: working with supervision models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xiansuo.cli.run_command import run
from xiansuo.cli.session import JsonOption, Session, command

if TYPE_CHECKING:
    from xiansuo.clues.evaluate import EvaluationReport, RuleScore


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for function in (run, evaluate):
        command(app)(function)


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
