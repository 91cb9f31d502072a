"""Planted cases of the two charging rules: duplicate charges (M4) and charges above the daily cap (M5).

Belongs here: what such a violation and each of its innocent look-alikes consist of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from xiansuo.synth.medins.book import STAY, Book, Line, Visit, moment, ward_days
from xiansuo.synth.medins.stays import Plan, Slots

STAY_DAYS = 5
SURGICAL = "A0403"
# A charge: item, day of the stay, hour, minute, count, and what else the line carries.
Charge = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Extra:
    """What a planted charge brings along: papers that excuse it, ordinary lines it replaces."""

    skip: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    depts: tuple[str | None, ...] = ()
    local: str | None = None
    reverse_last: bool = False
    move: bool = False
    arrives: int = 9


def duplicate_plans(each: int) -> list[Plan]:
    """The kinds of M4."""
    watch: list[Charge] = [("emergency_watch", 1, 10, 0, 1)]
    icu: list[Charge] = [("icu", 1, 10, 0, 10), ("nursing1", 1, 10, 30, 1)]
    eyes: list[Charge] = [("phaco", 1, 10, 0, 1), ("phaco_open", 1, 11, 0, 1)]
    air: list[Charge] = [("ventilator", 1, 8, 0, 4)]
    excused: dict[str, tuple[list[Charge], Extra]] = {
        "REVERSED": (icu, Extra(skip=("nursing2",), reverse_last=True)),
        "ADD_ON": ([("phaco", 1, 10, 0, 1), ("phaco_extra", 1, 11, 0, 1)], Extra()),
        "LOCAL_ITEM": (icu, Extra(skip=("nursing2",), local="LOC001")),
        "BOTH_SIDES": (eyes, Extra(parts=("左", "右"))),
        "SECOND_OPERATION": (eyes, Extra(parts=("左", "左"))),
        "TRANSFER_DAY": (icu, Extra(skip=("nursing2",), depts=("A28", "A03"), move=True)),
    }
    return [
        _charges("icu_and_nursing", 6, icu, Extra(skip=("nursing2",)), "violation"),
        _charges("watch_and_ward", 4, watch, Extra(), "violation"),
        _charges("two_cataract_methods", 3, eyes, Extra(parts=("左",)), "violation"),
        _charges("monitor_and_ecg", 1, [("monitor", 1, 10, 5, 1), ("ecg", 1, 10, 50, 1)], Extra(), "violation"),
        _charges("six_hours_edge", 2, [*air, ("oxygen", 1, 14, 0, 2)], Extra(), "violation", edge=True),
        *[_charges(code.lower(), each, what, extra, code=code) for code, (what, extra) in excused.items()],
        _charges("six_hours_over", 3, [*air, ("oxygen", 1, 14, 1, 2)], Extra(), edge=True),
        _charges("next_hour", 3, [("monitor", 1, 10, 59, 1), ("ecg", 1, 11, 0, 1)], Extra(), edge=True),
        _charges("next_day", 3, [("icu", 1, 10, 0, 10), ("nursing1", 2, 10, 0, 1)], Extra(skip=("nursing2",))),
    ]


def frequency_plans(each: int) -> list[Plan]:
    """The kinds of M5."""
    double: list[Charge] = [("nursing1", 2, 10, 0, 2)]
    dressing: list[Charge] = [("dressing", 2, 10, 0, 1), ("dressing", 2, 16, 0, 1)]
    night: list[Charge] = [("ventilator", 2, 8, 0, 25), ("ventilator", 1, 8, 0, 20), ("ventilator", 3, 8, 0, 20)]
    all_over: list[Charge] = [("ventilator", day, 8, 0, 25) for day in (1, 2, 3)]
    excused: dict[str, tuple[list[Charge], Extra]] = {
        "REVERSED": (double, Extra(skip=("nursing2",), reverse_last=True)),
        "ADD_ON": ([("dressing", 2, 10, 0, 1), ("dressing_extra", 2, 10, 0, 1)], Extra()),
        "LOCAL_ITEM": (dressing, Extra(local="LOC001")),
        "BOTH_SIDES": (dressing, Extra(parts=("双",))),
        "SECOND_OPERATION": (dressing, Extra(parts=("左", "左"))),
        "TRANSFER_DAY": (
            [("nursing1", 2, 10, 0, 1), ("nursing1", 2, 18, 0, 1)],
            Extra(skip=("nursing2",), depts=("A03", "A28"), move=True),
        ),
        "MIDNIGHT_HOURS": (night, Extra()),
    }
    return [
        _charges("nursing_twice", 5, double, Extra(skip=("nursing2",)), "violation"),
        _charges("bed_twice", 3, [("bed", 2, 10, 0, 1)], Extra(), "violation"),
        _charges("dressing_thrice", 2, [("dressing", 2, 9, 0, 3)], Extra(), "violation"),
        _charges("thirty_hours", 2, [("ventilator", 2, 8, 0, 30)], Extra(), "violation"),
        _charges("before_arrival", 2, [("ventilator", 0, 21, 0, 12)], Extra(arrives=20), "violation"),
        _charges("hours_edge", 2, all_over, Extra(), "violation", edge=True),
        _charges("bed_days_edge", 2, [("bed", 5, 10, 0, 1), ("bed", 6, 10, 0, 1)], Extra(), "violation", edge=True),
        *[_charges(code.lower(), each, what, extra, code=code) for code, (what, extra) in excused.items()],
        _charges("full_day", 3, [("ventilator", 2, 8, 0, 24)], Extra(), edge=True),
        _charges("one_more_bed_day", 3, [("bed", 5, 10, 0, 1)], Extra(), edge=True),
    ]


def _charges(
    kind: str,
    count: int,
    what: list[Charge],
    extra: Extra,
    label: Any = "lookalike",
    *,
    code: str | None = None,
    edge: bool = False,
) -> Plan:
    return Plan(kind, count, label, code, edge=edge, how={"charges": what, "extra": extra})


def plant_duplicate(book: Book, slots: Slots, plan: Plan) -> None:
    """One M4 case: the truth spans the days of the planted charges."""
    _plant(book, slots, plan, "duplicate_charge")


def plant_frequency(book: Book, slots: Slots, plan: Plan) -> None:
    """One M5 case."""
    _plant(book, slots, plan, "over_frequency")


def _plant(book: Book, slots: Slots, plan: Plan, rule: str) -> None:
    hospital, begin = next(slots)
    charges: list[Charge] = plan.how["charges"]
    extra: Extra = plan.how["extra"]
    lines = ward_days(begin, STAY_DAYS, skip=extra.skip) + _lines(begin, charges, extra)
    if extra.arrives > 9:
        lines = [line for line in lines if line.at.date() > begin or line.at.hour >= extra.arrives]
    moved = {"dscg_dept_codg": "A28"} if extra.move else {}
    visit = book.visit(
        book.person(),
        hospital,
        STAY,
        moment(begin, extra.arrives),
        moment(begin + timedelta(days=STAY_DAYS), 23, 30),
        lines,
        visit_extra=moved,
    )
    days = {day for _, day, *_ in charges}
    first, last = (begin + timedelta(days=min(days)), begin + timedelta(days=max(days)))
    _operate(book, visit, first, extra)
    if plan.kind.startswith(("bed_days", "one_more")):
        first, last = begin, begin + timedelta(days=STAY_DAYS)
    book.truth(rule, plan.label, plan.kind, hospital, (first, last), visit.rows, code=plan.code, edge=plan.edge)


def _lines(begin: date, charges: list[Charge], extra: Extra) -> list[Line]:
    lines = []
    for place, (item, day, hour, minute, count) in enumerate(charges):
        last = place == len(charges) - 1
        at = moment(begin + timedelta(days=day), hour, minute)
        lines.append(
            Line(
                item,
                at,
                count,
                extra.depts[place] if extra.depts else None,
                local=extra.local if last else None,
                reversed_count=1 if last and extra.reverse_last else 0,
            )
        )
    return lines


def _operate(book: Book, visit: Visit, day: date, extra: Extra) -> None:
    for place, part in enumerate(extra.parts, start=1):
        book.operation(visit, day, part, place)
