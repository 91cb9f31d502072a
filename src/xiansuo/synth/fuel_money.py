"""Receipts, returns and chemical invoices, and what rules F5 (personal receipts) and F6 (renamed fuel) must tell apart.

Receipts of an innocent month equal its declared sales with tax, less a little cash. Amounts are yuan, arrays
[station, month].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from xiansuo.synth.fuel_city import MONTHS, PRICES, City, station_id, taker
from xiansuo.synth.truth import RowKey

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.fuel_city import Floats

F5, F6 = "personal_receipts", "renamed_fuel"
VAT = 0.13
CHANNELS = ("微信", "支付宝", "银联", "云闪付")
SHARES = (0.42, 0.27, 0.2, 0.11)
CHEMICAL_CODE = "1070202990000000000"
LUBRICANT_CODE = "1070101070100000000"


@dataclass
class Till:
    """``sales`` before tax as first returned, ``corrected`` as corrected (0 = never), ``company`` receipts with tax."""

    sales: Floats
    corrected: Floats
    company: Floats


def make_till(city: City) -> Till:
    """The innocent books that follow from the taxed litres."""
    import numpy as np

    gross = (np.maximum(city.taxed, 0) / 100 * np.array(PRICES)[None, :, None]).sum(axis=1)
    sales = np.round(gross / (1 + VAT), 2)
    company = np.round(gross * city.rng.uniform(0.995, 1.0, gross.shape), 2)
    return Till(sales, np.zeros_like(sales), company)


def plant_money(city: City, till: Till, pool: list[int], times: int) -> None:
    """Plant the F5 cases on stations of ``pool``."""
    stations = taker(pool)
    planters: tuple[Callable[[City, Till, int, int], None], ...] = (
        _non_fuel, _head_office, _assessed, _corrected, _all_declared, _shifted, _fresh, _stranger, _just_under,
    )
    for _ in range(times):
        for turn in range(12):
            _private(city, till, next(stations), turn)
        for planter in planters:
            for turn in range(3):
                planter(city, till, next(stations), turn)


def _payee(city: City, at: int, turn: int, relation: str | None = None) -> str:
    """The person who takes the money: owner, relative or employee of the station, on file as such."""
    city.counters["payee"] += 1
    person = city.legal_rep[at] if turn % 3 == 0 and relation is None else city.strangers[city.counters["payee"] % len(city.strangers)]
    city.docs["fuel.payee_link"].append(
        {
            "uscc": city.uscc[at], "id_no": person, "relation": relation or ("法定代表人", "近亲属", "员工")[turn % 3],
            "source": "工商登记" if turn % 3 == 0 else "户籍与社保登记",
        }
    )
    return person


def _receipts(
    city: City, at: int, month: int, amount: float, person: str | None, goods: str, pieces: int = 3
) -> list[RowKey]:
    """Book an amount in a few receipts; returns their keys."""
    keys: list[RowKey] = []
    left = round(amount, 2)
    for piece in range(pieces):
        part = round(amount / pieces, 2) if piece < pieces - 1 else left
        left = round(left - part, 2)
        number = city.serial("SK")
        city.docs["fuel.pay_receipt"].append(
            {
                "receipt_no": number, "merchant_no": f"SH{at + 1:05d}{'P' if person else 'C'}",
                "payee_kind": "个人" if person else "对公", "payee_id_no": person, "station_id": station_id(at),
                "nozzle_id": None, "pay_ts": city.moment(month, 5 + 7 * piece, 20), "amt": part,
                "channel": CHANNELS[piece % 2], "goods_kind": goods,
            }
        )
        keys.append(("fuel.pay_receipt", {"receipt_no": number}))
    return keys


def _private(city: City, till: Till, at: int, turn: int) -> None:
    """Money beside the books: to a person close to the station, or to the company but not returned."""
    month, edge = 1 + turn % 8, turn == 0
    gross = float(till.company[at, month])
    if turn % 4 == 3:
        rows = _receipts(city, at, month, gross * (0.14 + 0.02 * turn), None, "油品")
        city.case(F5, "violation", "underreported", at, (month, month), rows=rows)
        return
    share = 0.1003 if edge else 0.13 + 0.015 * turn
    amount = gross * share / (1 - share)
    if turn in (1, 4):
        amount = max(amount, 210_000.0)
    rows = _receipts(city, at, month, amount, _payee(city, at, turn), "油品")
    city.case(F5, "violation", "edge" if edge else "personal", at, (month, month), edge=edge, rows=rows)


def _look(city: City, kind: str, code: str | None, at: int, month: int, rows: list[RowKey], *, edge: bool = False) -> None:
    city.case(F5, "lookalike", kind, at, (month, month), code=code, rows=rows, edge=edge)


def _non_fuel(city: City, till: Till, at: int, turn: int) -> None:
    amount = float(till.company[at, 3 + turn]) * 0.16
    rows = _receipts(city, at, 3 + turn, amount, _payee(city, at, turn), ("充值卡", "便利店", "洗车")[turn])
    _look(city, "non_fuel", "NON_FUEL", at, 3 + turn, rows)


def _head_office(city: City, till: Till, at: int, turn: int) -> None:
    """Card money that the head office settles, invoices and returns."""
    month = 2 + turn
    amount = round(float(till.company[at, month]) * 0.15, 2)
    head_office = city.others[17 + turn % 3]
    city.docs["fuel.branch_relation"].append(
        {
            "approval_no": city.serial("税总分备"), "branch_uscc": city.uscc[at], "hq_uscc": head_office, "kind": "集中结算",
            "valid_from": date(city.year - 2, 1, 1), "valid_to": None,
        }
    )
    city.docs["fuel.card_settlement"].append(
        {
            "settle_no": city.serial("JS"), "station_id": station_id(at), "period": city.first_day(month), "oil_grade": "0#",
            "hq_uscc": head_office, "qty_l": round(amount / PRICES[2], 2), "amt": amount,
        }
    )
    _look(city, "parent_settled", "PARENT_SETTLED", at, month, _receipts(city, at, month, amount, None, "油品"))


def _assessed(city: City, till: Till, at: int, turn: int) -> None:
    month = 4 + turn
    city.docs["fuel.tax_assessment"].append(
        {
            "doc_no": city.serial("杭税核"), "uscc": city.uscc[at], "method": ("核定征收", "小规模")[turn % 2],
            "valid_from": date(city.year, 1, 1), "valid_to": date(city.year, 12, 31),
        }
    )
    rows = _receipts(city, at, month, float(till.company[at, month]) * 0.3, _payee(city, at, turn), "油品")
    _look(city, "assessed", "ASSESSED", at, month, rows)


def _corrected(city: City, till: Till, at: int, turn: int) -> None:
    month = 5 + turn
    amount = round(float(till.company[at, month]) * 0.2, 2)
    rows = _receipts(city, at, month, amount, _payee(city, at, turn), "油品")
    till.corrected[at, month] = round(float(till.sales[at, month]) + amount / (1 + VAT), 2)
    _look(city, "corrected", "CORRECTED", at, month, rows)


def _all_declared(city: City, till: Till, at: int, turn: int) -> None:
    """The owner's code took the money, but all of it is in the return."""
    month = 6 + turn
    amount = round(float(till.company[at, month]) * 0.2, 2)
    till.company[at, month] -= amount
    rows = _receipts(city, at, month, amount, _payee(city, at, turn), "油品")
    _look(city, "declared", "DECLARED", at, month, rows)


def _shifted(city: City, till: Till, at: int, turn: int) -> None:
    month = 2 + turn
    moved = round(float(till.sales[at, month]) * 0.15, 2)
    till.sales[at, month] -= moved
    till.sales[at, month + 1] += moved
    key: list[RowKey] = [("fuel.vat_return", {"uscc": city.uscc[at], "period": city.first_day(month)})]
    _look(city, "period_shift", "PERIOD_SHIFT", at, month, key)


def _fresh(city: City, till: Till, at: int, turn: int) -> None:
    """A station opened in December: its first return leaves January short."""
    city.station[at]["open_date"] = date(city.year - 1, 12, 18)
    till.sales[at, 0] = round(float(till.sales[at, 0]) * 0.8, 2)
    key: list[RowKey] = [("fuel.vat_return", {"uscc": city.uscc[at], "period": city.first_day(0)})]
    _look(city, "new_station", "NEW_OR_CLOSING", at, 0, key)


def _stranger(city: City, till: Till, at: int, turn: int) -> None:
    """A person who has nothing to do with the station rents a counter there; the books still agree."""
    month = 3 + turn
    amount = round(float(till.company[at, month]) * 0.2, 2)
    till.company[at, month] -= amount
    _look(city, "unrelated", None, at, month, _receipts(city, at, month, amount, _payee(city, at, turn, "无关联"), "油品"))


def _just_under(city: City, till: Till, at: int, turn: int) -> None:
    """Just below a tenth of the receipts and below the monthly amount, all declared."""
    month = 7 + turn
    amount = min(round(float(till.company[at, month]) * 0.0995, 2), 199_900.0)
    till.company[at, month] -= amount
    rows = _receipts(city, at, month, amount, _payee(city, at, turn), "油品")
    _look(city, "just_under", None, at, month, rows, edge=True)


def plant_chemicals(city: City, pool: list[int], times: int) -> None:
    """Plant the F6 cases on stations of ``pool``."""
    stations = taker(pool)
    for _ in range(times):
        for turn in range(12):
            at = next(stations)
            tonnes = [25.25, 25.25] if turn < 2 else [26.0, 28.5, 24.8 + turn]
            rows = _chemical(city, at, tonnes, sells=turn % 3 == 2, turn=turn)
            kind = "edge" if turn < 2 else ("sold_renamed" if turn % 3 == 2 else "bought_renamed")
            _rename(city, "violation", kind, None, at, rows, edge=turn < 2)
        for turn in range(25):
            _renamed_look(city, next(stations), turn)


def _renamed_look(city: City, at: int, turn: int) -> None:
    code = ("RED_REISSUE", "UNIT_ERROR", "DROP_SHIPMENT", "NAME_KEPT", None)[turn % 5]
    sells = turn % 2 == 1 and code != "NAME_KEPT"
    tonnes = [24.9, 24.9] if code is None else [28.0, 27.5, 26.0]
    if code == "UNIT_ERROR":
        rows = _chemical(city, at, [24_500.0, 24_000.0], sells=sells, turn=turn, price=7.2)
    else:
        rows = _chemical(city, at, tonnes, sells=sells, turn=turn)
    if code == "NAME_KEPT":
        rows += _chemical(city, at, tonnes, sells=True, turn=turn)
    if code == "DROP_SHIPMENT":
        _direct(city, at, rows)
    if code == "RED_REISSUE":
        _reissue(city, rows)
    _rename(city, "lookalike", (code or "just_under").lower(), code, at, rows, edge=code is None)


def _rename(city: City, label: str, kind: str, code: str | None, at: int, rows: list[RowKey], *, edge: bool) -> None:
    planted = "violation" if label == "violation" else "lookalike"
    city.case(F6, planted, kind, at, (0, 11), code=code, edge=edge, rows=rows)


def _chemical(city: City, at: int, tonnes: list[float], *, sells: bool, turn: int, price: float = 7_150.0) -> list[RowKey]:
    names = ("*有机化学原料*混合芳烃", "*有机化学原料*异辛烷", "*石油制品*轻质循环油", "*非成品油*复合柴油", "*有机化学原料*MTBE")
    keys: list[RowKey] = []
    for piece, weight in enumerate(tonnes):
        number = f"2536{city.year}{city.serial('H')[1:]:0>12}"
        trader = city.others[40 + (at + piece) % 20]
        amount = round(weight * price, 2)
        city.docs["fuel.vat_invoice"].append(
            {
                "inv_no": number, "line_no": 1, "issue_ts": city.moment((turn + 2 * piece) % 9, 6 + piece),
                "seller_uscc": city.uscc[at] if sells else trader, "buyer_uscc": trader if sells else city.uscc[at],
                "tax_class_code": CHEMICAL_CODE, "goods_name": names[turn % 5], "spec": None, "unit": "吨", "qty": weight,
                "price": price, "amt_ex_tax": amount, "rate": VAT, "tax": round(amount * VAT, 2), "inv_type": "专",
                "special_tag": None, "status": "正常", "red_of": None, "reissue_of": None,
            }
        )
        keys.append(("fuel.vat_invoice", {"inv_no": number, "line_no": 1}))
    return keys


def _direct(city: City, at: int, rows: list[RowKey]) -> None:
    for _, key in rows:
        city.docs["fuel.delivery_agreement"].append(
            {
                "agreement_no": city.serial("BA"), "uscc": city.uscc[at], "partner_uscc": city.others[25], "kind": "直送",
                "waybill_no": None, "inv_no": key["inv_no"], "qty_l": None, "filed_on": date(city.year, 1, 15),
            }
        )


def _reissue(city: City, rows: list[RowKey]) -> None:
    """Credit notes, and new invoices that call the goods what they are: lubricants."""
    wanted = {key["inv_no"] for _, key in rows}
    originals = [row for row in city.docs["fuel.vat_invoice"] if row["inv_no"] in wanted]
    for row in originals:
        row["status"] = "红冲"
        later = row["issue_ts"] + timedelta(days=20)
        city.docs["fuel.vat_invoice"].append(
            row | {
                "inv_no": "2537" + row["inv_no"][4:], "issue_ts": later, "qty": -row["qty"], "amt_ex_tax": -row["amt_ex_tax"],
                "tax": -row["tax"], "status": "正常", "red_of": row["inv_no"],
            }
        )
        city.docs["fuel.vat_invoice"].append(
            row | {
                "inv_no": "2538" + row["inv_no"][4:], "issue_ts": later + timedelta(days=1), "status": "正常",
                "tax_class_code": LUBRICANT_CODE, "goods_name": "*润滑油*工业润滑油", "reissue_of": row["inv_no"],
            }
        )


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
    stamp = np.array([np.datetime64(datetime(city.year, int(m) + 1, 26, 21), "us") for m in range(MONTHS)])[month]
    frame = pl.DataFrame({"at": at, "channel": channel, "amt": np.round(total * np.where(part == rest, part, rest), 2), "pay_ts": stamp})
    stations = pl.Series([station_id(i) for i in range(city.n)], dtype=pl.String)
    background = frame.select(
        receipt_no=pl.format("JS{}", pl.int_range(pl.len()).cast(pl.String).str.zfill(9)),
        merchant_no=pl.format("SH{}C", (pl.col("at") + 1).cast(pl.String).str.zfill(5)), payee_kind=pl.lit("对公"),
        payee_id_no=pl.lit(None, dtype=pl.String), station_id=stations.gather(frame["at"]), nozzle_id=pl.lit(None, dtype=pl.String),
        pay_ts="pay_ts", amt="amt", channel=pl.Series(list(CHANNELS), dtype=pl.String).gather(frame["channel"]), goods_kind=pl.lit("油品"),
    )
    planted = pl.DataFrame(city.docs.pop("fuel.pay_receipt"), schema=background.schema)
    return pl.concat([background, planted])


def _nozzle_receipts(city: City, till: Till, request: dict[str, object]) -> None:
    """Receipts tied to one nozzle, taken out of the month's company receipts."""
    at, day, amount = int(str(request["at"])), int(str(request["day"])), float(str(request["amt"]))
    start = datetime(city.year, 1, 1, 15) + timedelta(days=day)
    for piece in range(int(str(request["count"]))):
        till.company[at, start.month - 1] -= amount
        city.docs["fuel.pay_receipt"].append(
            {
                "receipt_no": city.serial("SK"), "merchant_no": f"SH{at + 1:05d}C", "payee_kind": "对公", "payee_id_no": None,
                "station_id": station_id(at), "nozzle_id": request["nozzle_id"], "pay_ts": start + timedelta(minutes=11 * piece),
                "amt": amount, "channel": "微信", "goods_kind": request["goods_kind"],
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
        "uscc": city.uscc[at], "period": city.first_day(month), "filed_on": city.first_day(month + later).replace(day=day),
        "declare_kind": kind, "sales_taxed": round(sales, 2), "sales_uninvoiced": round(sales * 0.55, 2), "output_tax": output,
        "input_tax": paid_in, "payable": round(output - paid_in, 2), "paid": round(output - paid_in, 2),
    }
