"""Chemical invoices of the stations: what rule F6 (renamed fuel) must tell apart."""

from __future__ import annotations

from datetime import date, timedelta

from xiansuo.synth.fuel.city import TRADERS, City, taker
from xiansuo.synth.fuel.money import VAT
from xiansuo.synth.truth import Label, RowKey

F6 = "renamed_fuel"
CHEMICAL_CODE = "1070202990000000000"
LUBRICANT_CODE = "1070101070100000000"


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


def _rename(city: City, label: Label, kind: str, code: str | None, at: int, rows: list[RowKey], *, edge: bool) -> None:
    city.case(F6, label, kind, at, (0, 11), code=code, edge=edge, rows=rows)


def _chemical(
    city: City, at: int, tonnes: list[float], *, sells: bool, turn: int, price: float = 7_150.0
) -> list[RowKey]:
    names = (
        "*有机化学原料*混合芳烃",
        "*有机化学原料*异辛烷",
        "*石油制品*轻质循环油",
        "*非成品油*复合柴油",
        "*有机化学原料*MTBE",
    )
    keys: list[RowKey] = []
    for piece, weight in enumerate(tonnes):
        number = f"2536{city.year}{city.serial('H')[1:]:0>12}"
        trader = city.others[TRADERS[(at + piece) % len(TRADERS)]]
        amount = round(weight * price, 2)
        city.docs["fuel.vat_invoice"].append(
            {
                "inv_no": number,
                "line_no": 1,
                "issue_ts": city.moment((turn + 2 * piece) % 9, 6 + piece),
                "seller_uscc": city.uscc[at] if sells else trader,
                "buyer_uscc": trader if sells else city.uscc[at],
                "tax_class_code": CHEMICAL_CODE,
                "goods_name": names[turn % 5],
                "spec": None,
                "unit": "吨",
                "qty": weight,
                "price": price,
                "amt_ex_tax": amount,
                "rate": VAT,
                "tax": round(amount * VAT, 2),
                "inv_type": "专",
                "special_tag": None,
                "status": "正常",
                "red_of": None,
                "reissue_of": None,
            }
        )
        keys.append(("fuel.vat_invoice", {"inv_no": number, "line_no": 1}))
    return keys


def _direct(city: City, at: int, rows: list[RowKey]) -> None:
    for _, key in rows:
        city.docs["fuel.delivery_agreement"].append(
            {
                "agreement_no": city.serial("BA"),
                "uscc": city.uscc[at],
                "partner_uscc": city.partner(),
                "kind": "直送",
                "waybill_no": None,
                "inv_no": key["inv_no"],
                "qty_l": None,
                "filed_on": date(city.year, 1, 15),
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
            row
            | {
                "inv_no": "2537" + row["inv_no"][4:],
                "issue_ts": later,
                "qty": -row["qty"],
                "amt_ex_tax": -row["amt_ex_tax"],
                "tax": -row["tax"],
                "status": "正常",
                "red_of": row["inv_no"],
            }
        )
        city.docs["fuel.vat_invoice"].append(
            row
            | {
                "inv_no": "2538" + row["inv_no"][4:],
                "issue_ts": later + timedelta(days=1),
                "status": "正常",
                "tax_class_code": LUBRICANT_CODE,
                "goods_name": "*润滑油*工业润滑油",
                "reissue_of": row["inv_no"],
            }
        )
