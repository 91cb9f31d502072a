"""Purchase invoices of the stations of ``peers``: what rule F4 (invoices without sales) must tell apart.

Every station buys each month what it declares, but for one story a station. Months run over quarters of a year.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from xiansuo.synth.fuel.city import LITRES_PER_TONNE, MONTHS, SUPPLIERS, TAX_CODES, City
from xiansuo.synth.fuel.money import VAT

if TYPE_CHECKING:
    from xiansuo.synth.fuel.peers import Block
    from xiansuo.synth.truth import Label

F4 = "invoices_without_sales"
SHARE = 0.15
UNIT_PRICE = 5.6
# Station of the block -> first month of the story; the code that excuses it.
STORIES: dict[str, dict[int, int]] = {
    "ASSESSED": {0: 2, 1: 6},
    "NEW_OR_CLOSING": {2: 0, 3: 0, 4: 9},
    "WHOLESALE": {5: 3, 6: 6, 7: 1},
    "PARENT_SETTLED": {8: 3, 9: 6, 10: 1, 11: 5},
    "RED_REISSUE": {12: 4, 13: 6},
    "UNIT_ERROR": {14: 2, 15: 5},
    "CORRECTED": {16: 4, 17: 8},
    "DROP_SHIPMENT": {18: 1, 19: 4, 20: 6},
    "SELF_USE": {21: 1, 22: 4, 23: 2},
    "PERIOD_SHIFT": {24: 5, 25: 2},
}
JUST_UNDER = {26: 2, 27: 4}
VIOLATIONS = range(28, 40)


def plant_purchases(city: City, block: Block) -> None:
    """Write the purchase invoices of a block and the F4 cases; changes first returns of the corrected stations."""
    story = {at: (code, first) for code, stations in STORIES.items() for at, first in stations.items()}
    for at in range(block.ratio.shape[0]):
        code, first = story.get(at, ("", JUST_UNDER.get(at, (at * 2) % 8)))
        length = 3 + at % 3 if at in VIOLATIONS else 3
        months = range(first, first + length)
        if at in VIOLATIONS or at in JUST_UNDER:
            _plain_story(city, block, at, months)
        else:
            _excused(city, block, at, months, code)
        for month in range(MONTHS):
            if month not in months:
                thin = code == "PERIOD_SHIFT" and month - months[-1] in (1, 2)
                _buy(city, block, at, month, _declared(block, at, month) * (0.3 if thin else 1.0))


def _declared(block: Block, at: int, month: int) -> float:
    return round(int(block.inferred[at, month]) * int(block.ratio[at, month]) / 10_000, 2)


def _note(
    city: City, block: Block, at: int, months: range, kind: str, code: str | None, label: Label, edge: bool
) -> None:
    keys = [{"station_id": block.name(at), "period": city.first_day(month), "oil_grade": "0#"} for month in months]
    rows = [("fuel.oil_psi", key) for key in keys]
    uscc = city.spare[block.start + at][0]
    city.case_of(F4, label, kind, uscc, (months[0], months[-1]), code=code, edge=edge, rows=rows)


def _plain_story(city: City, block: Block, at: int, months: range) -> None:
    """Buys more than it declares: by a fifth and more, or within a litre of the limit."""
    edge = at in JUST_UNDER or at in (28, 34)
    share = SHARE if edge else 0.2 + 0.01 * (at % 7)
    for month in months:
        spare = -1.0 if at in JUST_UNDER else 2.0
        _buy(city, block, at, month, round(_declared(block, at, month) / (1 - share) + spare, 2))
    label: Label = "lookalike" if at in JUST_UNDER else "violation"
    _note(city, block, at, months, "just_under" if at in JUST_UNDER else "bare_invoices", None, label, edge)


def _excused(city: City, block: Block, at: int, months: range, code: str) -> None:
    """A fifth too much in every month, with the paper that says why."""
    for month in months:
        declared = _declared(block, at, month)
        extra = round(declared * 0.25, 2)
        if code == "CORRECTED":
            block.first_ratio[at, month] = int(block.ratio[at, month]) * 8 // 10
            _buy(city, block, at, month, declared)
            continue
        if code in ("RED_REISSUE", "UNIT_ERROR", "DROP_SHIPMENT"):
            _buy(city, block, at, month, declared)
            _second_invoice(city, block, at, month, extra, code)
        else:
            _buy(city, block, at, month, declared + extra)
            _paper(city, block, at, month, extra, code)
    _note(city, block, at, months, code.lower(), code, "lookalike", False)


def _buy(city: City, block: Block, at: int, month: int, litres: float, **how: Any) -> str:
    """One purchase invoice; ``how``: unit, qty, net, when, red_of. Returns its number."""
    number = f"2540{city.year}{city.serial('G')[1:]:0>12}"
    quantity = float(how.get("qty", round(litres, 2)))
    net = float(how.get("net", round(litres * UNIT_PRICE, 2)))
    when = how.get("when") or datetime.combine(date(city.year, month + 1, 11), time(9, 40))
    city.docs["fuel.vat_invoice"].append(
        {
            "inv_no": number,
            "line_no": 1,
            "issue_ts": when,
            "seller_uscc": how.get("seller", city.others[SUPPLIERS[at % len(SUPPLIERS)]]),
            "buyer_uscc": how.get("buyer", city.spare[block.start + at][0]),
            "tax_class_code": TAX_CODES[2],
            "goods_name": "*成品油*0号车用柴油",
            "spec": "0#",
            "unit": how.get("unit", "升"),
            "qty": quantity,
            "price": round(net / quantity, 4),
            "amt_ex_tax": net,
            "rate": VAT,
            "tax": round(net * VAT, 2),
            "inv_type": "专",
            "special_tag": "成品油",
            "status": "正常",
            "red_of": how.get("red_of"),
            "reissue_of": None,
        }
    )
    return number


def _second_invoice(city: City, block: Block, at: int, month: int, litres: float, code: str) -> None:
    """An invoice beside the usual one: reversed later, in the wrong unit, or for goods that went elsewhere."""
    if code == "UNIT_ERROR":
        _buy(city, block, at, month, litres, unit="吨", qty=100.0, net=560.0)
        return
    number = _buy(city, block, at, month, litres)
    if code == "RED_REISSUE":
        later = datetime.combine(date(city.year, month + 1, 11), time(10, 5)) + timedelta(days=45)
        _buy(city, block, at, month, litres, qty=-litres, net=-round(litres * UNIT_PRICE, 2), when=later, red_of=number)
        return
    city.docs["fuel.delivery_agreement"].append(
        {
            "agreement_no": city.serial("BA"),
            "uscc": city.spare[block.start + at][0],
            "partner_uscc": city.partner(),
            "kind": ("直送", "代收")[month % 2],
            "waybill_no": None,
            "inv_no": number,
            "qty_l": litres,
            "filed_on": city.first_day(month),
        }
    )


def _paper(city: City, block: Block, at: int, month: int, litres: float, code: str) -> None:
    """The paper of one month; assessed, new and closing stations and shifted periods need none of their own."""
    if code == "SELF_USE":
        city.docs["fuel.oil_deduct"].append(
            {
                "deduct_no": city.serial("KC"),
                "station_id": block.name(at),
                "period": city.first_day(month),
                "oil_grade": "0#",
                "kind": ("自用", "代储", "倒库")[month % 3],
                "qty_l": litres,
                "approval_no": city.serial("杭税扣"),
            }
        )
    elif code == "PARENT_SETTLED":
        block.settle(city, at, month, litres, 2_000.0)
    elif code == "WHOLESALE":
        tonnes = round(litres / LITRES_PER_TONNE[2], 4)
        me = city.spare[block.start + at][0]
        net = round(litres * 5.9, 2)
        _buy(city, block, at, month, litres, unit="吨", qty=tonnes, net=net, seller=me, buyer=city.partner())
