"""Planted cases of the two stay rules: split admissions (M1) and hanging beds (M2).

Belongs here: what such a violation and each of its innocent look-alikes consist of. Every look-alike carries the paper
or the code that excuses it. How rows are written is ``book``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from xiansuo.synth.medins.book import (
    CLINIC,
    DAY_SURGERY,
    EMERGENCY,
    HOME_BED,
    PHARMACY,
    STAY,
    Book,
    Line,
    Visit,
    moment,
    ward_days,
)
from xiansuo.synth.truth import Label, RowKey, Strength

Slots = Iterator[tuple[str, date]]
PNEUMONIA = ("J18.900", "肺炎")
NEARBY = {"H33010000001": "H33010000002"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How many cases of one kind, and how they differ from the plain violation."""

    kind: str
    count: int
    label: Label = "lookalike"
    code: str | None = None
    strength: Strength = "A"
    edge: bool = False
    how: dict[str, Any] = field(default_factory=dict)


def split_plans(each: int) -> list[Plan]:
    """The kinds of M1; ``each`` look-alikes per exclusion code."""
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"refund": True},
        "YEAR_END": {"year_end": True},
        "INTERIM_SETTLEMENT": {"first_settlement": {"mid_setl_flag": "1"}},
        "NEWBORN": {"diagnosis": ("P59.900", "新生儿黄疸"), "both": {"nwb_flag": "1"}},
        "TRANSFER": {"transfer": True, "gap": 3},
        "AGAINST_ADVICE": {"first": {"dscg_way": "4"}},
        "LONG_STAY": {"days": 65, "diagnosis": ("F20.900", "精神分裂症"), "gap": 0},
        "CHEMO_CYCLE": {"gap": 14, "diagnosis": ("C34.900", "支气管或肺恶性肿瘤"), "also": ("Z51.100", "化学治疗")},
        "DIALYSIS_TRANSFUSION": {"gap": 5, "diagnosis": ("N18.000", "慢性肾脏病5期"), "also": ("Z49.100", "透析")},
        "DELIVERY": {"gap": 6, "diagnosis": ("O34.200", "瘢痕子宫妊娠"), "also": ("Z37.000", "单一活产")},
        "STAGED_SURGERY": {"gap": 7, "diagnosis": ("H25.900", "老年性白内障"), "operation": "右"},
        "EMERGENCY": {"emergency": True, "gap": 4},
    }
    return [
        Plan("prompt_readmission", 10, "violation", how={"gap": 1}),
        Plan("same_day", 2, "violation", how={"gap": 0}),
        Plan("strong_gap_edge", 1, "violation", edge=True, how={"gap": 2}),
        Plan("medical_group", 1, "violation", how={"gap": 1, "grouped": True}),
        Plan("wide_gap", 2, "violation", "WIDE_GAP", "B", how={"gap": 8}),
        Plan("gap_edge", 2, "violation", "WIDE_GAP", "B", True, {"gap": 15}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("gap_over", 2, edge=True, how={"gap": 16}),
        Plan("other_department", 2, how={"gap": 1, "second_dept": "A0403"}),
        Plan("other_disease", 2, how={"gap": 1, "second_diagnosis": ("K80.100", "胆囊结石伴胆囊炎")}),
    ]


def plant_split(book: Book, slots: Slots, plan: Plan) -> None:
    """One M1 case."""
    hospital, day = next(slots)
    how = plan.how
    person = book.person("2" if "O34" in how.get("diagnosis", ("",))[0] else None, (1950, 1998))
    if how.get("grouped"):
        hospital, day = next(iter(NEARBY)), date(day.year, 12, 4)
    left = date(day.year - 1, 12, 31) if how.get("year_end") else day + timedelta(days=2)
    back = left + timedelta(days=how.get("gap", 1))
    days = how.get("days", 5)
    diagnosis = how.get("diagnosis", PNEUMONIA)
    common = how.get("both", {})
    start = left - timedelta(days=days)
    first = book.visit(
        person,
        hospital,
        STAY,
        moment(start),
        moment(left, 15),
        ward_days(start, days),
        diagnosis=diagnosis,
        visit_extra={**common, **how.get("first", {})},
        settlement_extra=how.get("first_settlement"),
    )
    second_hospital = NEARBY[hospital] if how.get("grouped") else hospital
    extra = {**common}
    if how.get("transfer"):
        extra["refl_old_mdtrt_id"] = _between(book, first, left, back)
    dept = how.get("second_dept", "A03")
    second = book.visit(
        person,
        second_hospital,
        STAY,
        moment(back, 16),
        moment(back + timedelta(days=4), 15),
        ward_days(back, 4),
        diagnosis=how.get("second_diagnosis", diagnosis),
        dept=dept,
        visit_extra=extra,
    )
    _excuse_split(book, how, second, back)
    book.truth(
        "split_admission",
        plan.label,
        plan.kind,
        second_hospital,
        (left, back),
        first.rows + second.rows,
        code=plan.code,
        strength=plan.strength,
        edge=plan.edge,
    )


def _between(book: Book, first: Visit, left: date, back: date) -> str:
    other = next(code for code in book.names if code.startswith("H") and code != first.institution)
    days = (back - left).days
    stay = book.visit(first.person, other, STAY, moment(left, 17), moment(back, 10), ward_days(left, days))
    return stay.mdtrt_id


def _excuse_split(book: Book, how: dict[str, Any], second: Visit, back: date) -> None:
    if "also" in how:
        book.diagnosis(second, how["also"], 2)
    if "operation" in how:
        book.operation(second, back + timedelta(days=1), how["operation"])
    if how.get("refund"):
        book.refund(second, moment(back + timedelta(days=6), 10))
    if how.get("emergency"):
        book.visit(
            second.person,
            second.institution,
            EMERGENCY,
            moment(back, 8),
            moment(back, 11),
            [Line("visit_emergency", moment(back, 8)), Line("ecg", moment(back, 8, 30))],
        )


def hanging_plans(each: int) -> list[Plan]:
    """The kinds of M2."""
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"refund": True},
        "DAY_SURGERY": {"med_type": DAY_SURGERY},
        "HOME_BED": {"med_type": HOME_BED},
        "EDGE_DAY": {"presence_day": 0, "nights": 0, "presence": "铁路"},
        "BED_LEAVE": {"leave": True},
        "OUTSIDE_CARE": {"elsewhere": "clinic", "permit": True},
        "AGENT_PICKUP": {"elsewhere": "shop", "agent": True},
        "FAMILY_PHARMACY": {"elsewhere": "shop", "account": True},
    }
    return [
        Plan("hotel", 5, "violation"),
        Plan("train", 2, "violation", how={"presence": "铁路", "nights": 0}),
        Plan("flight", 2, "violation", how={"presence": "民航", "nights": 0}),
        Plan("attendance", 2, "violation", how={"presence": "考勤", "nights": 0}),
        Plan("clinic_elsewhere", 3, "violation", how={"elsewhere": "clinic", "twin": True}),
        Plan("leave_too_long", 1, "violation", how={"leave": True, "leave_hours": 40, "nights": 1}),
        Plan("edge", 2, "violation", edge=True, how={"days": 3, "idle": (1, 2), "presence_day": 1, "nights": 0}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("one_idle_day", 3, edge=True, how={"idle": (2,)}),
        Plan("two_day_stay", 3, edge=True, how={"days": 2, "idle": (0, 1), "presence_day": 1, "nights": 0}),
    ]


def plant_hanging(book: Book, slots: Slots, plan: Plan) -> None:
    """One M2 case; care elsewhere paid by the fund is a planted P6 case too, unless it is excused."""
    hospital, begin = next(slots)
    how = plan.how
    days = how.get("days", 8)
    person = book.person()
    left = begin + timedelta(days=days)
    stay = book.visit(
        person,
        hospital,
        how.get("med_type", STAY),
        moment(begin),
        moment(left, 15),
        ward_days(begin, days, how.get("idle", (2, 3, 4))),
    )
    day = begin + timedelta(days=how.get("presence_day", 3))
    rows = stay.rows + (_elsewhere(book, stay, day, how) if "elsewhere" in how else _seen(book, stay, day, how))
    if how.get("refund"):
        book.refund(stay, moment(left + timedelta(days=2)))
    book.truth(
        "bed_hanging",
        plan.label,
        plan.kind,
        hospital,
        (begin, left),
        rows,
        code=plan.code,
        strength=plan.strength,
        edge=plan.edge,
    )


def _seen(book: Book, stay: Visit, day: date, how: dict[str, Any]) -> list[RowKey]:
    start, end = moment(day, 13), moment(day, 18)
    if how.get("nights", 1):
        start, end = moment(day, 20), moment(day + timedelta(days=1), 8)
    presence = book.next_id("GJ")
    book.add(
        "medins.external_presence",
        presence_id=presence,
        certno=stay.person.certno,
        name=stay.person.name,
        kind=how.get("presence", "住宿"),
        start_time=start,
        end_time=end,
        place="宁波市",
        document_no=presence[-6:],
    )
    rows: list[RowKey] = [("medins.external_presence", {"presence_id": presence})]
    if how.get("leave"):
        leave = book.next_id("QJ")
        until = start + timedelta(hours=how.get("leave_hours", 14))
        book.add(
            "medins.bed_leave",
            leave_id=leave,
            mdtrt_id=stay.mdtrt_id,
            leave_from=start,
            leave_to=until,
            reason="家中有事",
            approved_by="值班医师",
        )
        rows.append(("medins.bed_leave", {"leave_id": leave}))
    return rows


def _elsewhere(book: Book, stay: Visit, day: date, how: dict[str, Any]) -> list[RowKey]:
    shop = how["elsewhere"] == "shop"
    codes = sorted(code for code in book.names if code.startswith("P" if shop else "H"))
    place = next(code for code in codes if code != stay.institution)
    lines = [Line("pressure_drug", moment(day, 14), 10, days=10)]
    if not shop:
        lines.append(Line("visit", moment(day, 14)))
    other = book.visit(
        stay.person,
        place,
        PHARMACY if shop else CLINIC,
        moment(day, 14),
        moment(day, 15),
        lines,
        diagnosis=("I10.x00", "高血压病"),
        account_only="acct_pay" if how.get("account") else None,
    )
    if how.get("permit"):
        book.referral(other, "外院会诊", day, day, stay)
    if how.get("agent"):
        book.agent(other, moment(day, 14))
    if how.get("twin"):
        book.truth(
            "overlapping_visits", "violation", "hanging_bed", stay.person.certno, (day, day), stay.rows + other.rows
        )
    return other.rows
