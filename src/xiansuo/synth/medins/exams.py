"""Planted cases of needless examinations (M11): imaging again within days, one set of tests for every admission.

Belongs here: what such a violation and each of its innocent look-alikes consist of. Every image has its report.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from xiansuo.synth.medins import short
from xiansuo.synth.medins.book import EMERGENCY, Book, Line, Visit, moment
from xiansuo.synth.medins.catalog import ITEMS, Item
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.medins.townships import Places
from xiansuo.synth.truth import RowKey

RULE = "over_examination"
CT = ITEMS["ct"]
CONTRAST = Item(CT.code, "X线计算机体层平扫（增强加收）", "03", 9_000)
MAGNETIC = Item("002102000020000", "磁共振增强扫描", "03", 80_000)
SET = (
    ITEMS["blood_count"],
    ITEMS["liver"],
    ITEMS["ecg"],
    Item("002503010010000", "甲状腺功能检查", "04", 9_000),
    Item("002504010010000", "肿瘤标志物检测", "04", 16_000),
    Item("002206000010000", "心脏彩色多普勒超声", "03", 15_000),
)
FIRST_IMAGE = 2
SPACING = 2


def plans(each: int) -> list[Plan]:
    """The kinds of M11: ``again`` days after the first image, or ``people`` admissions, ``full`` with the whole set."""
    twice: dict[str, Any] = {"again": 2}
    ten: dict[str, Any] = {"people": 10}
    excused: dict[str, dict[str, Any]] = {
        "REVERSED": {**twice, "reverse": True},
        "ADD_ON": {**twice, "second": CONTRAST},
        "DIFFERENT_SITE": {**twice, "part": "腹部"},
        "POST_OPERATION": {**twice, "operation": True},
        "EMERGENCY": {"again": 3, "emergency": True},
        "FOLLOW_UP_DISEASE": {**twice, "diagnosis": ("I61.900", "脑出血")},
    }
    return [
        Plan("same_site", 6, "violation", how=twice),
        Plan("magnetic", 2, "violation", how={**twice, "item": MAGNETIC}),
        Plan("three_days", 2, "violation", edge=True, how={"again": 3}),
        Plan("one_set_for_all", 3, "violation", how={"people": 12}),
        Plan("eight_of_ten", 1, "violation", edge=True, how={**ten, "full": 8}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("clinical_pathway", 2, code="CLINICAL_PATHWAY", how={**ten, "pathway": True}),
        Plan("four_days", 4, edge=True, how={"again": 4}),
        Plan("seven_of_ten", 1, edge=True, how={**ten, "full": 7}),
        Plan("five_tests", 1, edge=True, how={**ten, "tests": 5}),
        Plan("nine_people", 1, edge=True, how={"people": 9}),
    ]


def plant(book: Book, places: Places, plan: Plan) -> None:
    """One M11 case."""
    how = plan.how
    hospital, day = places.take("centre" if "people" in how else "low")
    span, rows = (_month if "people" in how else _twice)(book, hospital, day, how)
    book.truth(RULE, plan.label, plan.kind, hospital, span, rows, code=plan.code, strength="B", edge=plan.edge)


def _twice(book: Book, hospital: str, day: date, how: dict[str, Any]) -> tuple[tuple[date, date], list[RowKey]]:
    first = day + timedelta(days=FIRST_IMAGE)
    second = first + timedelta(days=how["again"])
    item: Item = how.get("item", CT)
    again = Line(how.get("second", item), moment(second, 10), reversed_count=1 if how.get("reverse") else 0)
    lines = [Line(item, moment(first, 10))]
    diagnosis = how.get("diagnosis", ("J18.900", "肺炎"))
    apart = how.get("emergency", False)
    days = FIRST_IMAGE + 2 if apart else FIRST_IMAGE + 6
    stay = short.stay(book, hospital, day, days, lines if apart else [*lines, again], diagnosis=diagnosis)
    later = stay
    if apart:
        later = book.visit(
            stay.person,
            hospital,
            EMERGENCY,
            moment(second, 8),
            moment(second, 12),
            [Line("visit_emergency", moment(second, 8)), again],
            diagnosis=("R06.000", "呼吸困难"),
        )
    if how.get("operation"):
        book.operation(stay, first + timedelta(days=1), "无")
    rows: list[RowKey] = [*stay.rows, *later.rows] if apart else stay.rows
    part = "头部" if item is MAGNETIC else "胸部"
    found = [_report(book, stay, item, first, part), _report(book, later, item, second, how.get("part", part))]
    return (first, second), [*rows, *found]


def _report(book: Book, visit: Visit, item: Item, on: date, part: str) -> RowKey:
    number = book.next_id("BG")
    book.add(
        "medins.lab_result",
        report_no=number,
        fixmedins_code=visit.institution,
        mdtrt_id=visit.mdtrt_id,
        item_code=item.code,
        body_part=part,
        report_time=moment(on, 16),
    )
    return "medins.lab_result", {"report_no": number}


def _month(book: Book, hospital: str, day: date, how: dict[str, Any]) -> tuple[tuple[date, date], list[RowKey]]:
    rows: list[RowKey] = []
    people, tests = how["people"], how.get("tests", len(SET))
    diagnosis = {"diagnosis": ("I63.900", "脑梗死"), "dept": "A0304"} if how.get("pathway") else {}
    for place in range(people):
        begin = day + timedelta(days=SPACING * place)
        count = tests if place < how.get("full", people) else tests - 1
        lines = [Line(item, moment(begin, 10, 5 * n)) for n, item in enumerate(SET[:count])]
        rows += short.stay(book, hospital, begin, 3, lines, **diagnosis).rows
    last = day + timedelta(days=SPACING * (people - 1))
    if how.get("pathway"):
        number = book.next_id("LJ")
        book.add(
            "medins.clinical_pathway",
            pathway_no=number,
            fixmedins_code=hospital,
            diag_code="I63",
            pathway_name="脑梗死临床路径",
            valid_from=day - timedelta(days=1),
            valid_to=last + timedelta(days=1),
            document_no=f"卫医路〔{day.year}〕{number[-4:]}号",
        )
        rows.append(("medins.clinical_pathway", {"pathway_no": number}))
    return (day, last), rows
