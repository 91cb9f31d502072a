"""Strict YAML for model folders: duplicate keys refused, decimals kept exact, line numbers on request.

What belongs here is reading; what the keys mean belongs to ``model``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from xiansuo.core.errors import InputError


def read_yaml(path: Path) -> Any:
    """Parse one YAML file. Floats become ``Decimal`` with their digits as written; InputError names file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError("the file is missing", file=path, fix=f"write {path.name}") from None
    return parse_yaml(text, path)


def parse_yaml(text: str, path: Path) -> Any:
    """Parse the text of one YAML file; ``path`` is for errors."""
    import yaml

    try:
        return yaml.load(text, Loader=_loader())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else None
        problem = getattr(error, "problem", None) or str(error)
        raise InputError(f"not readable as YAML: {problem}", file=path, field=where, fix="mend the YAML") from None


def compose(text: str) -> Any:
    """The tree of nodes with their marks, for those who change a file as text."""
    import yaml

    return yaml.compose(text, Loader=_loader())


def line_of(path: Path, location: Sequence[str | int]) -> int:
    """The 1-based line of the deepest part of ``location`` (keys and list positions) that exists in the file."""
    import yaml

    try:
        node = compose(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return 1
    line = 1
    for part in location:
        step = _step(node, part)
        if step is None:
            break
        line, node = step
    return line


def _step(node: Any, part: str | int) -> tuple[int, Any] | None:
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line + 1, item
    return None


@lru_cache(maxsize=1)
def _loader() -> Any:
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class StrictLoader(base):  # type: ignore[misc, valid-type]
        """Safe loader that refuses duplicate keys and keeps decimals exact."""

    def mapping(loader: Any, node: Any) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} written twice", key.start_mark)
            seen.add(key.value)
        return {
            loader.construct_object(key, deep=True): loader.construct_object(value, deep=True)
            for key, value in node.value
        }

    def number(loader: Any, node: Any) -> Any:
        text = str(loader.construct_scalar(node)).replace("_", "")
        try:
            return Decimal(text)
        except ArithmeticError:
            return str(loader.construct_scalar(node))

    def whole(loader: Any, node: Any) -> Any:
        text = str(loader.construct_scalar(node))
        plain = text.removeprefix("-")
        if plain.isdecimal() and (plain == "0" or not plain.startswith("0")):
            return int(text)
        return text

    StrictLoader.add_constructor("tag:yaml.org,2002:map", mapping)
    StrictLoader.add_constructor("tag:yaml.org,2002:float", number)
    StrictLoader.add_constructor("tag:yaml.org,2002:int", whole)
    return StrictLoader
