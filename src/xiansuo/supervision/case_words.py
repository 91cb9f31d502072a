"""Chinese words in cases.yml: 案例 for case, 命中 for hit, and so on. English and Chinese may stand side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiansuo.core.errors import InputError
from xiansuo.supervision.model import CaseKind

CASE_KEYS = {
    "案例": "case",
    "类型": "kind",
    "截至": "as_of",
    "已知": "given",
    "预期": "expect",
    "证据": "evidence",
    "同场": "together",
    "除外": "without",
}
TABLE_KEYS = {"列": "columns", "行": "rows"}
KINDS: dict[str, CaseKind] = {"命中": "hit", "不命中": "non_hit", "边界": "boundary", "相似": "lookalike"}
_WORDS = {english: chinese for chinese, english in {**CASE_KEYS, **TABLE_KEYS}.items()}


def in_english(data: Any) -> Any:
    """The parsed file with English keys and kinds; InputError when a key stands there in both languages."""
    return [_case(item) for item in data] if isinstance(data, list) else data


def as_written(data: Any, location: Sequence[str | int]) -> tuple[str | int, ...]:
    """The location of an English key as it is written in the parsed file, so that its line can be found."""
    written: list[str | int] = []
    for part in location:
        if isinstance(data, Mapping):
            other = _WORDS.get(str(part), part)
            part = other if part not in data and other in data else part
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        written.append(part)
    return tuple(written)


def _case(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    case = _renamed(item, CASE_KEYS)
    if isinstance(case.get("kind"), str):
        case["kind"] = KINDS.get(case["kind"], case["kind"])
    if isinstance(case.get("given"), Mapping):
        case["given"] = {
            name: _renamed(table, TABLE_KEYS) if isinstance(table, Mapping) else table
            for name, table in case["given"].items()
        }
    return case


def _renamed(item: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    both = [key for key in item if words.get(key) in item]
    if both:
        raise InputError(
            f"{both[0]} and {words[both[0]]} are the same key", field=str(both[0]), fix="keep one of the two"
        )
    return {words.get(key, key): value for key, value in item.items()}
