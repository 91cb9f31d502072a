"""How failing cases and mutants are shown: expected against found, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiansuo.cli.output import relative, show, text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xiansuo.supervision.case_compare import RowDifference
    from xiansuo.supervision.cases import CaseResult
    from xiansuo.supervision.mutation_run import RuleReport

_ABSENT = "—"
_HIDDEN = ("hit_id",)


def show_failures(project: Path, failed: Sequence[CaseResult], *, with_given: bool) -> None:
    """Each failing case: where it stands, its rows side by side, and its given rows if asked for."""
    for result in failed:
        show(f"FAILED {result.model}.{result.rule}  {result.case}  ({relative(result.file, project)}:{result.line})")
        if result.differences:
            show(_differences(result))
        for failure in _other_failures(result):
            show(f"  {failure}")
        for name, given in result.given.items() if with_given else ():
            show(_grid(f"given {name}", given.columns, [[_cell(value) for value in row] for row in given.rows]))


def _other_failures(result: CaseResult) -> Iterator[str]:
    """The failures that the table of rows does not show."""
    shown = len(result.differences)
    counted = result.failures[:1] if result.failures[0].startswith("expected ") else ()
    yield from counted
    yield from result.failures[len(counted) + shown :] if shown else result.failures[len(counted) :]


def _differences(result: CaseResult) -> RenderableType:
    columns = _columns(result)
    rows: list[list[Any]] = []
    for row in result.matched:
        rows.append(["as expected", *(_cell(row.get(name)) for name in columns)])
    for difference in result.differences:
        rows += _lines(difference, columns)
    return _grid(None, ["row", *columns], rows)


def _columns(result: CaseResult) -> list[str]:
    """The keys that expectations name; all output columns when a found row stands against no expectation at all."""
    named = [key for difference in result.differences for key in difference.expected or ()]
    if not named:
        named = [key for difference in result.differences for key in difference.actual or ()]
    return [key for key in dict.fromkeys(named) if key not in _HIDDEN]


def _lines(difference: RowDifference, columns: Sequence[str]) -> Iterator[list[Any]]:
    expected, actual = difference.expected, difference.actual
    if expected is not None:
        word = "missing" if actual is None else "expected"
        yield [word, *(_cell(expected[name]) if name in expected else "" for name in columns)]
    if actual is not None:
        word = "found" if expected is not None else "not expected"
        yield [word, *(_marked(actual, name, difference.cells) for name in columns)]


def _marked(actual: Mapping[str, Any], name: str, cells: Sequence[str]) -> Any:
    """A cell; one that differs is red, and marked for those who see no colour."""
    from rich.text import Text

    shown = _cell(actual.get(name))
    return Text(f"≠ {shown}", style="bold red") if name in cells else shown


def _cell(value: Any) -> str:
    return _ABSENT if value is None else text(value) if isinstance(value, list) else str(value)


def _grid(title: str | None, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> RenderableType:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    return made


def show_reports(reports: Sequence[RuleReport], project: Path) -> None:
    """Mutants by rule, then each survivor with its place and the case that is missing."""
    from xiansuo.cli.output import table

    headings = ["rule", "mutants", "killed", "invalid", "justified", "survived"]
    counts = [list(mutant_counts(report).values()) for report in reports]
    rows: list[list[Any]] = [[f"{one.model}.{one.rule}", *row] for one, row in zip(reports, counts, strict=True)]
    if len(rows) > 1:
        rows.append(["all", *(sum(column) for column in zip(*counts, strict=True))])
    show(table(None, headings, rows, right=headings[1:]))
    for report in reports:
        for item in report.survivors:
            mutant = item.mutant
            show(f"{relative(mutant.file, project)}:{mutant.line}:{mutant.column}: {mutant.id}")
            show(f"    {mutant.original}", f" -> {mutant.mutated}", f"    {mutant.advice}")
        for stale in report.stale:
            show(
                f"{relative(stale.file, project)}:{stale.line}: {stale.mutant} is justified for nothing: {stale.reason}"
            )


def mutant_counts(report: RuleReport) -> dict[str, int]:
    """How many mutants of a rule ended how."""
    return {
        "mutants": len(report.judged),
        "killed": report.count("killed"),
        "invalid": report.count("invalid"),
        "justified": len(report.justified),
        "survived": len(report.survivors),
    }
