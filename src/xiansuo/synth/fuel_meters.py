"""Nozzles and their totalizers, and what rule F8 must tell apart.

Daily litres per nozzle are whole centilitres [nozzle, day] that sum to the station's monthly meter volume. Planters
change days within a month or tamper with the running total; the monthly volume of rule F1 stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from xiansuo.synth.fuel_city import GRADES, MONTHS, PRICES, City, station_id, taker
from xiansuo.synth.truth import RowKey

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.fuel_city import Flags, Floats, Ints

F8 = "totalizer_anomaly"
DAYS = 365
CHIP_DAY = 3


@dataclass
class Meters:
    """Nozzles as parallel arrays, their daily centilitres, tampering steps added to the total, and readings lost."""

    at: Ints
    grade: Ints
    litres: Ints
    step: Ints
    lost: Flags
    start: Floats
    due: list[date]
    chip_from: dict[int, tuple[int, bool]]

    def name(self, nozzle: int) -> str:
        """Business key of a nozzle."""
        return f"Q{nozzle + 1:06d}"

    def of(self, at: int, grade: int) -> list[int]:
        """Nozzles of a station for a grade."""
        import numpy as np

        return [int(i) for i in np.flatnonzero((self.at == at) & (self.grade == grade))]


def make_meters(city: City) -> Meters:
    """One nozzle per station and grade, a second one for 92 octane at every other station."""
    import numpy as np

    at = np.concatenate([np.repeat(np.arange(city.n), len(GRADES)), np.arange(0, city.n, 2)])
    grade = np.concatenate([np.tile(np.arange(len(GRADES)), city.n), np.zeros(len(range(0, city.n, 2)), dtype=np.int64)])
    order = np.lexsort((np.arange(len(at)), grade, at))
    at, grade = at[order], grade[order]
    twin = np.isin(at, np.arange(0, city.n, 2)) & (grade == 0)
    second = twin & np.concatenate([[False], (at[1:] == at[:-1]) & (grade[1:] == grade[:-1])])
    volume = city.meter[at, grade]
    half = volume // 2
    volume = np.where(twin[:, None], np.where(second[:, None], volume - half, half), volume)
    count = len(at)
    due = [date(city.year + 1, 1 + i % 5, 1 + i % 27) for i in range(count)]
    meters = Meters(
        at, grade, _daily(city, volume), np.zeros((count, DAYS), dtype=np.int64), np.zeros((count, DAYS), dtype=bool),
        np.round(city.rng.uniform(100_000, 3_000_000, count)), due, {},
    )
    _requests(city, meters)
    return meters


def _daily(city: City, volume: Ints) -> Ints:
    import numpy as np

    days = np.zeros((len(volume), DAYS), dtype=np.int64)
    for month in range(MONTHS):
        first = city.first_day(month).timetuple().tm_yday - 1
        length = (city.first_day(month + 1) - city.first_day(month)).days
        weight = city.rng.uniform(0.8, 1.2, (len(volume), length))
        part = np.floor(volume[:, month][:, None] * weight / weight.sum(axis=1)[:, None]).astype(np.int64)
        part[:, -1] += volume[:, month] - part.sum(axis=1)
        days[:, first : first + length] = part
    return days


def _requests(city: City, meters: Meters) -> None:
    """Carry out what the volume planters asked for: recorded jumps and collector outages."""
    for jump in city.docs.pop("meter:jump", []):
        nozzle = meters.of(jump["at"], jump["grade"])[0]
        tamper(city, meters, nozzle, jump["day"], jump["litres"], record=True)
    for loss in city.docs.pop("meter:lost", []):
        for nozzle in meters.of(loss["at"], loss["grade"]):
            outage(city, meters, nozzle, loss["from"], loss["to"])


def _moment(city: City, day: int, hour: int = 14) -> datetime:
    return datetime(city.year, 1, 1, hour, 20) + timedelta(days=int(day))


def tamper(city: City, meters: Meters, nozzle: int, day: int, litres: int, *, record: bool) -> None:
    """Move the running total by ``litres`` centilitres at a day; with a service record or without."""
    meters.step[nozzle, day] += litres
    if record:
        before = meters.start[nozzle] + (meters.litres[nozzle, :day].sum() + meters.step[nozzle, :day].sum()) / 100
        city.docs["fuel.pump_service"].append(
            _service(city, meters, nozzle, day, "主板维修")
            | {"total_before_l": round(float(before), 2), "total_after_l": round(float(before) + litres / 100, 2)}
        )


def _service(city: City, meters: Meters, nozzle: int, day: int, kind: str) -> dict[str, object]:
    return {
        "record_no": city.serial("WX"), "nozzle_id": meters.name(nozzle), "service_ts": _moment(city, day), "kind": kind,
        "total_before_l": None, "total_after_l": None, "verify_cert_no": None, "new_tax_chip_no": None,
        "new_seal_no": None, "valid_to": None, "org_name": "市计量检定院",
    }


def outage(city: City, meters: Meters, nozzle: int, first: int, last: int, *, drop: bool = True) -> None:
    """File a collector outage; the readings of those days are lost unless ``drop`` is false."""
    if drop:
        meters.lost[nozzle, first : last + 1] = True
    city.docs["fuel.collector_gap"].append(
        {
            "report_no": city.serial("LX"), "nozzle_id": meters.name(nozzle), "gap_from": _moment(city, first, 0),
            "gap_to": _moment(city, last, 23), "reason": "采集器断网，数据未上传",
        }
    )


def plant_meters(city: City, meters: Meters, pool: list[int], times: int) -> None:
    """Plant the F8 cases on stations of ``pool``."""
    stations = taker(pool)
    kinds: tuple[Callable[[City, Meters, int, int, str | None], None], ...] = (
        _decrease, _jump, _constant, _idle, _chip, _overdue,
    )
    looks: tuple[tuple[int, str | None], ...] = (
        (0, "SERVICE_RECORDED"), (1, "SERVICE_RECORDED"), (4, "SERVICE_RECORDED"), (5, "SERVICE_RECORDED"),
        (1, "COLLECTOR_GAP"), (2, "COLLECTOR_GAP"), (3, "COLLECTOR_GAP"), (3, "NON_FUEL"), (1, "NEW_OR_CLOSING"),
        (0, "NEW_OR_CLOSING"), (2, "UNDER"), (5, "UNDER"),
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
    span = (_moment(city, days[0]).date(), _moment(city, days[1]).date())
    rows: list[RowKey] = [("fuel.pump_nozzle", {"nozzle_id": meters.name(nozzle)})]
    city.case(
        F8, "lookalike" if code else "violation", kind if code != "UNDER" else f"{kind}_under", int(meters.at[nozzle]), (0, 0),
        code=None if code == "UNDER" else code, edge=edge or code == "UNDER", rows=rows, span=span,
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
    """The total stands still while money is taken at the nozzle; receipts are tied to it in ``fuel_money``."""
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
            "at": at, "nozzle_id": meters.name(nozzle), "day": first + 2, "count": 3, "amt": 4_200.0 + 100 * turn,
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
        row = _service(city, meters, nozzle, first + 12, ("换税控芯片", "换铅封")[turn])
        changed = "new_tax_chip_no" if turn == 0 else "new_seal_no"
        city.docs["fuel.pump_service"].append(row | {changed: _chip_no(meters, nozzle, True) if turn == 0 else _seal_no(nozzle, True)})
    last = city.first_day(month).timetuple().tm_yday - 1 + CHIP_DAY
    _case(city, meters, nozzle, (first, last), "chip", code)


def _overdue(city: City, meters: Meters, at: int, turn: int, code: str | None) -> None:
    nozzle = meters.of(at, 2)[0]
    late = 15 if code == "UNDER" else 16 if code is None and turn == 0 else 90 + turn
    due = date(city.year, 12, 31) - timedelta(days=late)
    meters.due[nozzle] = due
    day = due.timetuple().tm_yday - 1
    if code == "SERVICE_RECORDED":
        row = _service(city, meters, nozzle, day - 1, "检定")
        city.docs["fuel.pump_service"].append(
            row | {"verify_cert_no": city.serial("JD"), "valid_to": due + timedelta(days=180)}
        )
    _case(city, meters, nozzle, (day, DAYS - 1), "overdue", code, edge=code is None and turn == 0)


def _chip_no(meters: Meters, nozzle: int, changed: bool) -> str:
    return f"SK{int(meters.at[nozzle]) + 1:05d}{nozzle:06d}{'B' if changed else 'A'}"


def _seal_no(nozzle: int, changed: bool) -> str:
    return f"QF{nozzle + 1:07d}{'2' if changed else '1'}"


def reading_table(city: City, meters: Meters) -> pl.DataFrame:
    """Totals at 23:50 of each working day, and one when the nozzle's year begins."""
    import numpy as np
    import polars as pl

    delta = meters.litres + meters.step
    total = np.round(meters.start)[:, None].astype(np.int64) * 100 + np.cumsum(delta, axis=1)
    price = np.array(PRICES)[meters.grade][:, None]
    amount = np.round((meters.start[:, None] + np.cumsum(meters.litres, axis=1) / 100) * price, 2)
    month_of = np.array([(date(city.year, 1, 1) + timedelta(days=d)).month - 1 for d in range(DAYS)])
    live = city.active[meters.at][:, month_of] & ~meters.lost
    nozzle, day = np.nonzero(live)
    stamp = np.datetime64(f"{city.year}-01-01T23:50", "us") + day * np.timedelta64(1, "D")
    first = np.array([np.datetime64(city.first_day(int(m)), "us") for m in np.argmax(city.active, axis=1)])[meters.at]
    every = np.arange(len(meters.at))
    names = np.array([meters.name(int(i)) for i in every])
    return pl.DataFrame(
        {
            "nozzle_id": np.concatenate([names, names[nozzle]]),
            "read_ts": np.concatenate([first + np.timedelta64(5, "m"), stamp]),
            "total_l": np.concatenate([np.round(meters.start), total[nozzle, day] / 100]),
            "total_amt": np.concatenate([np.round(meters.start * price[:, 0], 2), amount[nozzle, day]]),
        }
    ).with_columns(source=pl.when(pl.int_range(pl.len()) % 11 == 0).then(pl.lit("IoT")).otherwise(pl.lit("税控")))


def nozzle_table(city: City, meters: Meters) -> pl.DataFrame:
    """fuel.pump_nozzle as of the year's end, except that the due date may be that of a lapsed verification."""
    import polars as pl

    rows = []
    for i in range(len(meters.at)):
        at, grade = int(meters.at[i]), int(meters.grade[i])
        changed, is_chip = meters.chip_from.get(i, (0, False))
        rows.append(
            {
                "nozzle_id": meters.name(i), "station_id": station_id(at), "tank_id": f"{station_id(at)}-T{grade + 1}",
                "pump_sn": f"JYJ{i // 2 + 1:06d}", "oil_grade": GRADES[grade],
                "tax_chip_no": _chip_no(meters, i, bool(changed) and is_chip), "verify_cert_no": f"JDZ{i + 1:07d}",
                "verify_date": meters.due[i] - timedelta(days=180), "verify_due": meters.due[i],
                "totalizer_at_verify": float(meters.start[i]), "seal_no": _seal_no(i, bool(changed) and not is_chip),
            }
        )
    return pl.DataFrame(rows)


def chip_table(city: City, meters: Meters) -> pl.DataFrame:
    """One tax report a month and nozzle, with the chip and seal found in the pump."""
    import numpy as np
    import polars as pl

    monthly = np.add.reduceat(
        meters.litres, [city.first_day(m).timetuple().tm_yday - 1 for m in range(MONTHS)], axis=1
    )
    rows = []
    for i in range(len(meters.at)):
        changed, is_chip = meters.chip_from.get(i, (MONTHS, False))
        for month in np.flatnonzero(city.active[int(meters.at[i])]):
            new = month >= changed
            rows.append(
                (
                    meters.name(i), city.first_day(int(month)) + timedelta(days=CHIP_DAY), _chip_no(meters, i, bool(new and is_chip)),
                    _seal_no(i, bool(new and not is_chip)), int(monthly[i, month]) / 100,
                )
            )
    return pl.DataFrame(rows, schema=["nozzle_id", "report_date", "tax_chip_no", "seal_no", "month_total_l"], orient="row")
