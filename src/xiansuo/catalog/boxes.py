"""Boxes with rows in columns, and curves between rows: an SVG drawing without any script or font of its own.

Belongs here: geometry and SVG text. What the boxes mean is the caller's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from unicodedata import east_asian_width

ROW, HEAD, GAP, PAD = 20, 42, 16, 10
CHAR, NARROW = 12.5, 7.3
WIDEST = 46
BETWEEN = 130


@dataclass(frozen=True)
class Box:
    """A box: ``rows`` are (key, label) pairs; edges name a row by (box id, key), the box itself by (box id, None)."""

    id: str
    title: str
    subtitle: str
    rows: tuple[tuple[str, str], ...] = ()
    kind: str = "box"


@dataclass(frozen=True)
class Edge:
    """A curve from one row to another; ``kind`` becomes its CSS class."""

    start: tuple[str, str | None]
    end: tuple[str, str | None]
    kind: str = "value"


@dataclass
class _Laid:
    left: float
    width: float
    top: float
    box: Box
    rows: dict[str | None, float] = field(default_factory=dict)


def draw(columns: Sequence[Sequence[Box]], edges: Sequence[Edge], title: str) -> str:
    """One ``<svg>``: the columns from left to right, boxes from top to bottom, edges behind them."""
    laid: dict[str, _Laid] = {}
    left = float(PAD)
    tall = [sum(_height(box) + GAP for box in column) for column in columns]
    bottom = PAD + max(tall, default=0)
    for column, height in zip(columns, tall, strict=True):
        width = max((_box_width(box) for box in column), default=0)
        top = PAD + (bottom - PAD - height) / 2
        for box in column:
            laid[box.id] = _lay(box, left, width, top)
            top += _height(box) + GAP
        left += width + BETWEEN
    right = left - BETWEEN + PAD
    parts = [_curve(laid, edge) for edge in edges if edge.start[0] in laid and edge.end[0] in laid]
    parts += [_drawn(item) for item in laid.values()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right:.0f} {bottom:.0f}" width="{right:.0f}" '
        f'height="{bottom:.0f}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def _lay(box: Box, left: float, width: float, top: float) -> _Laid:
    rows: dict[str | None, float] = {None: top + HEAD / 2}
    rows |= {key: top + HEAD + ROW * (position + 0.5) for position, (key, _) in enumerate(box.rows)}
    return _Laid(left, width, top, box, rows)


def _height(box: Box) -> float:
    return HEAD + ROW * len(box.rows) + (6 if box.rows else 0)


def _units(text: str) -> float:
    return sum(CHAR if east_asian_width(char) in "WF" else NARROW for char in text)


def _box_width(box: Box) -> float:
    return max(_units(_cut(text)) for text in (box.title, box.subtitle, *(label for _, label in box.rows))) + 2 * PAD


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _curve(laid: dict[str, _Laid], edge: Edge) -> str:
    start, end = laid[edge.start[0]], laid[edge.end[0]]
    y1, y2 = start.rows.get(edge.start[1], start.rows[None]), end.rows.get(edge.end[1], end.rows[None])
    x1, x2 = start.left + start.width, end.left
    bend = max(40.0, abs(x2 - x1) / 2)
    ends = f'data-a="{_mark(edge.start)}" data-b="{_mark(edge.end)}"'
    path = f"M{x1:.0f} {y1:.0f}C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return f'<path class="{escape(edge.kind)}" {ends} d="{path}"/>'


def _mark(end: tuple[str, str | None]) -> str:
    return escape(f"{end[0]}|{end[1] or ''}")


def _drawn(item: _Laid) -> str:
    box = item.box
    rows = "".join(
        f'<g class="row" data-k="{_mark((box.id, key))}"><title>{escape(label)}</title>'
        f'<rect x="{item.left + 1:.0f}" y="{item.rows[key] - ROW / 2:.0f}" width="{item.width - 2:.0f}" '
        f'height="{ROW}"/>'
        f'<text x="{item.left + PAD:.0f}" y="{item.rows[key] + 4:.0f}">{escape(_cut(label))}</text></g>'
        for key, label in box.rows
    )
    return (
        f'<g class="{escape(box.kind)}"><rect class="frame" x="{item.left:.0f}" y="{item.top:.0f}" rx="5" '
        f'width="{item.width:.0f}" height="{_height(box):.0f}"/>'
        f'<g class="row" data-k="{_mark((box.id, None))}">'
        f'<text class="title" x="{item.left + PAD:.0f}" y="{item.top + 17:.0f}">{escape(_cut(box.title))}</text>'
        f'<text class="sub" x="{item.left + PAD:.0f}" y="{item.top + 33:.0f}">{escape(_cut(box.subtitle))}</text></g>'
        f"{rows}</g>"
    )
