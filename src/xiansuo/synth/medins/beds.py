"""Planted cases of crowded wards (M3): what such a violation and each of its innocent look-alikes consist of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from xiansuo.synth.medins.book import HOME_BED, STAY, Book, Line, Visit, moment
from xiansuo.synth.medins.catalog import ADMISSIONS
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.medins.townships import Places
from xiansuo.synth.truth import RowKey

RULE = "bed_overload"
STAGGER = 3


def plans(each: int) -> list[Plan]:
    """The kinds of M3; ``people`` lie in five beds for ``days`` days, ``more`` of them for an innocent reason."""
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"refund": True},
        "DAY_OR_HOME_BED": {"kind": HOME_BED},
        "NEWBORN": {"visit": {"nwb_flag": "1"}},
        "ADDED_BEDS": {"approval": 2},
    }
    return [
        Plan("crowded", 6, "violation", strength="B", how={"people": 8, "days": 9}),
        Plan("twice_full", 3, "violation", strength="B", how={"people": 10, "days": 8}),
        Plan("too_few_added", 1, "violation", strength="B", how={"people": 8, "days": 9, "approval": 1}),
        Plan("days_edge", 2, "violation", strength="B", edge=True, how={"people": 7, "days": 7}),
        *[Plan(code.lower(), each, code=code, how={"people": 6, "more": 2, **how}) for code, how in excused.items()],
        Plan("six_days", 4, edge=True, how={"people": 7, "days": 6}),
        Plan("at_ratio", 4, edge=True, how={"people": 6, "days": 9}),
    ]


def plant(book: Book, places: Places, plan: Plan) -> None:
    """One M3 case."""
    hospital, day = places.take("ward")
    how = plan.how
    days = how.get("days", 8)
    stays = [_stay(book, hospital, day, days, place, {}) for place in range(how["people"])]
    extra = [_stay(book, hospital, day, days, place, how) for place in range(how.get("more", 0))]
    if how.get("refund"):
        for visit in extra:
            book.refund(visit, moment(day + timedelta(days=days + 4)))
    rows: list[RowKey] = [row for visit in stays + extra for row in visit.rows]
    if "approval" in how:
        number = book.next_id("CW")
        book.add(
            "medins.bed_approval",
            approval_id=number,
            fixmedins_code=hospital,
            added_beds=how["approval"],
            date_from=day - timedelta(days=5),
            date_to=day + timedelta(days=days + 5),
            document_no=f"卫医审〔{day.year}〕{number[-4:]}号",
            reason="冬春季呼吸道疾病高峰临时加床",
        )
        rows.append(("medins.bed_approval", {"approval_id": number}))
    book.truth(
        RULE,
        plan.label,
        plan.kind,
        hospital,
        (day, day + timedelta(days=days - 1)),
        rows,
        code=plan.code,
        strength="B",
        edge=plan.edge,
    )


def _stay(book: Book, hospital: str, day: Any, days: int, place: int, how: dict[str, Any]) -> Visit:
    """Everybody is in on the days of the case; people come up to three days before and are settled one by one."""
    begin, end = day - timedelta(days=place % STAGGER), day + timedelta(days=days)
    code, name, dept = ADMISSIONS[place % len(ADMISSIONS)]
    lines = [
        Line("visit_ward", moment(begin, 9, place)),
        Line("blood_count", moment(begin, 10, place)),
        Line("nursing2", moment(begin + timedelta(days=1), 9, place)),
        Line("infusion", moment(begin + timedelta(days=2), 9, place)),
    ]
    newborn = how.get("visit")
    return book.visit(
        book.person(born=(1995, 2024) if newborn else (1940, 2000)),
        hospital,
        how.get("kind", STAY),
        moment(begin, 8, 5 * place),
        moment(end, 14, 7 * place % 60),
        lines,
        diagnosis=("P59.900", "新生儿黄疸") if newborn else (code, name),
        dept=dept,
        settled=moment(end, 9 + place % 8, 13 * place % 60),
        visit_extra=newborn,
    )
