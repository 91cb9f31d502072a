"""Nozzles and their totalizers, and the tables made from them. What is planted on them lies in ``tamper``.

Daily litres per nozzle are whole centilitres [nozzle, day] that sum to the station's monthly meter volume. Planters
change days within a month or tamper with the running total; the monthly volume of rule F1 stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from xiansuo.synth.fuel.city import GRADES, MONTHS, PRICES, City, station_id

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.fuel.city import Flags, Floats, Ints

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
    grade = np.concatenate(
        [np.tile(np.arange(len(GRADES)), city.n), np.zeros(len(range(0, city.n, 2)), dtype=np.int64)]
    )
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
        at,
        grade,
        _daily(city, volume),
        np.zeros((count, DAYS), dtype=np.int64),
        np.zeros((count, DAYS), dtype=bool),
        np.round(city.rng.uniform(100_000, 3_000_000, count)),
        due,
        {},
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


def moment(city: City, day: int, hour: int = 14) -> datetime:
    """A timestamp on a day counted from 0."""
    return datetime.combine(date(city.year, 1, 1) + timedelta(days=int(day)), time(hour, 20))


def tamper(city: City, meters: Meters, nozzle: int, day: int, litres: int, *, record: bool) -> None:
    """Move the running total by ``litres`` centilitres at a day; with a service record or without."""
    meters.step[nozzle, day] += litres
    if record:
        before = meters.start[nozzle] + (meters.litres[nozzle, :day].sum() + meters.step[nozzle, :day].sum()) / 100
        city.docs["fuel.pump_service"].append(
            service_row(city, meters, nozzle, day, "主板维修")
            | {"total_before_l": round(float(before), 2), "total_after_l": round(float(before) + litres / 100, 2)}
        )


def service_row(city: City, meters: Meters, nozzle: int, day: int, kind: str) -> dict[str, object]:
    """An empty row of fuel.pump_service for a nozzle and day."""
    return {
        "record_no": city.serial("WX"),
        "nozzle_id": meters.name(nozzle),
        "service_ts": moment(city, day),
        "kind": kind,
        "total_before_l": None,
        "total_after_l": None,
        "verify_cert_no": None,
        "new_tax_chip_no": None,
        "new_seal_no": None,
        "valid_to": None,
        "org_name": "市计量检定院",
    }


def outage(city: City, meters: Meters, nozzle: int, first: int, last: int, *, drop: bool = True) -> None:
    """File a collector outage; the readings of those days are lost unless ``drop`` is false."""
    if drop:
        meters.lost[nozzle, first : last + 1] = True
    city.docs["fuel.collector_gap"].append(
        {
            "report_no": city.serial("LX"),
            "nozzle_id": meters.name(nozzle),
            "gap_from": moment(city, first, 0),
            "gap_to": moment(city, last, 23),
            "reason": "采集器断网，数据未上传",
        }
    )


def chip_no(meters: Meters, nozzle: int, changed: bool) -> str:
    """Tax chip number of a nozzle before or after a change."""
    return f"SK{int(meters.at[nozzle]) + 1:05d}{nozzle:06d}{'B' if changed else 'A'}"


def seal_no(nozzle: int, changed: bool) -> str:
    """Lead seal number of a nozzle before or after a change."""
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
                "nozzle_id": meters.name(i),
                "station_id": station_id(at),
                "tank_id": f"{station_id(at)}-T{grade + 1}",
                "pump_sn": f"JYJ{i // 2 + 1:06d}",
                "oil_grade": GRADES[grade],
                "tax_chip_no": chip_no(meters, i, bool(changed) and is_chip),
                "verify_cert_no": f"JDZ{i + 1:07d}",
                "verify_date": meters.due[i] - timedelta(days=180),
                "verify_due": meters.due[i],
                "totalizer_at_verify": float(meters.start[i]),
                "seal_no": seal_no(i, bool(changed) and not is_chip),
            }
        )
    return pl.DataFrame(rows)


def chip_table(city: City, meters: Meters) -> pl.DataFrame:
    """One tax report a month and nozzle, with the chip and seal found in the pump."""
    import numpy as np
    import polars as pl

    monthly = np.add.reduceat(meters.litres, [city.first_day(m).timetuple().tm_yday - 1 for m in range(MONTHS)], axis=1)
    rows = []
    for i in range(len(meters.at)):
        changed, is_chip = meters.chip_from.get(i, (MONTHS, False))
        for month in np.flatnonzero(city.active[int(meters.at[i])]):
            new = month >= changed
            rows.append(
                (
                    meters.name(i),
                    city.first_day(int(month)) + timedelta(days=CHIP_DAY),
                    chip_no(meters, i, bool(new and is_chip)),
                    seal_no(i, bool(new and not is_chip)),
                    int(monthly[i, month]) / 100,
                )
            )
    return pl.DataFrame(
        rows, schema=["nozzle_id", "report_date", "tax_chip_no", "seal_no", "month_total_l"], orient="row"
    )
