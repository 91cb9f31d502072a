"""The curve of a swept parameter as an offline page in Chinese, drawn as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xiansuo.clues.chart import Series, chart
from xiansuo.clues.diff_page import environment

if TYPE_CHECKING:
    from xiansuo.clues.sweep import Sweep


def sweep_page(found: Sweep) -> str:
    """One self-contained HTML page with a panel each for clues, amount, and how right they are when that is known."""
    from markupsafe import Markup

    points = found.points
    panels: list[tuple[str, list[Series]]] = [
        ("线索与命中（条）", [("线索", [p.clues for p in points]), ("命中", [p.hits for p in points])]),
        ("金额合计（元）", [("金额", [float(p.amount) for p in points])]),
    ]
    if any(point.recall is not None for point in points):
        shares: list[Series] = [("精确率", [p.precision for p in points]), ("召回率", [p.recall for p in points])]
        panels.append(("与真值相比", shares))
    if found.judged:
        counts: list[Series] = [("属实", [p.confirmed for p in points]), ("不属实", [p.rejected for p in points])]
        panels.append(("已有核查结论的线索（条）", counts))
    marks = [point.value for point in points]
    standing = next(place for place, point in enumerate(points) if point.standing)
    drawn = [Markup(chart(title, marks, series, standing)) for title, series in panels]
    return str(environment().get_template("sweep.html").render(sweep=found, charts=drawn))
