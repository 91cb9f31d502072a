"""Receipts and returns of the stations and what rule F5 (personal receipts) must tell apart.

Receipts of an innocent month equal its declared sales with tax, less a little cash. Amounts are yuan, arrays
[station, month].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from xiansuo.synth.fuel.city import HEAD_OFFICES, PRICES, City, station_id, taker
from xiansuo.synth.truth import RowKey

if TYPE_CHECKING:
    from xiansuo.synth.fuel.city import HEAD_OFFICES, Floats

F5 = "personal_receipts"
VAT = 0.13
CHANNELS = ("微信", "支付宝", "银联", "云闪付")
SHARES = (0.42, 0.27, 0.2, 0.11)


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
        _non_fuel,
        _head_office,
        _assessed,
        _corrected,
        _all_declared,
        _shifted,
        _fresh,
        _stranger,
        _just_under,
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
    person = (
        city.legal_rep[at]
        if turn % 3 == 0 and relation is None
        else city.strangers[city.counters["payee"] % len(city.strangers)]
    )
    city.docs["fuel.payee_link"].append(
        {
            "uscc": city.uscc[at],
            "id_no": person,
            "relation": relation or ("法定代表人", "近亲属", "员工")[turn % 3],
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
                "receipt_no": number,
                "merchant_no": f"SH{at + 1:05d}{'P' if person else 'C'}",
                "payee_kind": "个人" if person else "对公",
                "payee_id_no": person,
                "station_id": station_id(at),
                "nozzle_id": None,
                "pay_ts": city.moment(month, 5 + 7 * piece, 20),
                "amt": part,
                "channel": CHANNELS[piece % 2],
                "goods_kind": goods,
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


def _look(
    city: City, kind: str, code: str | None, at: int, month: int, rows: list[RowKey], *, edge: bool = False
) -> None:
    city.case(F5, "lookalike", kind, at, (month, month), code=code, rows=rows, edge=edge)


def _non_fuel(city: City, till: Till, at: int, turn: int) -> None:
    amount = float(till.company[at, 3 + turn]) * 0.16
    rows = _receipts(city, at, 3 + turn, amount, _payee(city, at, turn), ("充值卡", "便利店", "洗车")[turn])
    _look(city, "non_fuel", "NON_FUEL", at, 3 + turn, rows)


def _head_office(city: City, till: Till, at: int, turn: int) -> None:
    """Card money that the head office settles, invoices and returns."""
    month = 2 + turn
    amount = round(float(till.company[at, month]) * 0.15, 2)
    head_office = city.others[HEAD_OFFICES[turn % len(HEAD_OFFICES)]]
    city.docs["fuel.branch_relation"].append(
        {
            "approval_no": city.serial("税总分备"),
            "branch_uscc": city.uscc[at],
            "hq_uscc": head_office,
            "kind": "集中结算",
            "valid_from": date(city.year - 2, 1, 1),
            "valid_to": None,
        }
    )
    city.docs["fuel.card_settlement"].append(
        {
            "settle_no": city.serial("JS"),
            "station_id": station_id(at),
            "period": city.first_day(month),
            "oil_grade": "0#",
            "hq_uscc": head_office,
            "qty_l": round(amount / PRICES[2], 2),
            "amt": amount,
        }
    )
    _look(city, "parent_settled", "PARENT_SETTLED", at, month, _receipts(city, at, month, amount, None, "油品"))


def _assessed(city: City, till: Till, at: int, turn: int) -> None:
    month = 4 + turn
    city.docs["fuel.tax_assessment"].append(
        {
            "doc_no": city.serial("杭税核"),
            "uscc": city.uscc[at],
            "method": ("核定征收", "小规模")[turn % 2],
            "valid_from": date(city.year, 1, 1),
            "valid_to": date(city.year, 12, 31),
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
    _look(
        city, "unrelated", None, at, month, _receipts(city, at, month, amount, _payee(city, at, turn, "无关联"), "油品")
    )


def _just_under(city: City, till: Till, at: int, turn: int) -> None:
    """Just below a tenth of the receipts and below the monthly amount, all declared."""
    month = 7 + turn
    amount = min(round(float(till.company[at, month]) * 0.0995, 2), 199_900.0)
    till.company[at, month] -= amount
    rows = _receipts(city, at, month, amount, _payee(city, at, turn), "油品")
    _look(city, "just_under", None, at, month, rows, edge=True)
