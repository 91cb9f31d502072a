"""Tables of money: receipts by channel and VAT returns, made from the ``Till`` after planting."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from xiansuo.synth.fuel.city import MONTHS, City, station_id
from xiansuo.synth.fuel.meters import moment
from xiansuo.synth.fuel.money import CHANNELS, SHARES, VAT, Till

if TYPE_CHECKING:
    import polars as pl


def receipt_table(city: City, till: Till) -> pl.DataFrame:
    """Company receipts by channel and month, with the planted and the nozzle receipts."""
    import numpy as np
    import polars as pl

    for request in city.docs.pop("receipt:nozzle", []):
        _nozzle_receipts(city, till, request)
    at, month, channel = (index.ravel() for index in np.indices((city.n, MONTHS, len(CHANNELS))))
    live = till.company[at, month] > 0
    at, month, channel = at[live], month[live], channel[live]
    total, part = till.company[at, month], np.array(SHARES)[channel]
    rest = np.array([round(1 - sum(SHARES[:-1]), 4) if c == len(SHARES) - 1 else SHARES[c] for c in channel])
    stamp = np.array([np.datetime64(city.moment(int(m), 26, 21), "us") for m in range(MONTHS)])[month]
    frame = pl.DataFrame(
        {"at": at, "channel": channel, "amt": np.round(total * np.where(part == rest, part, rest), 2), "pay_ts": stamp}
    )
    stations = pl.Series([station_id(i) for i in range(city.n)], dtype=pl.String)
    background = frame.select(
        receipt_no=pl.format("JS{}", pl.int_range(pl.len()).cast(pl.String).str.zfill(9)),
        merchant_no=pl.format("SH{}C", (pl.col("at") + 1).cast(pl.String).str.zfill(5)),
        payee_kind=pl.lit("对公"),
        payee_id_no=pl.lit(None, dtype=pl.String),
        station_id=stations.gather(frame["at"]),
        nozzle_id=pl.lit(None, dtype=pl.String),
        pay_ts="pay_ts",
        amt="amt",
        channel=pl.Series(list(CHANNELS), dtype=pl.String).gather(frame["channel"]),
        goods_kind=pl.lit("油品"),
    )
    planted = pl.DataFrame(city.docs.pop("fuel.pay_receipt"), schema=background.schema)
    return pl.concat([background, planted])


def _nozzle_receipts(city: City, till: Till, request: dict[str, object]) -> None:
    """Receipts tied to one nozzle, taken out of the month's company receipts."""
    at, day, amount = int(str(request["at"])), int(str(request["day"])), float(str(request["amt"]))
    start = moment(city, day, 15)
    for piece in range(int(str(request["count"]))):
        till.company[at, start.month - 1] -= amount
        city.docs["fuel.pay_receipt"].append(
            {
                "receipt_no": city.serial("SK"),
                "merchant_no": f"SH{at + 1:05d}C",
                "payee_kind": "对公",
                "payee_id_no": None,
                "station_id": station_id(at),
                "nozzle_id": request["nozzle_id"],
                "pay_ts": start + timedelta(minutes=11 * piece),
                "amt": amount,
                "channel": "微信",
                "goods_kind": request["goods_kind"],
            }
        )


def return_table(city: City, till: Till) -> pl.DataFrame:
    """Monthly VAT returns filed on the 14th of the next month; corrections two months later."""
    rows = []
    for at in range(city.n):
        for month in range(MONTHS):
            sales = float(till.sales[at, month])
            if sales <= 0:
                continue
            rows.append(_return(city, at, month, sales, "正常申报", 1, 14))
            if till.corrected[at, month] > 0:
                rows.append(_return(city, at, month, float(till.corrected[at, month]), "更正申报", 2, 20))
    import polars as pl

    return pl.DataFrame(rows)


def _return(city: City, at: int, month: int, sales: float, kind: str, later: int, day: int) -> dict[str, object]:
    output = round(sales * VAT, 2)
    paid_in = round(output * 0.86, 2)
    return {
        "uscc": city.uscc[at],
        "period": city.first_day(month),
        "filed_on": city.first_day(month + later).replace(day=day),
        "declare_kind": kind,
        "sales_taxed": round(sales, 2),
        "sales_uninvoiced": round(sales * 0.55, 2),
        "output_tax": output,
        "input_tax": paid_in,
        "payable": round(output - paid_in, 2),
        "paid": round(output - paid_in, 2),
    }
