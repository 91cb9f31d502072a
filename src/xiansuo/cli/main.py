"""The ``xiansuo`` command: puts the command groups together and turns errors into messages and exit codes.

Exit codes: 0 ok, 1 found problems, 2 bad use, 3 bad input, 4 environment.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from xiansuo.cli import (
    check_command,
    clue_commands,
    deliveries,
    demo,
    diff_commands,
    lake_commands,
    lifecycle_commands,
    lineage_commands,
    model_commands,
    models,
    test_command,
)
from xiansuo.cli.session import Choices, DebugOption, HomeOption, ProjectOption, ThreadsOption

EXIT_ENVIRONMENT = 4

app = typer.Typer(
    name="xiansuo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: loading Rich for it costs a third of the start
    help="xiansuo (线索): delivered data in, evidence-backed clues out, people decide.",
    epilog="Exit codes: 0 ok, 1 found problems, 2 bad use, 3 bad input, 4 environment.",
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"xiansuo {version('xiansuo')}\n")
        raise typer.Exit


@app.callback()
def shared(
    ctx: typer.Context,
    home: HomeOption = None,
    project: ProjectOption = None,
    threads: ThreadsOption = None,
    debug: DebugOption = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Keep the options given before the command's name."""
    ctx.obj = Choices(home, project, threads, debug)


GROUPS = (
    demo,
    deliveries,
    models,
    check_command,
    test_command,
    model_commands,
    clue_commands,
    lake_commands,
    diff_commands,
    lifecycle_commands,
    lineage_commands,
)
for group in GROUPS:
    group.register(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code. Only --debug lets an exception through."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(args=given, prog_name="xiansuo")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception as error:  # the boundary: whatever comes up becomes a message and a code
        if "--debug" in given:
            raise
        return _report(error)
    return 0


def _report(error: Exception) -> int:
    from xiansuo.core.errors import XiansuoError

    if isinstance(error, XiansuoError):
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    sys.stderr.write(f"error: {type(error).__name__}: {error}\n  fix: run it again with --debug to see where\n")
    return EXIT_ENVIRONMENT


def run() -> None:
    """Entry point of the installed command."""
    sys.exit(main())


if __name__ == "__main__":
    run()
