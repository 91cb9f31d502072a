"""Planted cases of the rules about who should have paid: injuries of a third party or an employer (P8).

Belongs here: what such a violation and each of its innocent look-alikes consist of. Every case has a person of its own.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xiansuo.synth.medins.book import STAY, Book, Person, moment, ward_days
from xiansuo.synth.medins.patients import Stage
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.truth import RowKey

FRACTURE = ("S72.000", "股骨颈骨折")
QUIET = ("infusion", "oral_drug")


def injury_plans(each: int) -> list[Plan]:
    """The kinds of P8; ``before`` is how many days before admission the injury happened."""
    reported = {"report_kind": "保险报案", "liability": None}
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"refund": True},
        "NO_THIRD_PARTY": {"accident": {"third_party_flag": "0", "liability": None}},
        "NOT_WORK_INJURY": {"work": "不予认定"},
        "ADVANCE_PAYMENT": {"advance": "第三人不支付"},
        "COMMERCIAL_ONLY": {"accident": reported, "policies": ("本人意外险", "车上人员险")},
    }
    return [
        Plan("traffic", 6, "violation"),
        Plan("main_liability", 2, "violation", how={"accident": {"liability": "主要责任"}}),
        Plan("work", 4, "violation", how={"work": "认定", "before": 0}),
        Plan("both_insurers", 2, "violation", how={"accident": reported, "policies": ("本人意外险", "交强险")}),
        Plan("day_before", 1, "violation", edge=True, how={"before": 1}),
        Plan("day_after", 1, "violation", edge=True, how={"before": -1}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("own_fault", 3, code="NO_THIRD_PARTY", how={"accident": {"liability": "全部责任"}}),
        Plan("work_advance", 2, code="ADVANCE_PAYMENT", how={"work": "认定", "advance": "用人单位不支付"}),
        Plan("two_days_before", 2, edge=True, how={"before": 2}),
        Plan("two_days_after", 2, edge=True, how={"before": -2}),
        Plan("third_party_paid", 2, how={"visit": {"ttp_pay_flag": "1"}}),
    ]


def plant_injury(book: Book, stage: Stage, plan: Plan) -> None:
    """One P8 case."""
    how = plan.how
    person = book.person()
    begin = stage.day
    left = begin + timedelta(days=3)
    stay = book.visit(
        person,
        stage.hospitals[begin.day % len(stage.hospitals)],
        STAY,
        moment(begin),
        moment(left, 15),
        ward_days(begin, 3, skip=QUIET),
        diagnosis=FRACTURE,
        dept="A0403",
        visit_extra=how.get("visit"),
    )
    injured = begin - timedelta(days=how.get("before", 0))
    rows = stay.rows + (_work(book, person, injured, how) if "work" in how else _traffic(book, person, injured, how))
    if how.get("refund"):
        book.refund(stay, moment(left + timedelta(days=12)))
    if "advance" in how:
        number = book.next_id("XX")
        book.add(
            "medins.advance_payment",
            advance_no=number,
            certno=person.certno,
            mdtrt_id=stay.mdtrt_id,
            kind=how["advance"],
            approved_on=left + timedelta(days=5),
            advance_amt=Decimal("200.00"),
            approved_by="市医疗保障服务中心",
        )
        rows.append(("medins.advance_payment", {"advance_no": number}))
    book.truth(
        "third_party_injury",
        plan.label,
        plan.kind,
        person.certno,
        (begin, left),
        rows,
        code=plan.code,
        edge=plan.edge,
    )


def _traffic(book: Book, person: Person, day: date, how: dict[str, Any]) -> list[RowKey]:
    number = book.next_id("JT")
    said = {"report_kind": "交警认定", "third_party_flag": "1", "liability": "次要责任", **how.get("accident", {})}
    book.add(
        "medins.traffic_accident",
        accident_no=number,
        certno=person.certno,
        name=person.name,
        accident_time=moment(day, 7, 30),
        place="杭州市余杭区文一路",
        **said,
        document_no=f"杭公交认字第{number[-6:]}号" if said["report_kind"] == "交警认定" else None,
    )
    rows: list[RowKey] = [("medins.traffic_accident", {"accident_no": number, "certno": person.certno})]
    for policy in how.get("policies", ()):
        claim = book.next_id("LP")
        book.add(
            "medins.commercial_claim",
            claim_no=claim,
            certno=person.certno,
            accident_no=number,
            policy_kind=policy,
            insurer="某财产保险公司杭州分公司",
            paid_on=day + timedelta(days=40),
            paid_amt=Decimal("3000.00"),
        )
        rows.append(("medins.commercial_claim", {"claim_no": claim}))
    return rows


def _work(book: Book, person: Person, day: date, how: dict[str, Any]) -> list[RowKey]:
    number = book.next_id("GS")
    book.add(
        "medins.work_injury",
        decision_no=number,
        certno=person.certno,
        name=person.name,
        injured_on=day,
        employer_name="杭州某机械制造有限公司",
        result=how["work"],
        decided_on=day + timedelta(days=45),
    )
    return [("medins.work_injury", {"decision_no": number})]
