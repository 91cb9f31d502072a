"""What every command shares: the options --home, --project, --threads, --debug, and the object they make.

Belongs here: the ``command`` decorator and ``Session``. Does not belong here: any command, any rendering.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from xiansuo.cli.progress import RichProgress
    from xiansuo.core.settings import Settings

EXIT_PROBLEMS = 1  # the command did its work, and what it looked at is not in order

HomeOption = Annotated[
    Path | None,
    typer.Option(help="Folder that holds all state. Default: $XIANSUO_HOME, else ./var."),
]
ProjectOption = Annotated[
    Path | None,
    typer.Option(
        help="Folder with assets, data_contracts, sql and models. Default: $XIANSUO_PROJECT, else found from here.",
    ),
]
ThreadsOption = Annotated[int | None, typer.Option(min=1, help="Threads to use. Default: all cores.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@dataclass
class Choices:
    """Shared options given before the command's name; the same option after the name wins."""

    home: Path | None = None
    project: Path | None = None
    threads: int | None = None
    debug: bool = False

    def updated(self, home: Path | None, project: Path | None, threads: int | None, debug: bool) -> Choices:
        """These choices, overridden by what is given."""
        return Choices(home or self.home, project or self.project, threads or self.threads, debug or self.debug)


@dataclass
class Session:
    """One invocation of one command."""

    choices: Choices = field(default_factory=Choices)

    @cached_property
    def settings(self) -> Settings:
        """Project, home and machine limits."""
        from xiansuo.core.settings import Settings

        return Settings.discover(project=self.choices.project, home=self.choices.home, threads=self.choices.threads)

    def progress(self) -> RichProgress:
        """Progress bars on stderr, silent when stderr is no terminal."""
        from xiansuo.cli.progress import RichProgress

        return RichProgress()


def shared_names() -> set[str]:
    """Names of the options every command takes."""
    return {parameter.name for parameter in _shared_parameters()}


def command(app: typer.Typer, name: str | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function ``f(session, ...)`` as a command that also takes the shared options."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        def call(ctx: typer.Context, **values: Any) -> None:
            shared = [values.pop(option) for option in ("home", "project", "threads", "debug")]
            given = ctx.obj if isinstance(ctx.obj, Choices) else Choices()
            function(Session(given.updated(*shared)), **values)

        declared = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in declared]
        signature = inspect.Signature([_parameter("ctx", typer.Context), *own, *_shared_parameters()])
        call.__signature__ = signature  # type: ignore[attr-defined]  # typer reads the command's options from it
        call.__annotations__ = {parameter.name: parameter.annotation for parameter in signature.parameters.values()}
        call.__doc__ = function.__doc__
        app.command(name or function.__name__)(call)
        return function

    return register


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _shared_parameters() -> list[inspect.Parameter]:
    return [
        _parameter("home", HomeOption, None),
        _parameter("project", ProjectOption, None),
        _parameter("threads", ThreadsOption, None),
        _parameter("debug", DebugOption, False),
    ]
