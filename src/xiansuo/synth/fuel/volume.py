"""Hidden litres: violations of rules F1 (nozzles against return) and F2 (stock balance), and who gets which case."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xiansuo.synth.fuel import excused
from xiansuo.synth.fuel.city import HEAD_OFFICES, City, taker
from xiansuo.synth.fuel.papers import F1, F2, deduction, sales_limit, settlement, stock_limit


def plant_volume(city: City, pool: list[int], times: int) -> None:
    """Plant the F1 and F2 cases on stations of ``pool``, ``times`` times the basic set; uses up the pool's head."""
    stations = taker(pool)
    for _ in range(times):
        _violations(city, stations)
        for planter in (
            excused.self_use,
            excused.parent,
            excused.wholesale,
            excused.corrected,
            excused.unit,
            excused.assessed,
            excused.young,
            excused.regrade,
            excused.shift,
        ):
            for turn in range(2):
                _on(city, stations, planter, turn)
        for planter in (
            excused.service,
            excused.outage,
            excused.isolated,
            excused.sales_under,
            excused.cold,
            excused.recalibrated,
            excused.stock_under,
        ):
            for turn in range(2):
                _on(city, stations, planter, turn)


def _on(city: City, stations: Iterator[int], planter: Callable[[City, int, int], None], turn: int) -> None:
    at = next(stations)
    city.exact[at] = True
    city.used["volume"].add(at)
    planter(city, at, turn)


def _violations(city: City, stations: Iterator[int]) -> None:
    for turn in range(8):
        _on(city, stations, _off_book, turn)
    for turn in range(4):
        _on(city, stations, _on_book, turn)
    for turn in range(8):
        _on(city, stations, _cheated_meter, turn)


def _off_book(city: City, at: int, turn: int) -> None:
    """Bought and sold beside the books: only the nozzles tell."""
    grade, start, edge = (2, 0)[turn % 2], 1 + turn % 5, turn < 2
    months = range(start, start + (2 if edge else 2 + turn % 3))
    for month in months:
        limit = sales_limit(int(city.declared[at, grade, month]))
        share = int(city.declared[at, grade, month] * city.rng.uniform(0.15, 0.35))
        hidden = limit + city.draw(1, 40) if edge else max(share, limit + city.draw(500, 3_000))
        city.meter[at, grade, month] += hidden
        if turn == 2:
            deduction(city, at, grade, month, hidden, None)
        if turn == 3:
            settlement(city, at, grade, month, hidden, city.others[HEAD_OFFICES[-1]])
    kind = "edge" if edge else {2: "forged_self_use", 3: "unregistered_parent"}.get(turn, "off_book")
    city.case(F1, "violation", kind, at, (start, months[-1]), edge=edge, rows=city.psi_rows(at, grade, months))


def _on_book(city: City, at: int, turn: int) -> None:
    """Bought with papers, sold without return: nozzles and stock both tell."""
    grade, start = turn % 2 * 2, 2 + turn
    months = range(start, start + 2)
    for month in months:
        hidden = int(city.phys[at, grade, month] * city.rng.uniform(0.18, 0.35))
        city.declared[at, grade, month] -= hidden
        city.taxed[at, grade, month] -= hidden
    rows = city.psi_rows(at, grade, months)
    city.case(F1, "violation", "on_book", at, (start, months[-1]), rows=rows)
    city.case(F2, "violation", "on_book", at, (start, months[-1]), rows=rows)


def _cheated_meter(city: City, at: int, turn: int) -> None:
    """The nozzle counts too little and the return follows the nozzle: only the stock tells."""
    grade, month, edge = turn % 3, 1 + turn, turn < 2
    limit = stock_limit(city, at, grade, month)
    hidden = limit + city.draw(1, 40) if edge else limit + city.draw(1_500, 12_000)
    for series in (city.meter, city.declared, city.taxed):
        series[at, grade, month] -= hidden
    city.case(
        F2,
        "violation",
        "edge" if edge else "cheated_meter",
        at,
        (month, month),
        edge=edge,
        rows=city.psi_rows(at, grade, [month]),
    )
