"""Planted cases of drugs paid outside of their limits (M6), and the limits themselves.

Belongs here: what such a violation and each of its innocent look-alikes consist of. The limits restate published kinds
(grade of hospital, kind of visit, insurance, course of 20 days); codes are invented.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from xiansuo.synth.medins import short
from xiansuo.synth.medins.book import Book, Line, moment
from xiansuo.synth.medins.catalog import RULES_FROM, Item
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.medins.townships import Places, codes
from xiansuo.synth.truth import RowKey

RULE = "limited_payment"
DRUGS = {
    "graded": Item("ZC01AAA0010010100021", "参附注射液", "11", 6800),
    "namesake": Item("ZC01AAA0010020100022", "参芪扶正注射液", "11", 5200),
    "ward_only": Item("XB05BAA001B010100023", "脂肪乳注射液", "09", 7600),
    "injured_only": Item("XV03AXA001A010100024", "重组人表皮生长因子凝胶", "09", 4300),
    "indicated": Item("XB05AAA001B010100025", "人血白蛋白注射液", "09", 38000),
    "course": Item("XN06BXA001E010100026", "丁苯酞软胶囊", "09", 900),
}
# rule, prefix, name, kind of limit, allowed codes or days, batch
LIMITS: tuple[tuple[str, str, str, str, tuple[str, ...] | int, int], ...] = (
    ("PL001", "ZC01AAA001", "参附注射液", "机构等级", ("07",), 5),
    ("PL002", "XB05BAA001", "脂肪乳", "就医方式", ("13", "21"), 4),
    ("PL003", "XV03AXA001", "重组人表皮生长因子", "险种", ("410",), 3),
    ("PL004", "XB05AAA001", "人血白蛋白", "适应症", ("R57", "K70", "K74"), 6),
    ("PL005", "XN06BXA001", "丁苯酞", "疗程", 20, 6),
)
COURSE_STAY = 22


def reference(book: Book) -> None:
    """The limits, written once."""
    for rule, prefix, name, kind, allowed, batch in LIMITS:
        conditions: tuple[Any, ...] = (allowed,) if isinstance(allowed, int) else allowed
        for place, condition in enumerate(conditions, start=1):
            book.add(
                "medins.rule_pay_limit",
                rule_no=rule,
                seq_no=place,
                item_code=prefix,
                item_name=name,
                limit_kind=kind,
                allowed_code=condition if kind != "疗程" else None,
                max_days=condition if kind == "疗程" else None,
                batch=batch,
                valid_from=RULES_FROM,
                valid_to=None,
            )


def plans(each: int) -> list[Plan]:
    """The kinds of M6."""
    graded: dict[str, Any] = {"drug": "graded", "place": "low"}
    excused: dict[str, dict[str, Any]] = {
        "REVERSED": {**graded, "reverse": True},
        "PREFIX_OVERMATCH": {"drug": "namesake", "place": "low"},
        "LEVEL_AT_DATE": {"drug": "graded", "place": "changed"},
        "GROUP_DOWNWARD": {**graded, "filing": True},
        "HOSPITAL_APPROVED": {"drug": "indicated", "flags": {"lmt_used_flag": "1", "hosp_appr_flag": "1"}},
        "DISCHARGE_DRUG": {"drug": "course", "fills": (7, 7, 7), "home": True},
    }
    return [
        Plan("grade_too_low", 4, "violation", how=graded),
        Plan("outpatient", 2, "violation", how={"drug": "ward_only", "clinic": True}),
        Plan("other_insurance", 2, "violation", how={"drug": "injured_only"}),
        Plan("no_indication", 3, "violation", how={"drug": "indicated", "flags": {"lmt_used_flag": "1"}}),
        Plan("course_edge", 2, "violation", edge=True, how={"drug": "course", "fills": (7, 7, 7)}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("full_course", 3, edge=True, how={"drug": "course", "fills": (7, 7, 6)}),
        Plan("grade_suffices", 2, how={"drug": "graded"}),
        Plan("not_declared", 2, how={"drug": "indicated", "flags": {"lmt_used_flag": "0"}}),
    ]


def plant(book: Book, places: Places, plan: Plan) -> None:
    """One M6 case."""
    how = plan.how
    hospital, day = places.take(how.get("place", "high"))
    lines = _lines(day, how)
    days = COURSE_STAY if how["drug"] == "course" else 5
    visit = (
        short.clinic(book, hospital, day, lines) if how.get("clinic") else short.stay(book, hospital, day, days, lines)
    )
    rows: list[RowKey] = visit.rows
    if how.get("filing"):
        number = book.next_id("XC")
        book.add(
            "medins.group_drug_filing",
            filing_no=number,
            fixmedins_code=hospital,
            lead_fixmedins_code=codes("high", places.number)[0],
            item_code=DRUGS["graded"].code[:10],
            date_from=day - timedelta(days=2),
            date_to=day + timedelta(days=22),
            document_no=f"医共体备〔{day.year}〕{number[-4:]}号",
        )
        rows = [*rows, ("medins.group_drug_filing", {"filing_no": number})]
    first, last = lines[0].at.date(), lines[-1].at.date()
    book.truth(RULE, plan.label, plan.kind, hospital, (first, last), rows, code=plan.code, edge=plan.edge)


def _lines(day: date, how: dict[str, Any]) -> list[Line]:
    drug, flags = DRUGS[how["drug"]], how.get("flags", {})
    if "fills" not in how:
        offset = 0 if how.get("clinic") else 2
        at = moment(day + timedelta(days=offset), 10)
        return [Line(drug, at, 2, days=1, extra=flags, reversed_count=2 if how.get("reverse") else 0)]
    fills = how["fills"]
    return [
        Line(
            drug,
            moment(day + timedelta(days=1 + 7 * place), 10),
            days * 2,
            days=days,
            extra={"dscg_tkdrug_flag": "1" if how.get("home") and place == len(fills) - 1 else "0"},
        )
        for place, days in enumerate(fills)
    ]
