"""Supplies to stations without a permit, and what rule F11 must tell apart. Plant last: it depends on the loads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from xiansuo.synth.fuel.city import PARTNERS, City, station_id, taker
from xiansuo.synth.fuel.loads import BUYER_NONE, Loads, agreement, calendar_day, load_rows

F11 = "unlicensed_supply"


def plant_permits(city: City, loads: Loads, pool: list[int], times: int) -> None:
    """Plant the F11 cases on stations of ``pool``; call it last, since it depends on the loads that stand."""
    stations: Iterator[int] = taker(pool)
    for _ in range(times):
        for turn in range(12):
            _unlicensed(city, loads, next(stations), turn)
        for code in ("RENEWED", "PROVISIONAL", "SUCCESSOR", "DROP_SHIPMENT", "RETURNED"):
            for turn in range(5):
                _licensed(city, loads, next(stations), code, turn)


def _unlicensed(city: City, loads: Loads, at: int, turn: int) -> None:
    """Permit expired or revoked, or station closed, while tankers still come. The edge: one day late."""
    mine = loads.of(at)
    count = 1 + turn % 4
    days = sorted({int(loads.day[i]) for i in mine})
    last_good = int(days[-1 - count])
    after = [i for i in mine if int(loads.day[i]) > last_good]
    first = min(int(loads.day[i]) for i in after)
    edge = turn < 2
    end = calendar_day(city, first - 1 if edge else last_good)
    kind = "expired"
    if turn % 3 == 1 and not edge:
        kind = "revoked"
        city.station[at] |= {"permit_status": "吊销", "permit_status_date": end + timedelta(days=1)}
    elif turn % 3 == 2:
        kind = "closed"
        city.station[at] |= {"status": "注销", "close_date": end}
    else:
        city.station[at]["permit_to"] = end
    span = (calendar_day(city, first), calendar_day(city, days[-1]))
    city.case(F11, "violation", "edge" if edge else kind, at, (11, 11), edge=edge, rows=load_rows(after), span=span)


def _licensed(city: City, loads: Loads, at: int, code: str, turn: int) -> None:
    mine = loads.of(at)
    days = sorted({int(loads.day[i]) for i in mine})
    if code in ("DROP_SHIPMENT", "RETURNED"):
        last_good = days[-1]
        position = loads.add(
            at,
            2,
            min(last_good + 2, 363),
            28.0,
            PARTNERS[at % len(PARTNERS)] if code == "DROP_SHIPMENT" else BUYER_NONE,
            int(code == "RETURNED"),
        )
        if code == "DROP_SHIPMENT":
            agreement(city, loads, position, city.others[PARTNERS[at % len(PARTNERS)]], "直送")
        after = [position]
    else:
        last_good = days[-2 - turn]
        after = [i for i in mine if int(loads.day[i]) > last_good]
        _extra_permit(city, at, code, calendar_day(city, last_good))
    city.station[at]["permit_to"] = calendar_day(city, last_good)
    span = (
        calendar_day(city, min(int(loads.day[i]) for i in after)),
        calendar_day(city, max(int(loads.day[i]) for i in after)),
    )
    city.case(F11, "lookalike", code.lower(), at, (11, 11), code=code, rows=load_rows(after), span=span)


def _extra_permit(city: City, at: int, code: str, old_end: date) -> None:
    kind = ("临时", "试运行")[at % 2] if code == "PROVISIONAL" else "正式"
    city.docs["fuel.station_permit"].append(
        {
            "permit_no": city.serial("浙油零售换证第"),
            "station_id": station_id(at),
            "uscc": city.partner() if code == "SUCCESSOR" else city.uscc[at],
            "kind": kind,
            "valid_from": old_end + timedelta(days=1),
            "valid_to": old_end + timedelta(days=400),
            "status": "有效",
            "status_date": None,
            "issuer": "市商务局",
        }
    )
