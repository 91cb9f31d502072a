"""Planted cases of prices above the standard (M7), and the price file.

Belongs here: what such a violation and each of its innocent look-alikes consist of. Prices are invented.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xiansuo.synth.medins import short
from xiansuo.synth.medins.book import Book, Line, moment
from xiansuo.synth.medins.catalog import ITEMS, RULES_FROM, Item
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.medins.townships import Places

RULE = "price_over_standard"
GASTROSCOPY = Item("003109020050000", "纤维胃十二指肠镜检查", "03", 30_000)
CHARGED = {
    "scope": GASTROSCOPY,
    "scope_low": replace(GASTROSCOPY, cents=24_000),
    "scope_child": replace(GASTROSCOPY, cents=31_000),
    "scope_extra": replace(GASTROSCOPY, name="纤维胃十二指肠镜检查加收（无痛）"),
    "magnetic": Item("002102000010000", "磁共振平扫", "03", 60_000),
    "unlisted": Item("003117010000001", "骨密度定量分析", "03", 6_000),
    "drug": Item("XJ01DDA001B010100031", "注射用头孢曲松钠", "09", 3_200),
    "herb_full": Item("T001700421000001", "黄芪", "10", 75),
    "herb_over": Item("T001700421000001", "黄芪", "10", 77),
}
CHEAPER_FROM = date(2025, 7, 1)
# item, kind, grades, cents, from, to
Price = tuple[Item, str, tuple[str, str] | None, int, date, date | None]
PRICES: tuple[Price, ...] = (
    (GASTROSCOPY, "项目", ("01", "07"), 30_000, RULES_FROM, None),
    (GASTROSCOPY, "项目", ("08", "11"), 24_000, RULES_FROM, None),
    (CHARGED["magnetic"], "项目", None, 60_000, RULES_FROM, CHEAPER_FROM - timedelta(days=1)),
    (CHARGED["magnetic"], "项目", None, 50_000, CHEAPER_FROM, None),
    (CHARGED["drug"], "药品", None, 2_500, RULES_FROM, None),
    (CHARGED["herb_full"], "药品", None, 60, RULES_FROM, None),
)
ORDINARY = ("bed", "visit_ward", "nursing2", "infusion", "blood_count", "ct", "oral_drug")


def reference(book: Book) -> None:
    """The price file; ordinary items are charged exactly at their price."""
    same: list[Price] = [
        (ITEMS[key], "药品" if key == "oral_drug" else "项目", None, ITEMS[key].cents, RULES_FROM, None)
        for key in ORDINARY
    ]
    for place, (item, kind, grades, price, first, last) in enumerate([*PRICES, *same], start=1):
        book.add(
            "medins.price_ceiling",
            price_no=f"JG{place:04d}",
            item_code=item.code,
            item_name=item.name,
            list_kind=kind,
            level_from=grades[0] if grades else None,
            level_to=grades[1] if grades else None,
            max_price=Decimal(price) / 100,
            document_no=f"医保价〔{first.year}〕{place}号",
            valid_from=first,
            valid_to=last,
        )


def plans(each: int) -> list[Plan]:
    """The kinds of M7."""
    graded = {"item": "scope", "place": "low"}
    excused: dict[str, dict[str, Any]] = {
        "REVERSED": {**graded, "reverse": True},
        "ADD_ON": {"item": "scope_extra", "place": "low"},
        "LOCAL_ITEM": {**graded, "local": "LOC002"},
        "LEVEL_AT_DATE": {"item": "scope", "place": "changed"},
        "CHILD_SURCHARGE": {"item": "scope_child", "place": "low", "born": (2019, 2024)},
        "OLD_PRICE": {"item": "magnetic", "across": True},
    }
    return [
        Plan("price_of_higher_grade", 4, "violation", how=graded),
        Plan("drug_markup", 4, "violation", how={"item": "drug"}),
        Plan("own_limit", 2, "violation", how={"item": "unlisted", "limit": 50}),
        Plan("herb_edge", 2, "violation", edge=True, how={"item": "herb_over", "count": 90}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("herb_full_markup", 3, edge=True, how={"item": "herb_full", "count": 90}),
        Plan("price_of_grade", 2, how={"item": "scope_low", "place": "low"}),
        Plan("below_limit", 2, edge=True, how={"item": "unlisted", "limit": 60}),
    ]


def plant(book: Book, places: Places, plan: Plan) -> None:
    """One M7 case; a stay across the day of a lower price begins three days before it."""
    how = plan.how
    hospital, day = places.take(how.get("place", "high"))
    if how.get("across"):
        day = CHEAPER_FROM - timedelta(days=3)
    on = day + timedelta(days=4)
    line = Line(
        CHARGED[how["item"]],
        moment(on, 10),
        how.get("count", 1),
        days=3 if CHARGED[how["item"]].kind in ("09", "10") else None,
        local=how.get("local"),
        reversed_count=1 if how.get("reverse") else 0,
        extra={"pric_uplmt_amt": Decimal(how["limit"])} if "limit" in how else {},
    )
    person = book.person(born=how["born"]) if "born" in how else None
    visit = short.stay(book, hospital, day, 6, [line], person=person)
    book.truth(RULE, plan.label, plan.kind, hospital, (on, on), visit.rows, code=plan.code, edge=plan.edge)
