"""Planted cases of split items and of lesser operations at full price (M8), and the rules they break.

Belongs here: what such a violation and each of its innocent look-alikes consist of. Codes and prices are invented.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from xiansuo.synth.medins import short
from xiansuo.synth.medins.book import Book, Line, Visit, moment
from xiansuo.synth.medins.catalog import RULES_FROM, Item
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.medins.townships import Places

RULE = "split_items"
STOMACH = Item("003310020050000", "胃大部切除术", "06", 320_000)
APPENDIX = Item("003310040020000", "阑尾切除术", "06", 120_000)
EXTRA = Item("003310040020001", "阑尾切除术加收（化脓）", "06", 40_000)
CLOTTING = Item("002502030990000", "凝血功能四项组套", "04", 8_000)
PARTS = (
    Item("002502030200000", "血浆凝血酶原时间测定", "04", 3_000),
    Item("002502030250000", "活化部分凝血活酶时间测定", "04", 3_000),
    Item("002502030300000", "血浆纤维蛋白原测定", "04", 3_000),
)
CHEAP_PARTS = (PARTS[0], PARTS[1], replace(PARTS[2], cents=2_000))


def reference(book: Book) -> None:
    """Operation group, set and their prices."""
    for item, prefix in ((STOMACH, "00331002005"), (APPENDIX, "00331004002")):
        book.add(
            "medins.rule_main_secondary",
            group_no="MS001",
            item_code=prefix,
            item_name=item.name,
            group_name="胃肠手术组",
            batch=2,
            valid_from=RULES_FROM,
            valid_to=None,
        )
    for place, part in enumerate(PARTS, start=1):
        book.add(
            "medins.rule_item_set",
            set_no="IS001",
            part_no=place,
            set_code=CLOTTING.code,
            set_name=CLOTTING.name,
            part_code=part.code[:12],
            part_name=part.name,
            valid_from=RULES_FROM,
            valid_to=None,
        )
    for place, item in enumerate((STOMACH, APPENDIX, EXTRA, CLOTTING), start=1):
        book.add(
            "medins.price_ceiling",
            price_no=f"JZ{place:04d}",
            item_code=item.code,
            item_name=item.name,
            list_kind="项目",
            level_from=None,
            level_to=None,
            max_price=Decimal(item.cents) / 100,
            document_no=f"医保价〔2024〕{100 + place}号",
            valid_from=RULES_FROM,
            valid_to=None,
        )


def plans(each: int) -> list[Plan]:
    """The kinds of M8; ``cents`` is what the lesser operation is charged at."""
    excused: dict[str, dict[str, Any]] = {
        "REVERSED": {"reverse": True},
        "ADD_ON": {"lesser": EXTRA},
        "LOCAL_ITEM": {"local": "LOC003"},
        "BOTH_SIDES": {"operations": (("左", 9), ("右", 9))},
        "SECOND_OPERATION": {"operations": (("无", 8), ("无", 19))},
        "SEPARATE_ORDERS": {"parts": PARTS, "hours": (7, 7, 16)},
    }
    return [
        Plan("full_price", 5, "violation", how={"operations": (("无", 9), ("无", 9))}),
        Plan("seven_tenths", 2, "violation", how={"cents": 84_000}),
        Plan("set_taken_apart", 3, "violation", how={"parts": PARTS}),
        Plan("half_edge", 2, "violation", edge=True, how={"cents": 60_002}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("half_price", 3, edge=True, how={"cents": 60_000}),
        Plan("parts_as_cheap", 3, edge=True, how={"parts": CHEAP_PARTS}),
        Plan("two_parts", 2, how={"parts": PARTS[:2]}),
    ]


def plant(book: Book, places: Places, plan: Plan) -> None:
    """One M8 case."""
    how = plan.how
    hospital, day = places.take("high")
    on = day + timedelta(days=2)
    visit = short.stay(book, hospital, day, 7, _lines(on, how), diagnosis=("K25.900", "胃溃疡"), dept="A04")
    rows = visit.rows
    for place, (part, hour) in enumerate(how.get("operations", ()), start=1):
        _operation(book, visit, moment(on, hour), part, place)
        rows = [*rows, ("medins.setl_list_oprn_d", {"mdtrt_id": visit.mdtrt_id, "oprn_srt_no": place})]
    book.truth(RULE, plan.label, plan.kind, hospital, (on, on), rows, code=plan.code, edge=plan.edge)


def _lines(on: date, how: dict[str, Any]) -> list[Line]:
    if "parts" in how:
        hours = how.get("hours", (7, 7, 7))
        return [Line(part, moment(on, hour)) for part, hour in zip(how["parts"], hours, strict=False)]
    lesser: Item = how.get("lesser", APPENDIX)
    if "cents" in how:
        lesser = replace(lesser, cents=how["cents"])
    return [
        Line(STOMACH, moment(on, 12)),
        Line(lesser, moment(on, 12, 1), local=how.get("local"), reversed_count=1 if how.get("reverse") else 0),
    ]


def _operation(book: Book, visit: Visit, at: datetime, part: str, place: int) -> None:
    book.add(
        "medins.setl_list_oprn_d",
        mdtrt_id=visit.mdtrt_id,
        oprn_srt_no=place,
        setl_id=visit.setl_id,
        main_oprn_flag="1" if place == 1 else "0",
        oprn_oprt_code="43.7x00" if place == 1 else "47.0900",
        oprn_oprt_name=STOMACH.name if place == 1 else APPENDIX.name,
        oprn_oprt_date=at.date(),
        oprn_oprt_begntime=at,
        oprn_part=part,
    )
