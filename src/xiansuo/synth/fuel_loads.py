"""Tanker loads of the fuel stations, their stops and purchase invoices, and what rules F3 and F11 must tell apart.

Loads are parallel arrays in one ``Loads`` book: planters change whose invoice covers a load, when, and in what form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from xiansuo.synth.fuel_city import (
    GRADES,
    GROUPS,
    LITRES_PER_TONNE,
    LOSS_RATES,
    MONTHS,
    TAX_CODES,
    City,
    station_id,
    taker,
)
from xiansuo.synth.fuel_volume import branch, tank_event
from xiansuo.synth.truth import RowKey

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.fuel_city import Flags, Floats, Ints

F3, F11 = "waybill_without_invoice", "unlicensed_supply"
OPENING_L = 45_000
TARGET_L = 40_000
BUYER_OWN, BUYER_NONE = -1, -2


@dataclass
class Loads:
    """Parallel arrays, one entry per load. ``day`` is the day of the year from 0; ``buyer`` -1 the station itself,
    -2 nobody (no invoice), else a position in City.others; ``lag`` days from unloading to invoice; ``form`` 0 litres,
    1 tonnes, 2 tonnes called litres; ``billed`` grade on the invoice; ``red`` days until a credit note (0 = none);
    ``state`` 0 signed, 1 returned."""

    at: Ints
    grade: Ints
    day: Ints
    hundredths: Ints
    buyer: Ints
    lag: Ints
    form: Ints
    billed: Ints
    red: Ints
    state: Ints

    def of(self, at: int, grade: int | None = None, first: int = 0, last: int = 400) -> list[int]:
        """Positions of a station's loads within days, in order of day."""
        import numpy as np

        mask = (self.at == at) & (self.day >= first) & (self.day <= last)
        if grade is not None:
            mask &= self.grade == grade
        found = np.flatnonzero(mask)
        return [int(i) for i in found[np.argsort(self.day[found], kind="stable")]]

    def add(self, at: int, grade: int, day: int, tonnes: float, buyer: int, state: int = 0) -> int:
        """Append one load; returns its position."""
        import numpy as np

        values = {
            "at": at, "grade": grade, "day": day, "hundredths": round(tonnes * 100), "buyer": buyer, "lag": 0, "form": 0,
            "billed": grade, "red": 0, "state": state,
        }
        for name, value in values.items():
            setattr(self, name, np.append(getattr(self, name), value))
        return len(self.at) - 1


def waybill_no(position: int) -> str:
    """Business key of a load."""
    return f"YD2025{position + 1:08d}"


def stock_and_loads(city: City) -> tuple[Loads, Ints]:
    """Loads that keep every tank between its limits, and month-end stock in centilitres [n, 3, 12]."""
    import numpy as np

    stock = np.where(city.active[:, :1], OPENING_L * 100, 0) * np.ones((city.n, len(GRADES)), dtype=np.int64)
    rates = np.array(LOSS_RATES)
    factor = np.array(LITRES_PER_TONNE)
    closing = np.zeros_like(city.phys)
    parts = []
    for month in range(MONTHS):
        out = city.phys[:, :, month] + city.drift[:, :, month]
        slack = np.where(city.exact[:, None], 1.0, city.rng.uniform(0.6, 1.0, out.shape))
        loss = np.rint(np.maximum(out, 0) * rates / (1 - rates) * slack).astype(np.int64)
        need = np.maximum(out + loss + TARGET_L * 100 - stock, 0)
        count = np.where(city.active[:, month][:, None], -(-need // (2_700 * factor)), 0)
        loads, bought = _month_loads(city, count, month)
        parts.append(loads)
        stock = stock + bought - out - loss
        closing[:, :, month] = stock
    joined = [np.concatenate([part[i] for part in parts]) for i in range(4)]
    size = len(joined[0])
    form = (np.arange(size) % 10 < 3).astype(np.int64)
    zero = np.zeros(size, dtype=np.int64)
    own = np.full(size, BUYER_OWN, dtype=np.int64)
    return Loads(joined[0], joined[1], joined[2], joined[3], own, zero.copy(), form, joined[1].copy(), zero.copy(), zero.copy()), closing


def _month_loads(city: City, count: Ints, month: int) -> tuple[tuple[Ints, ...], Ints]:
    import numpy as np

    flat = count.ravel()
    cell = np.repeat(np.arange(len(flat)), flat)
    at, grade = cell // len(GRADES), cell % len(GRADES)
    rank = np.arange(len(cell)) - np.repeat(np.cumsum(flat) - flat, flat)
    day = np.floor((rank + city.rng.random(len(cell)) * 0.9) / flat[cell] * 27).astype(np.int64)
    hundredths = city.rng.integers(2_700, 3_001, len(cell))
    litres = hundredths * np.array(LITRES_PER_TONNE)[grade]
    bought = np.bincount(cell, weights=litres, minlength=len(flat)).astype(np.int64).reshape(count.shape)
    start = city.first_day(month).timetuple().tm_yday - 1
    return (at, grade, day + start, hundredths), bought


def plant_loads(city: City, loads: Loads, pool: list[int], times: int) -> None:
    """Plant the F3 cases on stations of ``pool``."""
    stations = taker(pool)
    for _ in range(times):
        for turn in range(12):
            _bare(city, loads, next(stations), turn)
        planters: tuple[Callable[[City, Loads, int, int], None], ...] = (
            _drop_shipment, _stored, _central, _wrong_unit, _reissue, _other_grade, _late, _single,
        )
        for planter in planters:
            for turn in range(4 if planter is not _single else 3):
                planter(city, loads, next(stations), turn)


def _load_rows(positions: list[int]) -> list[RowKey]:
    return [("fuel.haz_waybill", {"waybill_no": waybill_no(i)}) for i in positions]


def _quarter(city: City, turn: int) -> tuple[int, int, tuple[int, int]]:
    months = (3 * (turn % 3), 3 * (turn % 3) + 2)
    first = city.first_day(months[0]).timetuple().tm_yday - 1
    last = city.last_day(months[1]).timetuple().tm_yday - 1
    return first, last, months


def _chosen(city: City, loads: Loads, at: int, grade: int, turn: int, count: int) -> tuple[list[int], tuple[int, int]]:
    first, last, months = _quarter(city, turn)
    return loads.of(at, grade, first, last)[1 : 1 + count], months


def _bare(city: City, loads: Loads, at: int, turn: int) -> None:
    """Loads that arrived with a waybill and never got an invoice; exactly two in a quarter is the edge."""
    count = 2 if turn < 2 else 2 + turn % 3
    picked, months = _chosen(city, loads, at, turn % 2 * 2, turn, count)
    loads.buyer[picked] = BUYER_NONE
    kind = "edge" if turn < 2 else "bare_loads"
    city.case(F3, "violation", kind, at, months, edge=turn < 2, rows=_load_rows(picked))


def _agreement(city: City, loads: Loads, position: int, partner: str, kind: str) -> None:
    grade = int(loads.grade[position])
    filed = date(city.year, 1, 1) + timedelta(days=int(loads.day[position]))
    city.docs["fuel.delivery_agreement"].append(
        {
            "agreement_no": city.serial("BA"), "uscc": city.uscc[int(loads.at[position])], "partner_uscc": partner,
            "kind": kind, "waybill_no": waybill_no(position), "inv_no": None,
            "qty_l": int(loads.hundredths[position]) * LITRES_PER_TONNE[grade] / 100, "filed_on": filed,
        }
    )


def _foreign(city: City, loads: Loads, at: int, turn: int, kind: str, code: str) -> None:
    """Two loads that go through the station for someone else, who has the invoices; the stock balance sees them too."""
    first, _, months = _quarter(city, turn)
    partner = 20 + (at * 3 + turn) % 20
    days = (first + 12, first + 17)
    positions = [loads.add(at, turn % 2 * 2, day, 28.5, partner) for day in days]
    for position in positions:
        _agreement(city, loads, position, city.others[partner], kind)
    rows = _load_rows(positions)
    city.case(F3, "lookalike", code.lower(), at, months, code=code, rows=rows)
    if code == "DROP_SHIPMENT":
        month = months[0]
        city.case("stock_imbalance", "lookalike", "drop_shipment", at, (month, month), code=code, rows=rows)


def _drop_shipment(city: City, loads: Loads, at: int, turn: int) -> None:
    _foreign(city, loads, at, turn, ("直送", "代收")[turn % 2], "DROP_SHIPMENT")


def _stored(city: City, loads: Loads, at: int, turn: int) -> None:
    _foreign(city, loads, at, turn, "代储", "STORED")


def _central(city: City, loads: Loads, at: int, turn: int) -> None:
    """The head office buys and hands on to its branch."""
    picked, months = _chosen(city, loads, at, 0, turn, 2)
    head_office = 12 + turn
    branch(city, at, city.others[head_office], "汇总纳税")
    loads.buyer[picked] = head_office
    for position in picked:
        _agreement(city, loads, position, city.others[head_office], "调拨")
    city.case(F3, "lookalike", "parent_settled", at, months, code="PARENT_SETTLED", rows=_load_rows(picked))


def _wrong_unit(city: City, loads: Loads, at: int, turn: int) -> None:
    picked, months = _chosen(city, loads, at, turn % 2 * 2, turn, 3)
    loads.form[picked] = 2
    city.case(F3, "lookalike", "unit_error", at, months, code="UNIT_ERROR", rows=_load_rows(picked))


def _pair(city: City, loads: Loads, at: int, turn: int) -> tuple[list[int], tuple[int, int]]:
    """The first two 92 octane loads of one month, in the first half of a quarter."""
    first, last, months = _quarter(city, turn)
    mine = loads.of(at, 0, first, last - 35)
    for one, two in zip(mine, mine[1:], strict=False):
        if _calendar(city, int(loads.day[one])).month == _calendar(city, int(loads.day[two])).month:
            return [one, two], months
    return mine[:2], months


def _reissue(city: City, loads: Loads, at: int, turn: int) -> None:
    """Invoices reversed after three weeks and issued anew on one day, more than 45 days after that."""
    picked, months = _pair(city, loads, at, turn)
    busy = set(loads.day[loads.of(at, 0)].tolist())
    reversal = next(day for day in range(int(loads.day[picked].max()) + 21, 400) if day not in busy)
    loads.red[picked] = reversal - loads.day[picked]
    loads.lag[picked] = loads.day[picked].max() + 72 + turn - loads.day[picked]
    city.case(F3, "lookalike", "red_reissue", at, months, code="RED_REISSUE", rows=_load_rows(picked))


def _other_grade(city: City, loads: Loads, at: int, turn: int) -> None:
    """92 octane invoiced as 95 after a tank was changed over."""
    picked, months = _chosen(city, loads, at, 0, turn, 2)
    loads.billed[picked] = 1
    city.docs["fuel.tank_event"].append(tank_event(city, at, months[0], "改号", "95#", "92#", None))
    city.case(F3, "lookalike", "grade_change", at, months, code="GRADE_CHANGE", rows=_load_rows(picked))


def _late(city: City, loads: Loads, at: int, turn: int) -> None:
    """Two loads invoiced together, the later one 46 days after its arrival or more."""
    picked, months = _pair(city, loads, at, turn)
    loads.lag[picked] = loads.day[picked].max() + 46 + turn - loads.day[picked]
    city.case(F3, "lookalike", "late_invoice", at, months, code="LATE_INVOICE", edge=turn == 0, rows=_load_rows(picked))


def _single(city: City, loads: Loads, at: int, turn: int) -> None:
    """One missing invoice in a quarter is below the rule's number of loads."""
    picked, months = _chosen(city, loads, at, 2, turn, 1)
    loads.buyer[picked] = BUYER_NONE
    city.case(F3, "lookalike", "single_load", at, months, edge=True, rows=_load_rows(picked))


def plant_permits(city: City, loads: Loads, pool: list[int], times: int) -> None:
    """Plant the F11 cases on stations of ``pool``; call it last, since it depends on the loads that stand."""
    stations: Iterator[int] = taker(pool)
    for _ in range(times):
        for turn in range(12):
            _unlicensed(city, loads, next(stations), turn)
        for code in ("RENEWED", "PROVISIONAL", "SUCCESSOR", "DROP_SHIPMENT", "RETURNED"):
            for turn in range(5):
                _licensed(city, loads, next(stations), code, turn)


def _calendar(city: City, day: int) -> date:
    return date(city.year, 1, 1) + timedelta(days=day)


def _unlicensed(city: City, loads: Loads, at: int, turn: int) -> None:
    """Permit expired or revoked, or station closed, while tankers still come. The edge: one day late."""
    mine = loads.of(at)
    count = 1 + turn % 4
    days = sorted({int(loads.day[i]) for i in mine})
    last_good = int(days[-1 - count])
    after = [i for i in mine if int(loads.day[i]) > last_good]
    first = min(int(loads.day[i]) for i in after)
    edge = turn < 2
    end = _calendar(city, first - 1 if edge else last_good)
    kind = "expired"
    if turn % 3 == 1 and not edge:
        kind = "revoked"
        city.station[at] |= {"permit_status": "吊销", "permit_status_date": end + timedelta(days=1)}
    elif turn % 3 == 2:
        kind = "closed"
        city.station[at] |= {"status": "注销", "close_date": end}
    else:
        city.station[at]["permit_to"] = end
    span = (_calendar(city, first), _calendar(city, days[-1]))
    city.case(F11, "violation", "edge" if edge else kind, at, (11, 11), edge=edge, rows=_load_rows(after), span=span)


def _licensed(city: City, loads: Loads, at: int, code: str, turn: int) -> None:
    mine = loads.of(at)
    days = sorted({int(loads.day[i]) for i in mine})
    if code in ("DROP_SHIPMENT", "RETURNED"):
        last_good = days[-1]
        position = loads.add(at, 2, min(last_good + 2, 363), 28.0, 20 + at % 20 if code == "DROP_SHIPMENT" else BUYER_NONE,
                             int(code == "RETURNED"))
        if code == "DROP_SHIPMENT":
            _agreement(city, loads, position, city.others[20 + at % 20], "直送")
        after = [position]
    else:
        last_good = days[-2 - turn]
        after = [i for i in mine if int(loads.day[i]) > last_good]
        _extra_permit(city, at, code, _calendar(city, last_good))
    city.station[at]["permit_to"] = _calendar(city, last_good)
    span = (_calendar(city, min(int(loads.day[i]) for i in after)), _calendar(city, max(int(loads.day[i]) for i in after)))
    city.case(F11, "lookalike", code.lower(), at, (11, 11), code=code, rows=_load_rows(after), span=span)


def _extra_permit(city: City, at: int, code: str, old_end: date) -> None:
    kind = ("临时", "试运行")[at % 2] if code == "PROVISIONAL" else "正式"
    city.docs["fuel.station_permit"].append(
        {
            "permit_no": city.serial("浙油零售换证第"), "station_id": station_id(at),
            "uscc": city.partner() if code == "SUCCESSOR" else city.uscc[at], "kind": kind,
            "valid_from": old_end + timedelta(days=1), "valid_to": old_end + timedelta(days=400), "status": "有效",
            "status_date": None, "issuer": "市商务局",
        }
    )


def load_tables(city: City, loads: Loads) -> dict[str, pl.DataFrame]:
    """haz_waybill, veh_track and the purchase part of vat_invoice."""
    import numpy as np
    import polars as pl

    size = len(loads.at)
    order = np.arange(size)
    base = pl.DataFrame(
        {
            "i": order, "at": loads.at, "grade": loads.grade, "day": loads.day, "t": loads.hundredths / 100,
            "state": loads.state, "minute": city.rng.integers(0, 180, size), "stay": city.rng.integers(35, 70, size),
        }
    ).with_columns(
        load_ts=pl.datetime(city.year, 1, 1, 5) + pl.duration(days="day", minutes="minute"),
        plate=pl.lit("浙A") + pl.Series(np.char.zfill((order * 7919 % 100_000).astype(str), 5)),
    )
    base = base.with_columns(unload_ts=pl.col("load_ts") + pl.duration(hours=4, seconds=pl.col("i") % 3_600))
    return {
        "fuel.haz_waybill": _waybills(city, base),
        "fuel.veh_track": _stops(city, base),
        "purchases": _purchases(city, loads, base),
    }


def _text(values: list[str], positions: pl.Series) -> pl.Series:
    import polars as pl

    return pl.Series(values, dtype=pl.String).gather(positions)


def _waybills(city: City, base: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    returned = pl.col("state") == 1
    addresses = [f"{row['station_name']}卸油区" for row in city.station]
    return base.select(
        waybill_no=pl.format("YD2025{}", (pl.col("i") + 1).cast(pl.String).str.zfill(8)),
        plate="plate", trailer_plate=pl.format("浙A{}挂", (pl.col("i") % 9_000 + 1_000).cast(pl.String)),
        un_no=_text(["1203", "1203", "1202"], base["grade"]), oil_grade=_text(list(GRADES), base["grade"]), qty_t="t",
        shipper_uscc=_text(city.others[:8], base["at"] % 8), consignee_uscc=_text(city.uscc, base["at"]),
        consignee_address=_text(addresses, base["at"]), load_ts="load_ts", unload_ts="unload_ts",
        status=pl.when(returned).then(pl.lit("退回")).otherwise(pl.lit("已签收")),
    )


def _stops(city: City, base: pl.DataFrame) -> pl.DataFrame:
    """The stop at the station, and a short one on the way."""
    import polars as pl

    east = pl.Series(city.rng.uniform(-0.0012, 0.0012, base.height))
    north = pl.Series(city.rng.uniform(-0.0012, 0.0012, base.height))
    arrive = pl.col("unload_ts") - pl.duration(minutes=pl.col("stay") + 5)
    there = base.select(
        plate="plate", arrive_ts=arrive, lon=(pl.Series(city.lon).gather(base["at"]) + east).round(6),
        lat=(pl.Series(city.lat).gather(base["at"]) + north).round(6), stop_min=pl.col("stay").cast(pl.Int64),
    )
    rest = base.select(
        plate="plate", arrive_ts=pl.col("load_ts") + pl.duration(minutes=70), lon=pl.lit(120.3) + (north * 100).round(6),
        lat=pl.lit(30.9) + (east * 50).round(6), stop_min=pl.col("stay") // 4,
    ).filter(pl.int_range(pl.len()) % 3 == 0)
    return pl.concat([there, rest.with_columns(pl.col("stop_min").cast(pl.Int64), pl.col("lon", "lat").round(6))]).unique(
        ["plate", "arrive_ts"], keep="first", maintain_order=True
    )


def _purchases(city: City, loads: Loads, base: pl.DataFrame) -> pl.DataFrame:
    """Invoices of all loads that have one, credit notes and reissues; litre prices before tax."""
    import numpy as np
    import polars as pl

    factor = np.array(LITRES_PER_TONNE)[loads.grade]
    litres = loads.hundredths * factor / 100
    unit_price = np.array([5.85, 6.25, 5.60])[loads.grade]
    amount = np.round(litres * unit_price, 2)
    tonnes = loads.hundredths / 100
    buyers = np.where(loads.buyer >= 0, loads.buyer, 0)
    late = (loads.lag > 0) & (loads.red == 0)
    frame = base.select(
        i="i", at="at", inv_no=pl.format("2533{}{}", pl.lit(str(city.year)), (pl.col("i") + 1).cast(pl.String).str.zfill(12)),
        line_no=pl.lit(1), issue_ts=pl.col("unload_ts") + pl.duration(hours=2) + pl.duration(days=pl.Series(np.where(late, loads.lag, 0))),
        seller_uscc=_text(city.others[:8], base["at"] % 8),
        buyer_uscc=pl.when(pl.Series(loads.buyer) >= 0).then(_text(city.others, pl.Series(buyers))).otherwise(_text(city.uscc, base["at"])),
        tax_class_code=_text(list(TAX_CODES), pl.Series(loads.billed)),
        goods_name=_text([f"*成品油*{g.strip('#')}号车用{o}" for g, o in zip(GRADES, GROUPS, strict=True)], pl.Series(loads.billed)),
        spec=_text(list(GRADES), pl.Series(loads.billed)), unit=pl.Series(np.where(loads.form == 1, "吨", "升")),
        qty=pl.Series(np.where(loads.form == 0, litres, tonnes)),
        price=pl.Series(np.round(amount / np.where(loads.form == 0, litres, tonnes), 4)), amt_ex_tax=pl.Series(amount),
        rate=pl.lit(0.13), tax=pl.Series(np.round(amount * 0.13, 2)), inv_type=pl.lit("专"), special_tag=pl.lit("成品油"),
        status=pl.Series(np.where(loads.red > 0, "红冲", "正常")),
        red_of=pl.lit(None, dtype=pl.String), reissue_of=pl.lit(None, dtype=pl.String),
    )
    kept: Flags = loads.buyer != BUYER_NONE
    reversed_ = frame.filter(pl.Series(loads.red > 0))
    extra = _reversals(reversed_, loads.red[loads.red > 0], loads.lag[loads.red > 0])
    return pl.concat([frame.filter(pl.Series(kept)), *extra]).drop("i", "at")


def _reversals(frame: pl.DataFrame, red: Ints, lag: Ints) -> list[pl.DataFrame]:
    import polars as pl

    minus = [(-pl.col(name)).alias(name) for name in ("qty", "amt_ex_tax", "tax")]
    notes = frame.with_columns(
        *minus, red_of=pl.col("inv_no"), inv_no=pl.lit("2534") + pl.col("inv_no").str.slice(4), status=pl.lit("正常"),
        issue_ts=pl.col("issue_ts") + pl.duration(days=pl.Series(red)),
    )
    again = frame.with_columns(
        reissue_of=pl.col("inv_no"), inv_no=pl.lit("2535") + pl.col("inv_no").str.slice(4), status=pl.lit("正常"),
        issue_ts=pl.col("issue_ts") + pl.duration(days=pl.Series(lag)),
    )
    return [notes, again]


def gauge_table(city: City, closing: Ints) -> pl.DataFrame:
    """One reading when a tank's year begins and one at each month end while its station works."""
    import numpy as np
    import polars as pl

    month = np.arange(MONTHS)
    ends = [np.datetime64(city.last_day(int(m))) for m in month]
    shape = closing.shape
    at, grade, when = (index.ravel() for index in np.indices(shape))
    live = city.active[at, when]
    ends_ts = np.array(ends, dtype="datetime64[us]")[when] + np.timedelta64(23 * 60 + 50, "m")
    first = np.argmax(city.active, axis=1)
    opening: Floats = np.where(first == 0, float(OPENING_L), 0.0)
    start_ts = np.array([np.datetime64(city.first_day(int(m))) for m in month], dtype="datetime64[us]") + np.timedelta64(10, "m")
    start = np.repeat(np.arange(city.n), len(GRADES))
    start_grade = np.tile(np.arange(len(GRADES)), city.n)
    rows: dict[str, Any] = {
        "at": np.concatenate([start, at[live]]), "grade": np.concatenate([start_grade, grade[live]]),
        "gauge_ts": np.concatenate([start_ts[first[start]], ends_ts[live]]),
        "volume_l": np.concatenate([opening[start], closing.ravel()[live] / 100]),
        "temp_c": np.concatenate([np.full(len(start), 21.0), city.cold.ravel()[live]]),
    }
    frame = pl.DataFrame(rows)
    return frame.select(
        tank_id=pl.format("{}-T{}", _text([station_id(i) for i in range(city.n)], frame["at"]), pl.col("grade") + 1),
        gauge_ts="gauge_ts", station_id=_text([station_id(i) for i in range(city.n)], frame["at"]),
        oil_grade=_text(list(GRADES), frame["grade"]), volume_l="volume_l", temp_c="temp_c",
        water_mm=pl.Series(city.rng.integers(0, 12, frame.height).astype(float)), event=pl.lit("静置"),
    )
