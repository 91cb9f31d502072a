"""Tables of what the tankers brought: waybills, vehicle stops, purchase invoices, and tank gauge readings.

Nothing is planted here; planters change the ``Loads`` book and the arrays of ``City`` before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xiansuo.synth.fuel.city import GRADES, GROUPS, LITRES_PER_TONNE, MONTHS, SUPPLIERS, TAX_CODES, City, station_id
from xiansuo.synth.fuel.loads import BUYER_NONE, OPENING_L, Loads

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.fuel.city import Flags, Floats, Ints


def load_tables(city: City, loads: Loads) -> dict[str, pl.DataFrame]:
    """haz_waybill, veh_track and the purchase part of vat_invoice."""
    import numpy as np
    import polars as pl

    size = len(loads.at)
    order = np.arange(size)
    base = pl.DataFrame(
        {
            "i": order,
            "at": loads.at,
            "grade": loads.grade,
            "day": loads.day,
            "t": loads.hundredths / 100,
            "state": loads.state,
            "minute": city.rng.integers(0, 180, size),
            "stay": city.rng.integers(35, 70, size),
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
        plate="plate",
        trailer_plate=pl.format("浙A{}挂", (pl.col("i") % 9_000 + 1_000).cast(pl.String)),
        un_no=_text(["1203", "1203", "1202"], base["grade"]),
        oil_grade=_text(list(GRADES), base["grade"]),
        qty_t="t",
        shipper_uscc=_text(city.others, base["at"] % len(SUPPLIERS)),
        consignee_uscc=_text(city.uscc, base["at"]),
        consignee_address=_text(addresses, base["at"]),
        load_ts="load_ts",
        unload_ts="unload_ts",
        status=pl.when(returned).then(pl.lit("退回")).otherwise(pl.lit("已签收")),
    )


def _stops(city: City, base: pl.DataFrame) -> pl.DataFrame:
    """The stop at the station, and a short one on the way."""
    import polars as pl

    east = pl.Series(city.rng.uniform(-0.0012, 0.0012, base.height))
    north = pl.Series(city.rng.uniform(-0.0012, 0.0012, base.height))
    arrive = pl.col("unload_ts") - pl.duration(minutes=pl.col("stay") + 5)
    there = base.select(
        plate="plate",
        arrive_ts=arrive,
        lon=(pl.Series(city.lon).gather(base["at"]) + east).round(6),
        lat=(pl.Series(city.lat).gather(base["at"]) + north).round(6),
        stop_min=pl.col("stay").cast(pl.Int64),
    )
    rest = base.select(
        plate="plate",
        arrive_ts=pl.col("load_ts") + pl.duration(minutes=70),
        lon=pl.lit(120.3) + (north * 100).round(6),
        lat=pl.lit(30.9) + (east * 50).round(6),
        stop_min=pl.col("stay") // 5,
    ).filter(pl.int_range(pl.len()) % 3 == 0)
    return pl.concat(
        [there, rest.with_columns(pl.col("stop_min").cast(pl.Int64), pl.col("lon", "lat").round(6))]
    ).unique(["plate", "arrive_ts"], keep="first", maintain_order=True)


def _purchases(city: City, loads: Loads, base: pl.DataFrame) -> pl.DataFrame:
    """Invoices of all loads that have one, credit notes and reissues; litre prices before tax."""
    import numpy as np
    import polars as pl

    factor = np.array(LITRES_PER_TONNE)[loads.grade]
    litres = loads.hundredths * factor / 100
    unit_price = np.array([5.85, 6.25, 5.60])[loads.grade]
    amount = np.round(litres * unit_price, 2)
    quantity = np.where(loads.form == 0, litres, loads.hundredths / 100)
    buyers = np.where(loads.buyer >= 0, loads.buyer, 0)
    late = (loads.lag > 0) & (loads.red == 0)
    absent = pl.lit(None, dtype=pl.String)
    fixed = {"rate": pl.lit(0.13), "inv_type": pl.lit("专"), "special_tag": pl.lit("成品油")}
    frame = base.select(
        i="i",
        inv_no=pl.format("2533{}{}", pl.lit(str(city.year)), (pl.col("i") + 1).cast(pl.String).str.zfill(12)),
        line_no=pl.lit(1),
        issue_ts=pl.col("unload_ts") + pl.duration(days=pl.lit(pl.Series(np.where(late, loads.lag, 0))), hours=2),
        seller_uscc=_text(city.others, base["at"] % len(SUPPLIERS)),
        buyer_uscc=pl.when(pl.Series(loads.buyer) >= 0)
        .then(_text(city.others, pl.Series(buyers)))
        .otherwise(_text(city.uscc, base["at"])),
        tax_class_code=_text(list(TAX_CODES), pl.Series(loads.billed)),
        goods_name=_text(
            [f"*成品油*{g.strip('#')}号车用{o}" for g, o in zip(GRADES, GROUPS, strict=True)], pl.Series(loads.billed)
        ),
        spec=_text(list(GRADES), pl.Series(loads.billed)),
        unit=pl.Series(np.where(loads.form == 1, "吨", "升")),
        qty=pl.Series(quantity),
        price=pl.Series(np.round(amount / quantity, 4)),
        amt_ex_tax=pl.Series(amount),
        tax=pl.Series(np.round(amount * 0.13, 2)),
        status=pl.Series(np.where(loads.red > 0, "红冲", "正常")),
    ).with_columns(**fixed, red_of=absent, reissue_of=absent)
    kept: Flags = loads.buyer != BUYER_NONE
    reversed_ = frame.filter(pl.Series(loads.red > 0))
    extra = _reversals(reversed_, loads.red[loads.red > 0], loads.lag[loads.red > 0])
    return pl.concat([frame.filter(pl.Series(kept)), *extra]).drop("i")


def _reversals(frame: pl.DataFrame, red: Ints, lag: Ints) -> list[pl.DataFrame]:
    import polars as pl

    minus = [(-pl.col(name)).alias(name) for name in ("qty", "amt_ex_tax", "tax")]
    notes = frame.with_columns(
        *minus,
        red_of=pl.col("inv_no"),
        inv_no=pl.lit("2534") + pl.col("inv_no").str.slice(4),
        status=pl.lit("正常"),
        issue_ts=pl.col("issue_ts") + pl.duration(days=pl.lit(pl.Series(red))),
    )
    again = frame.with_columns(
        reissue_of=pl.col("inv_no"),
        inv_no=pl.lit("2535") + pl.col("inv_no").str.slice(4),
        status=pl.lit("正常"),
        issue_ts=pl.col("issue_ts") + pl.duration(days=pl.lit(pl.Series(lag))),
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
    start_ts = np.array(
        [np.datetime64(city.first_day(int(m))) for m in month], dtype="datetime64[us]"
    ) + np.timedelta64(10, "m")
    start = np.repeat(np.arange(city.n), len(GRADES))
    start_grade = np.tile(np.arange(len(GRADES)), city.n)
    rows: dict[str, Any] = {
        "at": np.concatenate([start, at[live]]),
        "grade": np.concatenate([start_grade, grade[live]]),
        "gauge_ts": np.concatenate([start_ts[first[start]], ends_ts[live]]),
        "volume_l": np.concatenate([opening[start], closing.ravel()[live] / 100]),
        "temp_c": np.concatenate([np.full(len(start), 21.0), city.cold.ravel()[live]]),
    }
    frame = pl.DataFrame(rows)
    return frame.select(
        tank_id=pl.format("{}-T{}", _text([station_id(i) for i in range(city.n)], frame["at"]), pl.col("grade") + 1),
        gauge_ts="gauge_ts",
        station_id=_text([station_id(i) for i in range(city.n)], frame["at"]),
        oil_grade=_text(list(GRADES), frame["grade"]),
        volume_l="volume_l",
        temp_c="temp_c",
        water_mm=pl.Series(city.rng.integers(0, 12, frame.height).astype(float)),
        event=pl.lit("静置"),
    )
