"""Verdicts of prosecutors on clues, read from a CSV or JSON file: which clues held and which did not."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Literal

from xiansuo.core.errors import InputError

Verdict = Literal["confirmed", "rejected", "open"]
TITLES: dict[Verdict, str] = {"confirmed": "属实", "rejected": "不属实", "open": "待核"}
_WORDS: dict[str, Verdict] = {
    "confirmed": "confirmed", "属实": "confirmed", "成案": "confirmed", "立案": "confirmed",
    "rejected": "rejected", "不属实": "rejected", "不成案": "rejected", "排除": "rejected",
    "open": "open", "待核": "open", "核查中": "open",
}  # fmt: skip
_KEYS = ("clue_id", "verdict")


def read_verdicts(path: Path) -> dict[str, Verdict]:
    """clue id -> verdict from a file with at least the columns ``clue_id`` and ``verdict``.

    JSON holds a list of objects. InputError names file, place and value; a clue judged twice in two ways is one.
    """
    found: dict[str, Verdict] = {}
    for place, row in _rows(path):
        missing = next((key for key in _KEYS if not str(row.get(key) or "").strip()), None)
        if missing:
            raise InputError("a verdict lacks a field", file=path, unit=place, field=missing, fix=f"give {missing}")
        clue, word = str(row["clue_id"]).strip(), str(row["verdict"]).strip()
        if word not in _WORDS:
            known = ", ".join(_WORDS)
            raise InputError("unknown verdict", file=path, unit=place, field="verdict", value=word, fix=f"use {known}")
        if found.get(clue, _WORDS[word]) != _WORDS[word]:
            raise InputError(
                "two verdicts on one clue", file=path, unit=place, field="clue_id", value=clue, fix="keep one"
            )
        found[clue] = _WORDS[word]
    return found


def _rows(path: Path) -> list[tuple[str, dict[str, Any]]]:
    if not path.is_file():
        raise InputError("no such file of verdicts", file=path, fix="give a CSV or JSON file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "the verdicts are not UTF-8", file=path, value=error.start, fix="save the file as UTF-8"
        ) from None
    if path.suffix.lower() != ".json":
        return [(f"line {number}", row) for number, row in enumerate(csv.DictReader(text.splitlines()), start=2)]
    try:
        items = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError("not JSON", file=path, field=f"line {error.lineno}", fix="mend the file") from None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InputError(
            "the verdicts must be a list of objects", file=path, fix='write [{"clue_id": ..., "verdict": ...}]'
        )
    return [(f"entry {number}", item) for number, item in enumerate(items, start=1)]
