"""A line chart of a few series over named values, as SVG text: no script, nothing to load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 220
LEFT, RIGHT, TOP, BOTTOM = 90, 20, 28, 34
COLOURS = ("#3d6fb0", "#b3372b", "#2f7d4f")
LEGEND = 64
MARK_ROOM = 44
Series = tuple[str, Sequence[float | None]]


@dataclass(frozen=True)
class _Scale:
    """Places on paper: ``across`` gives each mark's share of the width, ``bottom`` to ``top`` go upwards."""

    across: Sequence[float]
    bottom: float
    top: float

    def x(self, place: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * self.across[place]

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - self.bottom) / (self.top - self.bottom))


def chart(title: str, marks: Sequence[str], series: Sequence[Series], standing: int) -> str:
    """One panel: a line per series over ``marks``, a dashed line at the mark in place ``standing``."""
    values = [value for _, line in series for value in line if value is not None]
    scale = _Scale(_across(marks), min([0.0, *values]), max([1e-9, *values]))
    parts = [f'<text x="{LEFT}" y="16" font-weight="600">{escape(title)}</text>', *_axes(scale, marks, standing)]
    for number, (name, line) in enumerate(series):
        place = WIDTH - RIGHT - LEGEND * (len(series) - number)
        colour = COLOURS[number % len(COLOURS)]
        parts += [
            *_line(scale, name, line, colour),
            f'<text x="{place}" y="16" fill="{colour}">● {escape(name)}</text>',
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def _across(marks: Sequence[str]) -> list[float]:
    """Numbers by their size, days and anything else evenly."""
    try:
        places = [float(mark) for mark in marks]
    except ValueError:
        places = [float(place) for place in range(len(marks))]
    width = max(places) - min(places)
    return [(place - min(places)) / width if width else 0.0 for place in places]


def _axes(scale: _Scale, marks: Sequence[str], standing: int) -> list[str]:
    parts = []
    for share in (0, 0.5, 1):
        level = scale.bottom + (scale.top - scale.bottom) * share
        y = scale.y(level)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e3e8ee"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{short(level)}</text>'
        )
    parts += [
        f'<text x="{scale.x(place):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{escape(marks[place])}</text>'
        for place in _written(scale, len(marks), standing)
    ]
    x = f"{scale.x(standing):.1f}"
    parts.append(f'<line x1="{x}" x2="{x}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#8a94a0" stroke-dasharray="4 4"/>')
    return parts


def _written(scale: _Scale, count: int, standing: int) -> list[int]:
    """The marks that have room: the standing one, then from the left all that are far enough from their neighbours."""
    chosen = [standing]
    for place in range(count):
        if all(abs(scale.x(place) - scale.x(other)) >= MARK_ROOM for other in chosen):
            chosen.append(place)
    return sorted(chosen)


def _line(scale: _Scale, name: str, line: Sequence[float | None], colour: str) -> list[str]:
    spots = [(scale.x(place), scale.y(value), value) for place, value in enumerate(line) if value is not None]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in spots)
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}">'
            f"<title>{escape(name)} {value:,.4g}</title></circle>"
            for x, y, value in spots
        ),
    ]


def short(value: float) -> str:
    """A number for an axis: 万 and 亿 where they shorten it."""
    if abs(value) >= 1e8:
        return f"{value / 1e8:,.2f}亿"
    if abs(value) >= 1e4:
        return f"{value / 1e4:,.1f}万"
    return f"{value:,.2f}".rstrip("0").rstrip(".")
