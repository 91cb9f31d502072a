"""``test``: the worked cases beside the rules, and the mutants that say whether they are enough."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xiansuo.cli.session import EXIT_PROBLEMS, JsonOption, Session, command

if TYPE_CHECKING:
    from xiansuo.supervision.cases import CaseResult
    from xiansuo.supervision.mutation_run import RuleReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app)(test)


@dataclass(frozen=True)
class _Wanted:
    """What one call asks for."""

    mutate: bool
    evidence: bool
    jobs: int
    verbose: bool
    json: bool


def test(
    session: Session,
    target: Annotated[str | None, typer.Argument(metavar="[MODEL[.RULE]]", help="Default: all models.")] = None,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Also change the SQL a little, again and again: do the cases notice?")
    ] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="With --mutate: change evidence.sql, too.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="With --mutate: processes to use.")] = 2,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the given rows of failing cases.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Run again whenever a file changes, until Ctrl-C.")] = False,
    json: JsonOption = False,
) -> None:
    """Run the worked cases beside the rules."""
    wanted = _Wanted(mutate, evidence, jobs, verbose, json)
    if watch:
        _watch(session, target, wanted)
    elif not _run(session, target, wanted):
        raise typer.Exit(EXIT_PROBLEMS)


def _watch(session: Session, target: str | None, wanted: _Wanted) -> None:
    """Run, then run again what each change touches; Ctrl-C ends with the code of what was seen last."""
    from xiansuo.cli.output import console, note
    from xiansuo.core.errors import XiansuoError
    from xiansuo.supervision.watch import touched, watched_changes

    def attempt(what: str | None) -> bool:
        try:
            return _run(session, what, wanted)
        except XiansuoError as error:
            note(f"error: {error}")
            return False

    good = {target: attempt(target)}
    project = session.settings.project
    note("waiting for changes, Ctrl-C ends")
    try:
        for paths in watched_changes(project):
            again = touched(project, paths, target)
            if again:
                console().clear()
            good |= {what: attempt(what) for what in again}
            if target in again:
                good = {target: good[target]}
    except KeyboardInterrupt:
        pass
    if not all(good.values()):
        raise typer.Exit(EXIT_PROBLEMS)


def _run(session: Session, target: str | None, wanted: _Wanted) -> bool:
    """Run cases, and mutants when the cases pass and they are asked for; whether all is well."""
    from xiansuo.cli.case_tables import show_failures
    from xiansuo.cli.output import note
    from xiansuo.supervision.cases import run_cases

    project = session.settings.project
    model, _, rule = (target or "").partition(".")
    results = run_cases(project, model=model or None, rule=rule or None)
    failed = [result for result in results if not result.passed]
    if not wanted.json:
        show_failures(project, failed, with_given=wanted.verbose)
        note(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    elif failed or not wanted.mutate:
        _print_cases(results, project)
    if failed or not wanted.mutate:
        return not failed
    return _mutate(session, model or None, rule or None, wanted)


def _print_cases(results: list[CaseResult], project: Path) -> None:
    from xiansuo.cli.output import print_json, relative

    rows = []
    for result in results:
        row = {
            **{name: getattr(result, name) for name in ("model", "rule", "case", "kind", "position", "failures")},
            "file": relative(result.file, project),
            "line": result.line,
            "passed": result.passed,
            "differences": [asdict(item) for item in result.differences],
        }
        rows.append(row)
    print_json(rows)


def _mutate(session: Session, model: str | None, rule: str | None, wanted: _Wanted) -> bool:
    from xiansuo.cli.case_tables import show_reports
    from xiansuo.cli.output import print_json
    from xiansuo.supervision.mutation_run import run_mutants

    project = session.settings.project
    with session.progress() as progress:
        reports = run_mutants(project, model, rule, evidence=wanted.evidence, jobs=wanted.jobs, progress=progress)
    if wanted.json:
        print_json([_report_dict(report, project) for report in reports])
    else:
        show_reports(reports, project)
    return all(report.passed for report in reports)


def _report_dict(report: RuleReport, project: Path) -> dict[str, Any]:
    from xiansuo.cli.case_tables import mutant_counts
    from xiansuo.cli.output import relative

    shown = ("id", "kind", "line", "column", "original", "mutated", "advice")
    mutants = []
    for item in report.judged:
        why = report.justified.get(item.mutant.id)
        mutants.append(
            {
                **{name: getattr(item.mutant, name) for name in shown},
                "file": relative(item.mutant.file, project),
                "status": "justified" if why else item.status,
                "by": item.by,
                "why": why,
            }
        )
    stale = [{**asdict(item), "file": relative(item.file, project)} for item in report.stale]
    return {
        "model": report.model,
        "rule": report.rule,
        "counts": mutant_counts(report),
        "mutants": mutants,
        "stale": stale,
    }
