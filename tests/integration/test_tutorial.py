"""docs/tutorial is executed as it is written: every command line, its exit code, and what it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial" / "README.md"
_ENDS = re.compile(r"\s+# ends with (\d+)$")
_MARK = "<<<tutorial>>>"


@dataclass
class Command:
    """One line after ``$`` and the lines of output the page shows; ``…`` stands for anything, alone for any lines."""

    line: int
    text: str
    code: int = 0
    shown: list[str] = field(default_factory=list)

    def pattern(self) -> re.Pattern[str]:
        """What the output must match: shown lines in order, blanks squeezed, other lines allowed only at a ``…``."""
        parts = [".*" if line == "…" else "[^\n]*".join(map(re.escape, line.split("…"))) + "\n" for line in self.shown]
        return re.compile("".join(parts), re.DOTALL)


def commands(text: str) -> list[Command]:
    """All commands of the page's console blocks."""
    found: list[Command] = []
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            ends = _ENDS.search(line)
            found.append(Command(number, _ENDS.sub("", line[2:]), int(ends[1]) if ends else 0))
        elif inside:
            found[-1].shown.append(squeezed(line))
    return found


def squeezed(line: str) -> str:
    return re.sub(r"\s+", " ", line).strip()


def run(listed: list[Command], folder: Path) -> list[tuple[int, str]]:
    """Exit code and output of every command, run by one shell from top to bottom."""
    script = "".join(f"{{ {command.text}\n}} 2>&1; printf '\\n{_MARK} %s\\n' $?\n" for command in listed)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("XIANSUO_")}
    environment |= {
        "XIANSUO": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUTF8": "1",
    }
    shell = subprocess.run(
        ["bash"], input=script, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=600
    )
    results: list[tuple[int, str]] = []
    lines: list[str] = []
    for line in shell.stdout.splitlines():
        if line.startswith(_MARK):
            results.append((int(line.removeprefix(_MARK)), "\n".join(filter(None, map(squeezed, lines))) + "\n"))
            lines = []
        else:
            lines.append(line)
    return results


@pytest.mark.skipif(sys.platform == "win32", reason="the page is written for bash")
def test_the_tutorial_runs_as_it_is_written(tmp_path: Path) -> None:
    listed = commands(PAGE.read_text(encoding="utf-8"))
    assert len(listed) > 40
    results = run(listed, tmp_path)
    assert len(results) == len(listed)
    wrong = [
        f"{PAGE.name}:{command.line}: $ {command.text}\nended with {code}, the page says {command.code}\n{output}"
        for command, (code, output) in zip(listed, results, strict=True)
        if code != command.code or (command.shown and not command.pattern().search(output))
    ]
    assert not wrong, "\n\n".join(wrong)
