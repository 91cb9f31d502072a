"""Planted cases of the rules about entitlement: injuries others must pay for (P8), approvals without any backing (P9),
one visit paid twice (P10).

Belongs here: what such a violation and each of its innocent look-alikes consist of. Every case has a person of its own.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xiansuo.synth.medins.book import CLINIC, STAY, Book, Line, Person, Visit, moment, ward_days
from xiansuo.synth.medins.patients import Stage
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.truth import RowKey

FRACTURE = ("S72.000", "股骨颈骨折")
QUIET = ("infusion", "oral_drug")
SPECIAL_CLINIC = "140104"


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


def approval_plans(each: int) -> list[Plan]:
    """The kinds of P9; the numbers are days from the approval."""
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"refund": True},
        "RENEWAL": {"earlier_ended": -1},
        "OUTSIDE_RECORD": {"record": -60},
        "NEWLY_INSURED": {"insured": -200},
    }
    return [
        Plan("nothing", 8, "violation", strength="B"),
        Plan("long_insured", 2, "violation", strength="B", how={"insured": -4000}),
        Plan("stay_long_ago", 2, "violation", strength="B", edge=True, how={"stay": -366}),
        Plan("imaging_long_ago", 1, "violation", strength="B", edge=True, how={"imaging": -366}),
        Plan("lapsed", 1, "violation", strength="B", edge=True, how={"earlier_ended": -91}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("just_renewed", 2, code="RENEWAL", edge=True, how={"earlier_ended": -90}),
        Plan("had_a_stay", 4, how={"stay": -40}),
        Plan("had_imaging", 4, how={"imaging": -10}),
        Plan("stay_in_time", 2, edge=True, how={"stay": -365}),
        Plan("other_disease", 4, how={"disease": ("M03900", "高血压")}),
    ]


def plant_approval(book: Book, stage: Stage, plan: Plan) -> None:
    """One P9 case: an approval, two settlements under it, and what backs it."""
    how = plan.how
    person = book.person(born=(1940, 1985))
    approved = stage.day
    place = stage.hospitals[approved.day % len(stage.hospitals)]
    disease = how.get("disease", ("M07600", "偏瘫"))
    rows = _approve(book, person, place, disease, (approved, None))
    rows += _background_of_approval(book, person, place, approved, disease, how)
    for offset in (7, 35):
        day = approved + timedelta(days=offset)
        visit = book.visit(
            person,
            place,
            SPECIAL_CLINIC,
            moment(day, 9),
            moment(day, 10),
            [Line("heart_drug", moment(day, 9, 30), 28, days=28)],
            diagnosis=("I69.300", "脑梗死后遗症"),
            settlement_extra={"dise_no": disease[0]},
        )
        rows += visit.rows
        if how.get("refund"):
            book.refund(visit, moment(day + timedelta(days=20)))
    book.truth(
        "unsupported_approval",
        plan.label,
        plan.kind,
        person.certno,
        (approved, approved + timedelta(days=35)),
        rows,
        code=plan.code,
        strength="B",
        edge=plan.edge,
    )


def _approve(
    book: Book, person: Person, place: str, disease: tuple[str, str], span: tuple[date, date | None]
) -> list[RowKey]:
    number = book.next_id("MT")
    book.add(
        "medins.special_approval",
        approval_id=number,
        certno=person.certno,
        psn_name=person.name,
        dise_no=disease[0],
        dise_name=disease[1],
        fixmedins_code=place,
        fixmedins_name=book.names[place],
        dr_name="认定医师",
        approved_on=span[0],
        valid_from=span[0],
        valid_to=span[1],
    )
    return [("medins.special_approval", {"approval_id": number})]


def _background_of_approval(
    book: Book, person: Person, place: str, approved: date, disease: tuple[str, str], how: dict[str, Any]
) -> list[RowKey]:
    rows: list[RowKey] = []
    if "earlier_ended" in how:
        ended = approved + timedelta(days=how["earlier_ended"])
        rows += _approve(book, person, place, disease, (ended - timedelta(days=700), ended))
    if "record" in how:
        number = book.next_id("WB")
        book.add(
            "medins.outside_record",
            record_id=number,
            certno=person.certno,
            kind="住院病历",
            record_date=approved + timedelta(days=how["record"]),
            hospital_name="上海市某三级医院",
        )
        rows.append(("medins.outside_record", {"record_id": number}))
    if "insured" in how:
        insure(
            book, person, ("SQ330106001", "文新社区", "社区"), insured_from=approved + timedelta(days=how["insured"])
        )
        rows.append(("medins.insured_unit", {"certno": person.certno}))
    if "stay" in how:
        day = approved + timedelta(days=how["stay"])
        lines = ward_days(day, 3, skip=QUIET)
        end = moment(day + timedelta(days=3), 15)
        rows += book.visit(person, place, STAY, moment(day), end, lines, diagnosis=("I63.900", "脑梗死")).rows
    if "imaging" in how:
        day = approved + timedelta(days=how["imaging"])
        lines = [Line("visit", moment(day, 9)), Line("ct", moment(day, 10))]
        rows += book.visit(person, place, CLINIC, moment(day, 9), moment(day, 11), lines).rows
    return rows


def insure(
    book: Book, person: Person, unit: tuple[str, str, str], relief: str = "无", insured_from: date = date(2010, 1, 1)
) -> None:
    """Register a person with a unit (code, name, kind)."""
    book.add(
        "medins.insured_unit",
        certno=person.certno,
        unit_code=unit[0],
        unit_name=unit[1],
        unit_kind=unit[2],
        relief_kind=relief,
        insured_from=insured_from,
    )


def duplicate_plans(each: int) -> list[Plan]:
    """The kinds of P10; ``over`` is by how many cents both payments together exceed the invoice."""
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"second": {"insutype": "390"}, "refund": True},
        "SEGMENTED": {"second": {"insutype": "390"}, "first": {"mid_setl_flag": "1"}},
        "MATERNITY": {"second": {"insutype": "510"}},
        "SPLIT_INVOICE": {"copy": "分割单", "over": -5000},
    }
    return [
        Plan("two_insurances", 5, "violation", how={"second": {"insutype": "390"}}),
        Plan("two_districts", 3, "violation", how={"second": {"insu_admdvs": "330205"}}),
        Plan("one_invoice", 4, "violation", how={"copy": "原件", "over": -5000}),
        Plan("split_over", 2, "violation", edge=True, how={"copy": "分割单", "over": 1}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("split_exactly", 3, code="SPLIT_INVOICE", edge=True, how={"copy": "分割单", "over": 0}),
        Plan(
            "own_purse", 4, how={"second": {"insutype": "390", "fund_pay_sumamt": Decimal(0), "hifp_pay": Decimal(0)}}
        ),
        Plan("other_invoice_code", 4, how={"copy": "原件", "over": -5000, "other_code": True}),
    ]


def plant_duplicate(book: Book, stage: Stage, plan: Plan) -> None:
    """One P10 case: one visit, settled twice."""
    how = plan.how
    person = book.person()
    day = stage.day
    place = stage.hospitals[day.day % len(stage.hospitals)]
    lines = [Line("visit", moment(day, 9)), Line("liver", moment(day, 10)), Line("ecg", moment(day, 11))]
    visit = book.visit(person, place, CLINIC, moment(day, 9), moment(day, 12), lines, settlement_extra=how.get("first"))
    original = book.tables["medins.setl_d"][-1]
    again = book.next_id("JS")
    later = moment(day + timedelta(days=15), 10)
    claimed = {"manl_reim_rea": "垫付费用手工报销"} if "copy" in how else {}
    copied = {
        **original,
        "setl_id": again,
        "setl_time": later,
        "mid_setl_flag": "0",
        **claimed,
        **how.get("second", {}),
    }
    book.add("medins.setl_d", **copied)
    rows: list[RowKey] = [*visit.rows, ("medins.setl_d", {"setl_id": again})]
    if "copy" in how:
        both = 2 * original["fund_pay_sumamt"]
        rows += _invoices(book, visit, again, both - Decimal(how["over"]) / 100, how)
    if how.get("refund"):
        book.refund(Visit(visit.mdtrt_id, again, person, place), later + timedelta(days=10))
    book.truth(
        "duplicate_benefit",
        plan.label,
        plan.kind,
        person.certno,
        (day, day),
        rows,
        code=plan.code,
        edge=plan.edge,
    )


def _invoices(book: Book, visit: Visit, again: str, amount: Decimal, how: dict[str, Any]) -> list[RowKey]:
    number = book.next_id("PJ")[-8:]
    rows: list[RowKey] = []
    codes = ("33060125", "33060225" if how.get("other_code") else "33060125")
    for code, setl_id, kind in zip(codes, (visit.setl_id, again), ("原件", how["copy"]), strict=True):
        key = {"invoice_code": code, "invoice_no": number, "setl_id": setl_id}
        day = book.tables["medins.setl_d"][-1]["begndate"]
        book.add(
            "medins.invoice",
            **key,
            certno=visit.person.certno,
            invoice_amt=amount,
            issued_on=day,
            copy_kind=kind,
        )
        rows.append(("medins.invoice", key))
    return rows
