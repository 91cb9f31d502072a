"""``test``: the worked cases beside the rules, and the mutants that say whether they are enough."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xiansuo.cli.session import JsonOption, Session, command

if TYPE_CHECKING:
    from xiansuo.supervision.cases import CaseResult
    from xiansuo.supervision.mutation_run import RuleReport

EXIT_PROBLEMS = 1


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app)(test)


def test(
    session: Session,
    target: Annotated[str | None, typer.Argument(metavar="[MODEL[.RULE]]", help="Default: all models.")] = None,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Also change the SQL a little, again and again: do the cases notice?")
    ] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="With --mutate: change evidence.sql, too.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="With --mutate: processes to use.")] = 2,
    json: JsonOption = False,
) -> None:
    """Run the worked cases beside the rules."""
    from xiansuo.cli.output import note
    from xiansuo.supervision.cases import run_cases

    project = session.settings.project
    model, _, rule = (target or "").partition(".")
    results = run_cases(project, model=model or None, rule=rule or None)
    failed = [result for result in results if not result.passed]
    if json and not (mutate and not failed):
        _print_cases_json(results)
    elif failed or not mutate:
        _show_failures(project, failed)
    if not json:
        note(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    if failed:
        raise typer.Exit(EXIT_PROBLEMS)
    if mutate:
        _mutate(session, model or None, rule or None, evidence, jobs, json)


def _print_cases_json(results: list[CaseResult]) -> None:
    from xiansuo.cli.output import print_json

    print_json([{**asdict(result), "passed": result.passed} for result in results])


def _show_failures(project: Path, failed: list[CaseResult]) -> None:
    for result in failed:
        where = f"{_relative(result.file, project)}:{result.line}"
        typer.echo(f"FAILED {result.model}.{result.rule}  {result.case}  ({where})")
        typer.echo("".join(f"  {failure}\n" for failure in result.failures), nl=False)


def _mutate(session: Session, model: str | None, rule: str | None, evidence: bool, jobs: int, json: bool) -> None:
    from xiansuo.cli.output import print_json
    from xiansuo.supervision.mutation_run import run_mutants

    project = session.settings.project
    with session.progress() as progress:
        reports = run_mutants(project, model, rule, evidence=evidence, jobs=jobs, progress=progress)
    if json:
        print_json([_report_dict(report, project) for report in reports])
    else:
        _show_reports(reports, project)
    if not all(report.passed for report in reports):
        raise typer.Exit(EXIT_PROBLEMS)


def _show_reports(reports: list[RuleReport], project: Path) -> None:
    from xiansuo.cli.output import show, table

    headings = ["rule", "mutants", "killed", "invalid", "justified", "survived"]
    counts = [list(_counts(report).values()) for report in reports]
    rows: list[list[Any]] = [
        [f"{report.model}.{report.rule}", *row] for report, row in zip(reports, counts, strict=True)
    ]
    if len(rows) > 1:
        rows.append(["all", *(sum(column) for column in zip(*counts, strict=True))])
    show(table(None, headings, rows, right=headings[1:]))
    for report in reports:
        for item in report.survivors:
            mutant = item.mutant
            typer.echo(f"{_relative(mutant.file, project)}:{mutant.line}:{mutant.column}: {mutant.id}")
            typer.echo(f"    {mutant.original}\n -> {mutant.mutated}\n    {mutant.advice}")
        for stale in report.stale:
            typer.echo(
                f"{_relative(stale.file, project)}:{stale.line}: {stale.mutant} needs no justification: {stale.reason}"
            )


def _counts(report: RuleReport) -> dict[str, int]:
    return {
        "mutants": len(report.judged),
        "killed": report.count("killed"),
        "invalid": report.count("invalid"),
        "justified": len(report.justified),
        "survived": len(report.survivors),
    }


def _report_dict(report: RuleReport, project: Path) -> dict[str, Any]:
    mutants = []
    for item in report.judged:
        mutant = {**asdict(item.mutant), "file": str(_relative(item.mutant.file, project))}
        del mutant["sql"]
        why = report.justified.get(item.mutant.id)
        mutants.append({**mutant, "status": "justified" if why else item.status, "by": item.by, "why": why})
    stale = [{**asdict(item), "file": str(_relative(item.file, project))} for item in report.stale]
    return {"model": report.model, "rule": report.rule, **_counts(report), "list": mutants, "stale": stale}


def _relative(file: Path, project: Path) -> Path:
    return file.relative_to(project) if file.is_relative_to(project) else file
