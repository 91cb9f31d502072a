"""Pieces of the linter's work as JSON in and JSON out, done here or by a second process.

``python -m xiansuo.supervision.lint_jobs PROJECT`` answers one request a line.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from importlib import import_module
from pathlib import Path
from typing import Any

from xiansuo.supervision.findings import Finding

_SLOW = ("xiansuo.supervision.lint_model", "duckdb", "sqlglot.optimizer.scope", "open_data_contract_standard.model")
Request = dict[str, Any]
Result = dict[str, Any]


def packed(findings: Sequence[Finding], project: Path) -> list[list[Any]]:
    """Findings as JSON values, files relative to the project."""
    return [[item.file.relative_to(project).as_posix(), *astuple(item)[1:]] for item in findings]


def unpacked(rows: Sequence[Sequence[Any]], project: Path) -> list[Finding]:
    """The findings that were packed."""
    return [Finding(project / row[0], *row[1:]) for row in rows]


def do(project: Path, request: Request) -> Result:
    """Do one piece: ``{"kind": "dataset" | "model", "name": ..., ...}``."""
    if request["kind"] == "dataset":
        from xiansuo.supervision.lint_dataset import lint_dataset

        findings, columns, keys = lint_dataset(project, request["name"])
        return {"findings": packed(findings, project), "columns": columns, "key": keys}
    from xiansuo.supervision.lint_model import RuleResult, lint_model

    done = {
        rule: RuleResult(unpacked(result["findings"], project), [(table, name) for table, name in result["reads"]])
        for rule, result in request["done"].items()
    }
    findings, rules = lint_model(project / "models" / request["name"], request["known"], request["keys"], done)
    return {
        "findings": packed(findings, project),
        "rules": {
            rule: {"findings": packed(result.findings, project), "reads": [list(pair) for pair in result.reads]}
            for rule, result in rules.items()
        },
    }


class Workers:
    """This process and, when there is enough to do, a second one."""

    def __init__(self, project: Path, count: int) -> None:
        self._project = project
        self._count = count
        self._helper: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the second process, which imports while this one works."""
        if self._count > 1 and self._helper is None:
            command = [sys.executable, "-m", "xiansuo.supervision.lint_jobs", str(self._project)]
            pipe = subprocess.PIPE
            self._helper = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")

    def close(self) -> None:
        """End the second process."""
        if self._helper is not None:
            self._helper.communicate()

    def run(self, requests: Mapping[str, Request], weights: Mapping[str, int]) -> dict[str, Result]:
        """The result of every request; the heavier ones first, each to whoever has less to do."""
        shares: tuple[list[str], list[str]] = ([], [])
        loads = [0, 0]
        for name in sorted(requests, key=lambda name: (-weights[name], name)):
            lighter = int(self._helper is not None and loads[1] < loads[0])
            shares[lighter].append(name)
            loads[lighter] += weights[name]
        self._send([requests[name] for name in shares[1]])
        results = {name: do(self._project, requests[name]) for name in shares[0]}
        answers = self._receive() if shares[1] else []
        if len(answers) != len(shares[1]):  # the second process is gone: nothing is lost but its speed
            answers = [do(self._project, requests[name]) for name in shares[1]]
        return results | dict(zip(shares[1], answers, strict=True))

    def _send(self, requests: list[Request]) -> None:
        if self._helper is not None and self._helper.stdin is not None and requests:
            try:
                self._helper.stdin.write(json.dumps(requests) + "\n")
                self._helper.stdin.flush()
            except BrokenPipeError:
                self._helper = None

    def _receive(self) -> list[Result]:
        if self._helper is None or self._helper.stdout is None:
            return []
        line = self._helper.stdout.readline()
        return list(json.loads(line)) if line else []


def _serve(project: Path) -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps([do(project, request) for request in json.loads(line)]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    for _module in _SLOW:
        import_module(_module)
    _serve(Path(sys.argv[1]))
