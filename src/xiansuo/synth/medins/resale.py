"""Planted cases of the rules about medicines that go round: trace codes settled twice (P3).

Belongs here: what such a violation and each of its innocent look-alikes consist of. Buyers are people of their own.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from xiansuo.synth.medins.book import PHARMACY, Book, Line, Visit, moment
from xiansuo.synth.medins.patients import HYPERTENSION, Stage
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.truth import RowKey

SINGLE = {"trdn_flag": "0", "pack_level": "单品", "cnt": Decimal(1), "pack_cnt": Decimal(1)}


def trace_plans(each: int) -> list[Plan]:
    """The kinds of P3; ``scan`` is what the scan says, ``counts`` how many units each of both sales took."""
    loose = {"trdn_flag": "1", "pack_cnt": Decimal(30)}
    carton = {"pack_level": "箱", "pack_cnt": Decimal(20)}
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"refund_second": True},
        "RETURNED": {"refund_first": 5},
        "MIS_SCAN": {"corrected": True},
        "SPLIT_PACK": {"scan": loose, "counts": (7, 14)},
        "CARTON_CODE": {"scan": carton, "counts": (1, 1)},
    }
    return [
        Plan("sold_twice", 8, "violation"),
        Plan("same_shop", 3, "violation", how={"same_shop": True}),
        Plan("late_return", 1, "violation", how={"refund_first": 45}),
        Plan("loose_over", 1, "violation", edge=True, how={"scan": loose, "counts": (16, 15)}),
        Plan("carton_over", 1, "violation", edge=True, how={"scan": carton, "counts": (11, 10)}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("loose_whole_pack", 2, code="SPLIT_PACK", edge=True, how={"scan": loose, "counts": (16, 14)}),
        Plan("carton_whole", 2, code="CARTON_CODE", edge=True, how={"scan": carton, "counts": (10, 10)}),
        Plan("own_money", 3, how={"account": True}),
        Plan("other_code", 3, how={"other_code": True}),
    ]


def plant_trace(book: Book, stage: Stage, plan: Plan) -> None:
    """One P3 case: two sales thirty days apart; shops and days are dealt out so that no two cases share both."""
    how = plan.how
    number = sum(1 for case in book.cases if case.rule_id == "repeated_trace_code")
    shops = stage.pharmacies
    second = date(stage.day.year, 3, 10) + timedelta(days=number // len(shops) * 7)
    place = shops[number % len(shops)]
    first_place = place if how.get("same_shop") else shops[(number + 1) % len(shops)]
    code = f"8{book.next_id('')}{number:010d}"
    counts = how.get("counts", (1, 1))
    scan = {**SINGLE, **how.get("scan", {})}
    days = (second - timedelta(days=30), second)
    first, rows = _sale(book, first_place, days[0], {**scan, "cnt": Decimal(counts[0])}, code)
    if "refund_first" in how:
        book.refund(first, moment(days[0] + timedelta(days=how["refund_first"])))
    code = code + "7" if how.get("other_code") else code
    account = "acct_pay" if how.get("account") else None
    later, more = _sale(book, place, days[1], {**scan, "cnt": Decimal(counts[1])}, code, account)
    if how.get("refund_second"):
        book.refund(later, moment(days[1] + timedelta(days=2)))
    if how.get("corrected"):
        rows += _corrected(book, more[-1][1]["trace_id"], moment(days[1] + timedelta(days=1)))
    book.truth(
        "repeated_trace_code",
        plan.label,
        plan.kind,
        place,
        (second, second),
        rows + more,
        code=plan.code,
        edge=plan.edge,
    )


def _sale(
    book: Book, place: str, day: date, scan: dict[str, Any], code: str, account: str | None = None
) -> tuple[Visit, list[RowKey]]:
    at = moment(day, 10)
    line = Line("heart_drug", at, 14, days=14)
    visit = book.visit(book.person(), place, PHARMACY, at, at, [line], diagnosis=HYPERTENSION, account_only=account)
    trace = book.next_id("SM")
    book.add(
        "medins.trace_code",
        trace_id=trace,
        drug_trac_codg=code,
        mdtrt_id=visit.mdtrt_id,
        setl_id=visit.setl_id,
        bkkp_sn="00001",
        fixmedins_code=place,
        fixmedins_name=book.names[place],
        scan_time=at,
        **scan,
    )
    return visit, [*visit.rows, ("medins.trace_code", {"trace_id": trace})]


def _corrected(book: Book, trace: str, at: datetime) -> list[RowKey]:
    number = book.next_id("GZ")
    book.add(
        "medins.trace_correction",
        correction_id=number,
        trace_id=trace,
        right_code=f"8{number[2:]}0000000001",
        corrected_at=at,
        reason="相邻药盒误扫",
    )
    return [("medins.trace_correction", {"correction_id": number})]
