"""Strict YAML for model folders: duplicate keys refused, decimals kept exact, line numbers on request.

What belongs here is reading; what the keys mean belongs to ``model``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
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
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text", file=path, fix="save the file as UTF-8") from None
    return parse_yaml(text, path)


def parse_yaml(text: str, path: Path) -> Any:
    """Parse the text of one YAML file; ``path`` is for errors."""
    import yaml

    try:
        return _Builder(text).document()
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

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Builder:
    """Builds values straight from parse events: duplicate keys and references refused, decimals exact.

    Cases are megabytes of short texts, most of them seen before; a tree of nodes in between costs four times as much.
    """

    def __init__(self, text: str) -> None:
        import yaml

        self._events: Iterator[Any] = yaml.parse(text, Loader=_loader())
        self._kinds = yaml.events

    def document(self) -> Any:
        """The value of the only document; None when the text is empty."""
        next(self._events)  # the stream
        if isinstance(next(self._events), self._kinds.StreamEndEvent):
            return None
        value = self._value(next(self._events))
        next(self._events)  # the document's end
        event = next(self._events)
        if not isinstance(event, self._kinds.StreamEndEvent):
            raise _refused("expected a single document", event)
        return value

    def _value(self, event: Any) -> Any:
        kind = type(event)
        if kind is self._kinds.ScalarEvent:
            return _scalar(event)
        if kind is self._kinds.AliasEvent or event.anchor is not None or event.tag is not None:
            raise _refused("anchors, references and tags are not read: write the value out", event)
        return self._mapping() if kind is self._kinds.MappingStartEvent else self._sequence()

    def _sequence(self) -> list[Any]:
        items: list[Any] = []
        scalar, end = self._kinds.ScalarEvent, self._kinds.SequenceEndEvent
        for event in self._events:
            if type(event) is scalar:
                items.append(_scalar(event))
            elif type(event) is end:
                break
            else:
                items.append(self._value(event))
        return items

    def _mapping(self) -> dict[Any, Any]:
        built: dict[Any, Any] = {}
        for event in self._events:
            if type(event) is self._kinds.MappingEndEvent:
                break
            key = self._value(event)
            if not isinstance(key, Hashable):
                raise _refused("a key must be plain text", event)
            if key in built:
                raise _refused(f"key {event.value!r} written twice", event)
            built[key] = self._value(next(self._events))
        return built


def _refused(problem: str, event: Any) -> Exception:
    from yaml.constructor import ConstructorError

    return ConstructorError(None, None, problem, event.start_mark)


def _scalar(event: Any) -> Any:
    if not event.implicit[0] and event.tag is None:
        return event.value  # quoted
    if event.tag is not None or event.anchor is not None:
        raise _refused("anchors, references and tags are not read: write the value out", event)
    try:
        return _plain(event.value)
    except ValueError as error:
        raise _refused(str(error), event) from None


@lru_cache(maxsize=100_000)
def _plain(text: str) -> Any:
    """The value of an unquoted text: YAML 1.1 as PyYAML reads it, but decimals exact and 007 a text."""
    node_kind, reader = _reader()
    tag = reader.resolve(node_kind, text, (True, False))
    if tag == "tag:yaml.org,2002:str":
        return text
    if tag == "tag:yaml.org,2002:int":
        return _whole(text.replace("_", ""))
    if tag == "tag:yaml.org,2002:float":
        return _number(text)
    return reader.construct_object(node_kind(tag, text), deep=True)


@lru_cache(maxsize=1)
def _reader() -> tuple[Any, Any]:
    """The class of scalar nodes, and a reader that is asked about single texts only."""
    import yaml

    return yaml.ScalarNode, _loader()("")


def _number(text: str) -> Any:
    try:
        return Decimal(text.replace("_", ""))
    except ArithmeticError:
        return text


def _whole(text: str) -> Any:
    plain = text.removeprefix("-")
    return int(text) if plain.isdecimal() and (plain == "0" or not plain.startswith("0")) else text
