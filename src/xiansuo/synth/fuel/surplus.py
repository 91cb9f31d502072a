"""Invoices of the spare stations to companies that use fuel: what rule F7 (surplus invoices) must tell apart."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from xiansuo.synth.fuel.city import LITRES_PER_TONNE, MONTHS, PRICES, TAX_CODES, City
from xiansuo.synth.fuel.money import VAT
from xiansuo.synth.fuel.peers import BLOCK, TRADING

if TYPE_CHECKING:
    from xiansuo.synth.truth import RowKey

F7 = "surplus_invoices"
BUYERS = 20
CAPACITY = 2_400.0
FAR = (113.264400, 23.129100)
CODES = ("RED_REISSUE", "UNIT_ERROR", "DROP_SHIPMENT", "WHOLESALE", "PARENT_SETTLED", "PERIOD_SHIFT")


def plant_surplus(city: City, times: int) -> list[dict[str, Any]]:
    """Plant the F7 cases on pairs of spare stations and buyers; returns the rows of fleet_capacity.

    Violations lie on even stations of a block, look-alikes on odd ones; no pair of station and buyer comes twice.
    """
    for start in range(0, BLOCK * times, BLOCK):
        for turn in range(14):
            _violation(city, start + 12 + 2 * turn, turn)
        for turn in range(30):
            _look(city, start, turn, CODES[turn % len(CODES)])
        for turn in range(4):
            _two_signs(city, start + 26 + 2 * turn, turn)
    return [_capacity(city, place) for place in range(BUYERS)]


def _buyer(city: City, place: int) -> str:
    """A company that uses fuel; every third works far away."""
    return city.spare[-1 - place % BUYERS][0]


def _capacity(city: City, place: int) -> dict[str, Any]:
    far = place % 3 == 2
    return {
        "uscc": _buyer(city, place),
        "surveyed_on": city.first_day(0),
        "vehicles": 6,
        "machines": 2,
        "est_month_l": CAPACITY,
        "lon": FAR[0] if far else 119.5,
        "lat": FAR[1] if far else 30.1,
    }


def _bill(city: City, seller: int, buyer: str, month: int, litres: float, **how: Any) -> RowKey:
    """One invoice for diesel; ``how``: day, hour, gross, unit, red_of, reissue_of, sign."""
    gross = how.get("gross", round(litres * PRICES[2], 2) + 0.37)
    sign = how.get("sign", 1)
    net = round(gross / (1 + VAT), 2)
    number = f"2539{city.year}{city.serial('Z')[1:]:0>12}"
    tonnes = how.get("unit") == "吨"
    quantity = how.get("qty", litres / LITRES_PER_TONNE[2] if tonnes else litres)
    city.docs["fuel.vat_invoice"].append(
        {
            "inv_no": number,
            "line_no": 1,
            "issue_ts": datetime.combine(date(city.year, month + 1, how.get("day", 8)), time(how.get("hour", 14), 20)),
            "seller_uscc": city.spare[seller][0],
            "buyer_uscc": buyer,
            "tax_class_code": TAX_CODES[2],
            "goods_name": "*成品油*0号车用柴油",
            "spec": "0#",
            "unit": how.get("unit", "升"),
            "qty": round(sign * quantity, 4),
            "price": round(net / quantity, 4),
            "amt_ex_tax": sign * net,
            "rate": VAT,
            "tax": round(sign * (gross - net), 2),
            "inv_type": "专",
            "special_tag": "成品油",
            "status": "正常",
            "red_of": how.get("red_of"),
            "reissue_of": how.get("reissue_of"),
        }
    )
    return ("fuel.vat_invoice", {"inv_no": number, "line_no": 1})


def _case(
    city: City, kind: str, seller: int, month: int, rows: list[RowKey], code: str | None = None, **more: Any
) -> None:
    label = more.get("label", "lookalike")
    uscc = city.spare[seller][0]
    city.case_of(F7, label, kind, uscc, (month, month), code=code, edge=more.get("edge", False), rows=rows)


def _violation(city: City, seller: int, turn: int) -> None:
    """Round sums in the small hours, beyond what the buyer can burn; the first two just beyond it."""
    place = 1 + 3 * turn % (BUYERS - 1)
    month, edge = turn % MONTHS, turn < 2
    litres = CAPACITY * 1.5 + 1 if edge else 4_500.0 + 300 * (turn % 5)
    gross = round(litres * PRICES[2] / 1_000) * 1_000.0
    rows = [_bill(city, seller, _buyer(city, place), month, litres, gross=gross, hour=turn % 5)]
    _case(city, "edge" if edge else "surplus", seller, month, rows, label="violation", edge=edge)


def _look(city: City, start: int, turn: int, code: str) -> None:
    seller, place = start + 13 + 2 * (turn % 13), (3 * turn + 5) % BUYERS
    month = (turn * 5 + 2) % MONTHS
    buyer = _buyer(city, place)
    night = {"gross": 36_000.0, "hour": 1 + turn % 4}
    if code == "RED_REISSUE":
        rows = _reissued(city, seller, buyer, month, night)
    elif code == "UNIT_ERROR":
        rows = [_bill(city, seller, buyer, month, 1_400.0, unit="吨", qty=1_400.0, gross=10_000.0)]
    elif code == "DROP_SHIPMENT":
        rows = [_bill(city, seller, buyer, month, 5_600.0, **night)]
        _direct(city, seller, buyer, month, str(rows[0][1]["inv_no"]))
    elif code == "WHOLESALE":
        seller, buyer = start + TRADING[turn // len(CODES) % len(TRADING)], city.spare[start + 20 + turn % 20][0]
        rows = [_bill(city, seller, buyer, month, 9_000.0, gross=64_000.0, hour=3)]
    elif code == "PARENT_SETTLED":
        rows = [_bill(city, seller, _head(city), month, 5_000.0, **night)]
    else:
        month, buyer = 3 + turn // len(CODES) * 2, _buyer(city, 1 + turn // len(CODES) * 3)
        rows = [_bill(city, seller, buyer, month - 3, 1_500.0)]
        rows.append(_bill(city, seller, buyer, month, CAPACITY * 4.4, gross=75_000.0))
    _case(city, code.lower(), seller, month, rows, code)


def _reissued(city: City, seller: int, buyer: str, month: int, night: dict[str, Any]) -> list[RowKey]:
    """A wrong invoice, its credit note, and the right one."""
    first = _bill(city, seller, buyer, month, 5_100.0, **night)
    number = first[1]["inv_no"]
    note = _bill(city, seller, buyer, month, 5_100.0, gross=36_000.0, day=9, red_of=number, sign=-1)
    return [first, note, _bill(city, seller, buyer, month, 1_700.0, day=9, reissue_of=number)]


def _direct(city: City, seller: int, buyer: str, month: int, number: str) -> None:
    city.docs["fuel.delivery_agreement"].append(
        {
            "agreement_no": city.serial("BA"),
            "uscc": city.spare[seller][0],
            "partner_uscc": buyer,
            "kind": "直送",
            "waybill_no": None,
            "inv_no": number,
            "qty_l": 5_600.0,
            "filed_on": city.first_day(month),
        }
    )


def _head(city: City) -> str:
    """A transport group whose branches burn the fuel; filed once."""
    head = _buyer(city, 0)
    if not city.counters["transport_group"]:
        city.counters["transport_group"] = 1
        for place in (3, 6):
            city.docs["fuel.branch_relation"].append(
                {
                    "approval_no": city.serial("税总分备"),
                    "branch_uscc": _buyer(city, place),
                    "hq_uscc": head,
                    "kind": "集中结算",
                    "valid_from": city.first_day(0).replace(year=city.year - 1),
                    "valid_to": None,
                }
            )
    return head


def _two_signs(city: City, seller: int, turn: int) -> None:
    """Exactly what the buyer may burn, round, at night: two signs are not enough."""
    place, month = 7 + 3 * turn, (turn * 2 + 1) % MONTHS
    rows = [_bill(city, seller, _buyer(city, place), month, CAPACITY * 1.5, gross=26_000.0, hour=2)]
    _case(city, "two_signs", seller, month, rows, edge=True)
