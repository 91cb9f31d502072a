"""``check``: the linter for people, programs, editors and pipelines. How findings are written is ``check_formats``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from xiansuo.cli.session import EXIT_PROBLEMS, JsonOption, Session, command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xiansuo.supervision.findings import Finding

_PROCESSES = 2
Format = Literal["text", "json", "sarif", "github"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app)(check)


def check(
    session: Session,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Only units that hold these files or read what they define."),
    ] = None,
    format: Annotated[Format, typer.Option(help="text, json, sarif or github.")] = "text",
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings count as problems.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Check all anew and remember nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Lint contracts, assets, marts and models. Needs no data. Warnings alone end with 0 unless --strict."""
    from xiansuo.cli.check_formats import write
    from xiansuo.cli.output import note
    from xiansuo.supervision.lint import check_project

    settings = session.settings
    findings = check_project(
        settings.project,
        paths=_existing(paths or ()),
        cache=None if no_cache else settings.home / "cache" / "check.json",
        workers=min(_PROCESSES, settings.threads),
    )
    chosen = "json" if json else format
    written = write(findings, chosen, settings.project, Path.cwd())
    if written:
        typer.echo(written)
    if chosen == "text":
        note(_summary(findings))
    if any(strict or item.severity == "error" for item in findings):
        raise typer.Exit(EXIT_PROBLEMS)


def _existing(paths: Sequence[Path]) -> list[Path]:
    from xiansuo.core.errors import UsageError

    for path in paths:
        if not path.exists():
            raise UsageError("no such file or folder", field="PATH", value=str(path), fix="name files of the project")
    return list(paths)


def _summary(findings: Sequence[Finding]) -> str:
    counts = [(sum(item.severity == name for item in findings), name) for name in ("error", "warning")]
    told = [f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count]
    return ", ".join(told) or "no problems"
