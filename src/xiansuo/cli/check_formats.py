"""Findings as text, JSON, SARIF 2.1.0 and GitHub workflow commands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from xiansuo.supervision.findings import CODES, Finding

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_BASE = "PROJECT"


def write(findings: Sequence[Finding], form: str, project: Path, here: Path) -> str:
    """Findings in one format; texts and workflow commands name files as seen from ``here``."""
    if form == "json":
        return json.dumps([_record(item, project) for item in findings], ensure_ascii=False, indent=1)
    if form == "sarif":
        return json.dumps(sarif(findings, project), ensure_ascii=False, indent=1)
    line = _annotation if form == "github" else _line
    return "\n".join(line(item, _seen(item.file, project, here)) for item in findings)


def _seen(file: Path, project: Path, here: Path) -> str:
    for folder in (here, project):
        if file.is_relative_to(folder):
            return file.relative_to(folder).as_posix()
    return file.as_posix()


def _line(item: Finding, file: str) -> str:
    warning = "warning: " if item.severity == "warning" else ""
    return f"{file}:{item.line}:{item.column}: {item.code} {warning}{item.message}  -> {item.fix}"


def _record(item: Finding, project: Path) -> dict[str, Any]:
    return {
        "file": _inside(item, project),
        "line": item.line,
        "column": item.column,
        "code": item.code,
        "title": CODES[item.code],
        "severity": item.severity,
        "message": item.message,
        "fix": item.fix,
    }


def _inside(item: Finding, project: Path) -> str:
    return item.file.relative_to(project).as_posix() if item.file.is_relative_to(project) else item.file.as_posix()


def _annotation(item: Finding, file: str) -> str:
    """One workflow command; its escapes are those of GitHub's toolkit."""
    place = f"file={_property(file)},line={item.line},col={item.column},title={_property(item.code)}"
    return f"::{item.severity} {place}::{_data(f'{item.message}  -> {item.fix}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(findings: Sequence[Finding], project: Path) -> dict[str, Any]:
    """One run of the Static Analysis Results Interchange Format, version 2.1.0 (OASIS)."""
    from importlib.metadata import version

    rules = [{"id": code, "shortDescription": {"text": title}} for code, title in CODES.items()]
    driver = {"name": "xiansuo", "version": version("xiansuo"), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"uri": project.resolve().as_uri() + "/"}},
        "results": [_result(item, project) for item in findings],
    }
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(item: Finding, project: Path) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": quote(_inside(item, project)), "uriBaseId": _BASE},
        "region": {"startLine": item.line, "startColumn": item.column},
    }
    return {
        "ruleId": item.code,
        "ruleIndex": list(CODES).index(item.code),
        "level": item.severity,
        "message": {"text": f"{item.message}. {item.fix}."},
        "locations": [{"physicalLocation": place}],
    }
