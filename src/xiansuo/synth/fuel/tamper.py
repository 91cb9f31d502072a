"""Tampered and innocently odd totalizers: what rule F8 must tell apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from xiansuo.synth.fuel.city import City, taker
from xiansuo.synth.fuel.meters import CHIP_DAY, DAYS, Meters, chip_no, moment, outage, seal_no, service_row, tamper
from xiansuo.synth.truth import RowKey

F8 = "totalizer_anomaly"


def plant_meters(city: City, meters: Meters, pool: list[int], times: int) -> None:
    """Plant the F8 cases on stations of ``pool``."""
    stations = taker(pool)
    kinds: tuple[Callable[[City, Meters, int, int, str | None], None], ...] = (
        _decrease,
        _jump,
        _constant,
        _idle,
        _chip,
        _overdue,
    )
    looks: tuple[tuple[int, str | None], ...] = (
        (0, "SERVICE_RECORDED"),
        (1, "SERVICE_RECORDED"),
        (4, "SERVICE_RECORDED"),
        (5, "SERVICE_RECORDED"),
        (1, "COLLECTOR_GAP"),
        (2, "COLLECTOR_GAP"),
        (3, "COLLECTOR_GAP"),
        (3, "NON_FUEL"),
        (1, "NEW_OR_CLOSING"),
        (0, "NEW_OR_CLOSING"),
        (2, "UNDER"),
        (5, "UNDER"),
    )
    for _ in range(times):
        for kind in kinds:
            for turn in range(2):
                kind(city, meters, next(stations), turn, None)
        for number, code in looks:
            for turn in range(2):
                kinds[number](city, meters, next(stations), turn, code)


def _case(
    city: City, meters: Meters, nozzle: int, days: tuple[int, int], kind: str, code: str | None, *, edge: bool = False
) -> None:
    span = (moment(city, days[0]).date(), moment(city, days[1]).date())
    rows: list[RowKey] = [("fuel.pump_nozzle", {"nozzle_id": meters.name(nozzle)})]
    city.case(
        F8,
        "lookalike" if code else "violation",
        kind if code != "UNDER" else f"{kind}_under",
        int(meters.at[nozzle]),
        (0, 0),
        code=None if code == "UNDER" else code,
        edge=edge or code == "UNDER",
        rows=rows,
        span=span,
    )


def _opening(city: City, at: int) -> None:
    """A station that opened shortly before the year."""
    city.station[at]["open_date"] = date(city.year - 1, 12, 20)


def _decrease(city: City, meters: Meters, at: int, turn: int, code: str | None) -> None:
    nozzle, day = meters.of(at, 2)[0], 12 if code == "NEW_OR_CLOSING" else 130 + 40 * turn
    if code == "NEW_OR_CLOSING":
        _opening(city, at)
    tamper(city, meters, nozzle, day, -6_000_000 - turn * 1_000_000, record=code == "SERVICE_RECORDED")
    _case(city, meters, nozzle, (day - 1, day), "decrease", code)


def _jump(city: City, meters: Meters, at: int, turn: int, code: str | None) -> None:
    nozzle, day = meters.of(at, 2)[0], 14 if code == "NEW_OR_CLOSING" else 200 + 33 * turn
    if code == "COLLECTOR_GAP":
        first = city.first_day(6 + turn).timetuple().tm_yday
        total, last = 0, first
        while total < 2_050_000:
            total += int(meters.litres[nozzle, last])
            last += 1
        outage(city, meters, nozzle, first, last - 2)
        _case(city, meters, nozzle, (first - 1, last - 1), "jump", code)
        return
    if code == "NEW_OR_CLOSING":
        _opening(city, at)
    edge = code is None and turn == 0
    size = 2_000_100 - int(meters.litres[nozzle, day]) if edge else 3_500_000
    tamper(city, meters, nozzle, day, size, record=code == "SERVICE_RECORDED")
    _case(city, meters, nozzle, (day - 1, day), "jump", code, edge=edge)


def _constant(city: City, meters: Meters, at: int, turn: int, code: str | None) -> None:
    """The same volume day after day; the rest of the month evens out on its 27th."""
    nozzle, month = meters.of(at, 0)[0], 4 + 2 * turn
    first = city.first_day(month).timetuple().tm_yday + 7
    length = 7 if code is None and turn == 0 else 9
    if code == "UNDER":
        length = 6
    window = slice(first, first + length)
    before = int(meters.litres[nozzle, window].sum())
    same = before // length
    meters.litres[nozzle, window] = same
    meters.litres[nozzle, first + 18] += before - same * length
    if code == "COLLECTOR_GAP":
        outage(city, meters, nozzle, first, first + length - 1, drop=False)
    _case(city, meters, nozzle, (first, first + length - 1), "constant", code, edge=code is None and turn == 0)


def _idle(city: City, meters: Meters, at: int, turn: int, code: str | None) -> None:
    """The total stands still while money is taken at the nozzle; receipts are tied to it in ``money``."""
    nozzle, month = meters.of(at, 1)[0], 3 + 3 * turn
    first = city.first_day(month).timetuple().tm_yday + 6
    length = 5 if code is None and turn == 0 else 8
    window = slice(first, first + length)
    before = int(meters.litres[nozzle, window].sum())
    meters.litres[nozzle, window] = 0
    share = before // 8
    meters.litres[nozzle, first + 9 : first + 17] += share
    meters.litres[nozzle, first + 9] += before - share * 8
    city.docs["receipt:nozzle"].append(
        {
            "at": at,
            "nozzle_id": meters.name(nozzle),
            "day": first + 2,
            "count": 3,
            "amt": 4_200.0 + 100 * turn,
            "goods_kind": "充值卡" if code == "NON_FUEL" else "油品",
        }
    )
    if code == "COLLECTOR_GAP":
        outage(city, meters, nozzle, first, first + length - 1, drop=False)
    _case(city, meters, nozzle, (first, first + length - 1), "idle", code, edge=code is None and turn == 0)


def _chip(city: City, meters: Meters, at: int, turn: int, code: str | None) -> None:
    nozzle, month = meters.of(at, 2)[0], 5 + 3 * turn
    meters.chip_from[nozzle] = (month, turn == 0)
    first = city.first_day(month - 1).timetuple().tm_yday - 1 + CHIP_DAY
    if code == "SERVICE_RECORDED":
        row = service_row(city, meters, nozzle, first + 12, ("换税控芯片", "换铅封")[turn])
        changed = "new_tax_chip_no" if turn == 0 else "new_seal_no"
        city.docs["fuel.pump_service"].append(
            row | {changed: chip_no(meters, nozzle, True) if turn == 0 else seal_no(nozzle, True)}
        )
    last = city.first_day(month).timetuple().tm_yday - 1 + CHIP_DAY
    _case(city, meters, nozzle, (first, last), "chip", code)


def _overdue(city: City, meters: Meters, at: int, turn: int, code: str | None) -> None:
    nozzle = meters.of(at, 2)[0]
    late = 15 if code == "UNDER" else 16 if code is None and turn == 0 else 90 + turn
    due = date(city.year, 12, 31) - timedelta(days=late)
    meters.due[nozzle] = due
    day = due.timetuple().tm_yday - 1
    if code == "SERVICE_RECORDED":
        row = service_row(city, meters, nozzle, day - 1, "检定")
        city.docs["fuel.pump_service"].append(
            row | {"verify_cert_no": city.serial("JD"), "valid_to": due + timedelta(days=180)}
        )
    _case(city, meters, nozzle, (day, DAYS - 1), "overdue", code, edge=code is None and turn == 0)
