"""Writes docs/cli.md from the commands themselves and docs/lint.md from the list of codes.

``python -m xiansuo.cli.reference docs/cli.md`` writes both into that folder.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEADER = """# Command line

Generated from the commands by `make docs`; a test keeps it current.

Results go to stdout, notes and progress to stderr. `--json` prints what programs read: dates and amounts are text, so
that they stay exact. Exit codes: 0 ok, 1 found problems, 2 bad use, 3 bad input, 4 environment.

These options stand before or after any command's name:
"""


LINT_HEADER = """# What `xiansuo check` says

Generated from the list of codes by `make docs`; each code has its page, and a test trips the code from the example
there.

The linter reads contracts, assets, marts and models, and needs no data. It binds every rule against empty tables of the
contracts' types, so that what it lets through also runs. Each finding names file, line and column, the code and the way
to mend it. Errors end the command with status 1, warnings alone with 0 unless `--strict` is given.

```
xiansuo check                              everything
xiansuo check models/fuel_tax              units that hold these files, or read what they define
xiansuo check --format sarif > check.sarif for code scanning; also json, and github for annotations
```

Results are remembered by content in `$XIANSUO_HOME/cache`, which can be deleted at any time; `--no-cache` does without.
Other projects take the hook from `.pre-commit-hooks.yaml`.
"""
LINT_CHAPTERS = {
    "XS00": "Files",
    "XS01": "SQL and inputs",
    "XS02": "Parameters",
    "XS03": "The same answer every time, on every engine",
    "XS04": "Cases",
    "XS05": "Rule and model",
    "XS06": "Marts",
    "XS07": "Mappings",
}


def lint_index() -> str:
    """The list of the linter's codes as Markdown, one link a code."""
    from xiansuo.supervision.findings import CODES

    parts = [LINT_HEADER]
    for start, chapter in LINT_CHAPTERS.items():
        rows = [f"| [{code}](lint/{code}.md) | {title} |" for code, title in CODES.items() if code.startswith(start)]
        parts.append("\n".join([f"\n## {chapter}\n", "| | |", "|---|---|", *rows, ""]))
    return "".join(parts)


def reference() -> str:
    """The page as Markdown."""
    import typer

    from xiansuo.cli.main import app
    from xiansuo.cli.session import shared_names

    root: Any = typer.main.get_command(app)
    shared = [option for option in root.params if option.name in shared_names()]
    parts = [HEADER, _options(shared)]
    for name, command in _commands(root):
        own = [item for item in command.params if item.name not in shared_names() | {"help"}]
        parts.append(f"\n## xiansuo {name}\n\n{command.help}\n\n```\n{_usage(name, own)}\n```\n")
        if own:
            parts.append(_options(own))
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def _commands(group: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with its full name, those of groups included."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


def _usage(name: str, params: list[Any]) -> str:
    words = [f"xiansuo {name}"]
    words += [_metavar(item) for item in params if item.param_type_name == "argument"]
    if any(item.param_type_name == "option" for item in params):
        words.append("[OPTIONS]")
    return " ".join(words)


def _metavar(item: Any) -> str:
    return str(item.metavar or item.name.upper())


def _options(params: list[Any]) -> str:
    lines = ["", "| | |", "|---|---|"]
    for item in params:
        name = f"`{_metavar(item)}`" if item.param_type_name == "argument" else f"`{', '.join(item.opts)}`"
        default = item.default
        shown = default is not None and default is not False and default != () and not callable(default)
        more = f" Default: {getattr(default, 'value', default)}." if shown else ""
        lines.append(f"| {name} | {(item.help or '').replace('|', chr(92) + '|')}{more} |")
    return "\n".join(lines)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
    Path(sys.argv[1]).with_name("lint.md").write_text(lint_index(), encoding="utf-8")
