"""Tanker stops away from stations and depots: what rule F12 (hidden fuel point) must tell apart."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from xiansuo.synth.fuel.city import City

if TYPE_CHECKING:
    from xiansuo.synth.truth import Label, RowKey

F12 = "hidden_fuel_point"
CELLS = 500
PLACES = ("停车场", "服务区", "检查站", "维修点", "临时管制")


def plant_hidden(city: City, times: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Plant the F12 cases; returns the rows of veh_track and of known_stop."""
    stops: list[dict[str, Any]] = []
    known = [_known(0, "油库", 60_500, 15_800, date(city.year - 3, 1, 1))]
    for piece in range(40 * times):
        stops.append(_stop(city, piece % 12, piece % 300, (60_500, 15_800), 45))
    for turn in range(14 * times):
        edge = turn < 2
        count = 3 if edge else 4 + turn % 5
        _spot(city, stops, turn, count, 15 if edge else 24 + turn, "violation", "hidden_point", None, edge=edge)
    turn = 14 * times
    for kind, code in [("用油企业", "CUSTOMER_SITE")] * 2 + [(place, "KNOWN_PLACE") for place in PLACES]:
        for _ in range(3 * times):
            cell = _spot(city, stops, turn, 5, 40, "lookalike", code.lower(), code)
            known.append(_known(turn, kind, *cell, date(city.year - 1, 6, 1)))
            turn += 1
    for _ in range(5 * times):
        _spot(city, stops, turn, 4, 30, "lookalike", "one_jam", "SINGLE_DAY", same_day=True)
        turn += 1
    for place in range(4 * times):
        _spot(
            city,
            stops,
            turn,
            2 if place % 2 else 5,
            30 if place % 2 else 14,
            "lookalike",
            "too_few_or_short",
            None,
            edge=True,
        )
        turn += 1
    return stops, known


def _cell(turn: int) -> tuple[int, int]:
    """A cell in the empty north-west, five cells away from the next."""
    return 58_600 + 5 * (turn % 60), 15_700 + 5 * (turn // 60)


def _known(turn: int, kind: str, cell_x: int, cell_y: int, since: date) -> dict[str, Any]:
    return {
        "stop_no": f"TK{turn + 1:05d}",
        "kind": kind,
        "stop_name": f"{kind}{turn + 1:03d}号",
        "uscc": None,
        "lon": round((cell_x + 0.5) / CELLS, 6),
        "lat": round((cell_y + 0.5) / CELLS, 6),
        "valid_from": since,
        "valid_to": None,
        "filing_no": f"杭交备〔{since.year}〕{turn + 1}号",
    }


def _stop(city: City, month: int, piece: int, cell: tuple[int, int], minutes: int) -> dict[str, Any]:
    """A stop of one of the night tankers, somewhere in the cell or just over its edge."""
    serial = city.counters["night stop"] = city.counters["night stop"] + 1
    at = datetime.combine(date(city.year, month + 1, 1 + piece % 28), time(23, serial % 60, serial // 60 % 60))
    return {
        "plate": f"浙C{10_000 + serial % 37:05d}",
        "arrive_ts": at,
        "lon": round((cell[0] + 0.5 + 0.6 * (piece % 2)) / CELLS, 6),
        "lat": round((cell[1] + 0.5) / CELLS, 6),
        "stop_min": minutes,
    }


def _spot(
    city: City,
    stops: list[dict[str, Any]],
    turn: int,
    count: int,
    minutes: int,
    label: Label,
    kind: str,
    code: str | None,
    *,
    edge: bool = False,
    same_day: bool = False,
) -> tuple[int, int]:
    """So many stops within one quarter at one cell, and the case about it."""
    cell, month = _cell(turn), 3 * (turn % 4)
    made = [
        _stop(city, month + (0 if same_day else place % 3), 5 if same_day else 3 + 5 * place, cell, minutes)
        for place in range(count)
    ]
    stops += made
    rows: list[RowKey] = [("fuel.veh_track", {"plate": row["plate"], "arrive_ts": row["arrive_ts"]}) for row in made]
    busiest = _busiest(made)
    days = [row["arrive_ts"].date() for row in made]
    span = (min(days), max(days))
    city.case_of(F12, label, kind, busiest, (month, month + 2), code=code, edge=edge, rows=rows, span=span)
    return cell


def _busiest(stops: list[dict[str, Any]]) -> str:
    """Id of the cell with most of the stops, the western one of two equals: the subject of the case."""
    cells = Counter((int(row["lon"] * CELLS + 1e-7), int(row["lat"] * CELLS + 1e-7)) for row in stops)
    x, y = min(cells, key=lambda cell: (-cells[cell], cell))
    return f"G{x}-{y}"
