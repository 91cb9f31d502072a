"""Planted cases of settled goods that were never in stock (M9), with the stock books that show or excuse it.

Belongs here: what such a violation and each of its innocent look-alikes consist of. Every case has a drug and a stock
period of its own, from the opening entry to the stocktake.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xiansuo.synth.medins import short
from xiansuo.synth.medins.book import Book, Line, moment
from xiansuo.synth.medins.catalog import Item
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.medins.townships import Places, codes
from xiansuo.synth.truth import RowKey

RULE = "stock_substitution"
SETTLED = 300
LAST_DAY = 24
PACK = 30


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a case writes its stock entries: one drug in one hospital, first day of the period."""

    book: Book
    hospital: str
    drug: Item
    day: date

    def entry(self, kind: str, qty: float, after: int, **other: Any) -> RowKey:
        """One entry so many days after the first."""
        serial = self.book.next_id("KC")
        row: dict[str, Any] = {
            "fixmedins_code": self.hospital,
            "item_code": "N" + self.drug.code,
            "nat_code": self.drug.code,
            "item_name": self.drug.name,
            "generic_name": "头孢哌酮舒巴坦",
            "unit": "支",
            "pack_ratio": None,
            "buy_price": Decimal(self.drug.cents) / 125,
            "sale_price": Decimal(self.drug.cents) / 100,
            "trans_date": self.day + timedelta(days=after),
            "arrival_date": None,
            "counterparty": None,
            "document_no": serial,
            **other,
        }
        self.book.add("medins.his_stock", stock_sn=serial, trans_type=kind, qty=Decimal(str(qty)), **row)
        return "medins.his_stock", {"fixmedins_code": row["fixmedins_code"], "stock_sn": serial}


def plans(each: int) -> list[Plan]:
    """The kinds of M9; ``opening`` is what was in stock, ``more`` a further entry: kind, quantity, day, columns."""
    mirror = {"mirror": 200}
    excused: dict[str, dict[str, Any]] = {
        "REVERSED": {"reverse": 200},
        "UNIT_RATIO": {"opening": 3, "pack": True, "more": ("采购", 8, 3, {"unit": "盒"})},
        "GIFT": {"more": ("赠品", 200, 3, {"document_no": "赠品入库单"})},
        "LATE_RECEIPT": {"more": ("采购", 200, LAST_DAY + 8, {"arrived": LAST_DAY - 4})},
        "STOCKTAKE": {"counted": 200},
        "CAMPUS_TRANSFER": {"more": ("调拨", -200, 3, {"campus": True})},
        "SELF_MADE": {"more": ("自制", 200, 3, {"document_no": "浙药制字Z2024"})},
        "MISSING_OPENING": {"opening": None, "more": ("采购", 100, 0, {}), **mirror},
    }
    return [
        Plan("mirrored", 7, "violation", how=mirror),
        Plan("no_mirror", 3, "violation", "NO_MIRROR", "B"),
        Plan(
            "ratio_edge", 2, "violation", edge=True, how={"settled": 1_000, "opening": 949, "cents": 10_000, **mirror}
        ),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("at_ratio", 2, edge=True, how={"settled": 1_000, "opening": 950, "cents": 10_000, **mirror}),
        Plan("small_money", 2, edge=True, how={"settled": 100, "opening": 20, **mirror}),
    ]


def plant(book: Book, places: Places, plan: Plan) -> None:
    """One M9 case."""
    how = plan.how
    hospital, day = places.take("high")
    serial = book.next_id("")[-8:]
    drug = Item(f"XJ01DDS001B0100{serial}", "注射用头孢哌酮钠舒巴坦钠", "09", how.get("cents", 6_000))
    shelf = Shelf(book, hospital, drug, day)
    half = how.get("settled", SETTLED) // 2
    back = how.get("reverse", 0) // 2
    lines = [Line(drug, moment(day + timedelta(days=on), 10), half, days=1, reversed_count=back) for on in (2, 4)]
    visit = short.stay(book, hospital, day + timedelta(days=1), 9, lines, diagnosis=("A41.900", "脓毒症"))
    rows = [*visit.rows, *_books(shelf, places, how)]
    span = (day, day + timedelta(days=LAST_DAY))
    book.truth(
        RULE, plan.label, plan.kind, hospital, span, rows, code=plan.code, strength=plan.strength, edge=plan.edge
    )


def _books(shelf: Shelf, places: Places, how: dict[str, Any]) -> list[RowKey]:
    rows = [shelf.entry("盘点", how.get("counted", 0), LAST_DAY)]
    if how.get("opening", 100) is not None:
        pack = {"unit": "盒", "pack_ratio": Decimal(PACK)} if how.get("pack") else {}
        rows.append(shelf.entry("期初", how.get("opening", 100), 0, **pack))
    if "mirror" in how:
        own = {"item_code": "ZF" + shelf.drug.code[-8:], "nat_code": None, "item_name": "头孢哌酮舒巴坦（自费）"}
        rows.append(shelf.entry("采购", how["mirror"], 3, **own, sale_price=Decimal("9.80")))
        rows.append(shelf.entry("盘点", 0, LAST_DAY, **own, sale_price=Decimal("9.80")))
    if "more" in how:
        kind, qty, after, other = how["more"]
        rows.append(shelf.entry(kind, qty, after, **_columns(shelf, places, other)))
    return rows


def _columns(shelf: Shelf, places: Places, other: dict[str, Any]) -> dict[str, Any]:
    if other.get("campus"):
        sender = codes("low", places.number)[0]
        return {"fixmedins_code": sender, "counterparty": shelf.hospital}
    if "arrived" in other:
        return {"arrival_date": shelf.day + timedelta(days=other["arrived"])}
    return other
