"""Planted cases of the rules about medicines that go round: limits used up month by month (P2), cards that hang
together (P2R), trace codes settled twice (P3).

Belongs here: what such a violation and each of its innocent look-alikes consist of. Buyers are people of their own.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from xiansuo.synth.medins.book import CLINIC, PHARMACY, Book, Line, Visit, moment
from xiansuo.synth.medins.catalog import Item
from xiansuo.synth.medins.patients import HYPERTENSION, Stage
from xiansuo.synth.medins.stays import Plan
from xiansuo.synth.truth import RowKey

SINGLE = {"trdn_flag": "0", "pack_level": "单品", "cnt": Decimal(1), "pack_cnt": Decimal(1)}
CAPPED_CARE, MONTH_CAP = "140104", Decimal(600)
RESOLD = (
    Item("XN04BCP068B001010100020", "普拉克索片", "09", 1000),
    Item("XC09DXS034B001010100021", "沙库巴曲缬沙坦钠片", "09", 1000),
    Item("XA10BKD055B001010100022", "达格列净片", "09", 1000),
)
UNLISTED = (
    Item("XR03DAA011B001010100023", "氨茶碱片", "09", 1000),
    Item("XM05BAA006B001010100024", "阿仑膦酸钠片", "09", 1000),
)
FULL_UNITS = 127  # at ten yuan, 90 % in scope and half of it paid: 571.50 of a 600 yuan limit


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


def limits(book: Book) -> None:
    """The monthly limit and the list of drugs that are resold."""
    book.add(
        "medins.outpatient_cap",
        cap_no="XE2024001",
        insutype="310",
        med_type=CAPPED_CARE,
        month_cap=MONTH_CAP,
        document_no="杭医保发〔2024〕9号",
        valid_from=date(2024, 1, 1),
    )
    for item, category in zip(RESOLD, ("帕金森", "心脑血管", "糖尿病"), strict=True):
        book.add(
            "medins.resale_drug",
            generic_code=item.code[:10],
            generic_name=item.name,
            category=category,
            source="历年倒卖医保药品案件",
        )


def capped_plans(each: int) -> list[Plan]:
    """The kinds of P2; ``units`` are those of the first month, ``paper`` is a kind of prescription of that month."""
    excused: dict[str, dict[str, Any]] = {
        "REVERSED": {"refund_first": True},
        "FAMILY_ACCOUNT": {"account": "acct_mulaid_pay"},
        "HEAVY_USER": {"paper": "特殊病种"},
        "LONG_PRESCRIPTION": {"paper": "长处方"},
        "HOLIDAY_STOCK": {"paper": "节前备药"},
        "ABROAD_STOCK": {"paper": "出境备药"},
        "AGENT_PICKUP": {"agent": True},
    }
    return [
        Plan("six_months", 8, "violation"),
        Plan("eight_months", 2, "violation", how={"months": 8}),
        Plan("just_full", 2, "violation", edge=True, how={"units": FULL_UNITS}),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("just_not_full", 2, edge=True, how={"units": FULL_UNITS - 1}),
        Plan("five_months", 2, edge=True, how={"months": 5}),
        Plan("two_hospitals", 2, edge=True, how={"hospitals": 2}),
        Plan("three_drugs_of_five", 2, edge=True, how={"unlisted": True}),
    ]


def plant_capped(book: Book, stage: Stage, plan: Plan) -> None:
    """One P2 case: purchases that use up the monthly limit, each month at the next hospital."""
    how = plan.how
    person = book.person(born=(1945, 1985))
    start = date(stage.day.year, 1 + stage.day.month % 4, 6)
    rows: list[RowKey] = []
    months = how.get("months", 6)
    for place in range(months):
        day = start.replace(month=start.month + place)
        units = how.get("units", 130) if place == 0 else 130
        drugs = [RESOLD[place % 3], RESOLD[(place + 1) % 3]]
        if how.get("unlisted") and place < 2:
            drugs[1] = UNLISTED[place]
        lines = [Line(drugs[0], moment(day, 10), 64, days=15), Line(drugs[1], moment(day, 11), units - 64, days=15)]
        visit = book.visit(
            person,
            stage.hospitals[(start.day + start.month + place % how.get("hospitals", 3)) % len(stage.hospitals)],
            CAPPED_CARE,
            moment(day, 9),
            moment(day, 12),
            lines,
            diagnosis=("G20.x00", "帕金森病"),
            account_only=how.get("account") if place == 0 else None,
        )
        rows += visit.rows
        if how.get("refund_first") and place == 0:
            book.refund(visit, moment(day + timedelta(days=3)))
        if how.get("agent") and place % 3 == 2:
            book.agent(visit, moment(day, 12))
        if "paper" in how and place == 0:
            rows += _paper(book, visit, drugs[0], how["paper"], day)
    book.truth(
        "capped_dispensing",
        plan.label,
        plan.kind,
        person.certno,
        (start, start.replace(month=start.month + months - 1)),
        rows,
        code=plan.code,
        strength="B",
        edge=plan.edge,
    )


def _paper(book: Book, visit: Visit, drug: Item, kind: str, day: date) -> list[RowKey]:
    number = book.next_id("CF")
    book.add(
        "medins.long_prescription",
        rx_no=number,
        certno=visit.person.certno,
        generic_code=drug.code[:10],
        issued_on=day,
        covers_days=366 if kind == "特殊病种" else 60,
        kind=kind,
        fixmedins_code=visit.institution,
        chfpdr_name="门诊医师",
    )
    return [("medins.long_prescription", {"rx_no": number})]


def ring_plans(each: int) -> list[Plan]:
    """The kinds of P2R; ``by`` is what the cards share, ``papers`` the document that excuses them."""
    excused: dict[str, dict[str, Any]] = {
        "REFUNDED": {"refund_last": True},
        "REGISTERED_CONTACT": {"papers": "contact"},
        "FAMILY": {"papers": "family"},
        "AGENT_PICKUP": {"agents": 2},
    }
    return [
        Plan("one_phone", 3, "violation", strength="B", how={"cards": 4}),
        Plan("one_account", 3, "violation", strength="B", how={"by": ("支付账户",)}),
        Plan("one_address", 2, "violation", strength="B", how={"by": ("地址",)}),
        Plan("phone_then_account", 2, "violation", strength="B", how={"cards": 5, "by": ("电话", "支付账户")}),
        Plan("three_cards", 2, "violation", strength="B", edge=True),
        *[Plan(code.lower(), each, code=code, how=how) for code, how in excused.items()],
        Plan("two_cards", 4, edge=True, how={"cards": 2}),
        Plan("other_drug", 3, how={"unlisted": True}),
    ]


def plant_ring(book: Book, stage: Stage, plan: Plan) -> None:
    """One P2R case: cards on consecutive days; of two shared contacts the middle card has both."""
    how = plan.how
    cards = how.get("cards", 3)
    kinds: tuple[str, ...] = how.get("by", ("电话",))
    contacts = [_contact(book, kind) for kind in kinds]
    rows: list[RowKey] = []
    bought = []
    for place in range(cards):
        day = stage.day + timedelta(days=place)
        drug = UNLISTED[0] if how.get("unlisted") else RESOLD[place % 3]
        visit = book.visit(
            book.person(),
            stage.hospitals[(stage.day.day + place) % len(stage.hospitals)],
            CLINIC,
            moment(day, 9),
            moment(day, 10),
            [Line(drug, moment(day, 9, 30), 40, days=20)],
            diagnosis=("G20.x00", "帕金森病"),
        )
        rows += visit.rows
        bought.append(visit)
        for at, kind in enumerate(kinds):
            if len(kinds) == 1 or abs(place - cards // 2) <= 0 or (place < cards // 2) == (at == 0):
                rows += _behind(book, visit, kind, contacts[at], day)
    if how.get("refund_last"):
        book.refund(bought[-1], moment(stage.day + timedelta(days=cards + 2)))
    for visit in bought[: how.get("agents", 0)]:
        book.agent(visit, moment(stage.day, 12))
    rows += _ring_papers(book, bought, kinds[0], contacts[0], how.get("papers"))
    book.truth(
        "resale_ring",
        plan.label,
        plan.kind,
        min(visit.person.certno for visit in bought),
        (stage.day, stage.day + timedelta(days=cards - 1)),
        rows,
        code=plan.code,
        strength="B",
        edge=plan.edge,
    )


def _contact(book: Book, kind: str) -> str:
    number = book.next_id("")[-8:]
    return {"电话": f"199{number}", "支付账户": f"WX{number}", "地址": f"杭州市西湖区古墩路{number}号101室"}[kind]


def _behind(book: Book, visit: Visit, kind: str, contact: str, day: date) -> list[RowKey]:
    """Put the contact into the visit, or write the payment it made."""
    if kind != "支付账户":
        book.tables["medins.mdtrt_d"][-1]["tel" if kind == "电话" else "addr"] = contact
        return []
    number = book.next_id("ZF")
    book.add(
        "medins.self_payment",
        payment_id=number,
        setl_id=visit.setl_id,
        pay_account=contact,
        pay_channel="微信",
        paid_at=moment(day, 10, 5),
        paid_amt=book.tables["medins.setl_d"][-1]["cash_payamt"],
    )
    return [("medins.self_payment", {"payment_id": number})]


def _ring_papers(book: Book, bought: list[Visit], kind: str, contact: str, papers: str | None) -> list[RowKey]:
    rows: list[RowKey] = []
    if papers == "contact":
        key = {"contact": contact, "contact_kind": kind}
        book.add("medins.contact_register", **key, owner_name="某镇敬老院", owner_kind="养老机构")
        rows.append(("medins.contact_register", key))
    if papers == "family":
        group = book.next_id("GJ")
        for visit in bought:
            member = {"group_id": group, "certno": visit.person.certno}
            book.add("medins.family_group", **member, relation="家庭成员", bound_on=date(2023, 3, 1))
            rows.append(("medins.family_group", member))
    return rows
