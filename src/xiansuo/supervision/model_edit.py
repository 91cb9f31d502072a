"""Changes model.yml as text, so that its comments and layout stay: adds datasets and columns to ``inputs``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xiansuo.core.errors import InputError
from xiansuo.supervision.strict_yaml import compose, parse_yaml, read_yaml


def add_inputs(path: Path, wanted: Mapping[str, Sequence[str]]) -> str:
    """The text of model.yml with the wanted columns among its inputs; InputError when that cannot be written."""
    text = path.read_text(encoding="utf-8")
    before = read_yaml(path)
    for dataset, columns in wanted.items():
        text = _with_dataset(text, dataset, columns)
    expected = {name: list(columns) for name, columns in before["inputs"].items()}
    for dataset, columns in wanted.items():
        listed = expected.setdefault(dataset, [])
        listed += [name for name in columns if name not in listed]
    if parse_yaml(text, path) != before | {"inputs": expected}:
        raise InputError(
            "the inputs are written in a way that cannot be added to",
            file=path,
            field="inputs",
            fix="write one line a dataset, such as fuel.waybill: [waybill_no, plate]",
        )
    return text


def _with_dataset(text: str, dataset: str, columns: Sequence[str]) -> str:
    pairs = {key.value: value for key, value in compose(text).value}
    inputs = pairs["inputs"]
    there = next((value for key, value in inputs.value if key.value == dataset), None)
    if there is None:
        entry = f"{dataset}: [{', '.join(columns)}]"
        if inputs.flow_style:
            return _put(text, _offset(text, inputs.end_mark) - 1, f", {entry}")
        return _put(text, _line_end(text, _last(inputs)), f"\n{' ' * inputs.start_mark.column}{entry}")
    missing = [name for name in columns if name not in {item.value for item in there.value}]
    if not missing:
        return text
    if there.flow_style:
        comma = ", " if there.value else ""
        return _put(text, _offset(text, there.end_mark) - 1, comma + ", ".join(missing))
    lines = "".join(f"\n{' ' * there.start_mark.column}- {name}" for name in missing)
    return _put(text, _line_end(text, _last(there)), lines)


def _last(node: Any) -> Any:
    """The last node that ends where its text ends: block nodes end at the next token."""
    while not isinstance(node.value, str) and not node.flow_style and node.value:
        item = node.value[-1]
        node = item[1] if isinstance(item, tuple) else item
    return node.end_mark


def _offset(text: str, mark: Any) -> int:
    lines = text.splitlines(keepends=True)
    return sum(len(line) for line in lines[: mark.line]) + int(mark.column)


def _line_end(text: str, mark: Any) -> int:
    end = text.find("\n", _offset(text, mark))
    return len(text) if end < 0 else end


def _put(text: str, place: int, added: str) -> str:
    return text[:place] + added + text[place:]
