"""Penalties that should have been transferred, and those that only look so (rules G1 and G8 of forward_link)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from xiansuo.synth.link.book import Book, Party
from xiansuo.synth.truth import RowKey

Scaled = Callable[[int], int]
STANDARD = Decimal("50000.00")
CENT = Decimal("0.01")
MEASURE = "非法经营数额"
MARKS = "假冒注册商标"
PHRASES = (
    ("违反安全生产规定", "应急管理", "责令停止使用特种设备后拒不执行"),
    ("违反安全生产规定", "应急管理", "关闭、破坏监控报警设备"),
    ("违法排放污染物", "生态环境", "通过暗管排放有毒物质"),
    ("食品中添加非食品原料", "市场监管", "掺入有毒有害的非食品原料"),
)
FINDINGS = {"VICTIM_OR_EMPLOYEE": ("受雇人员", "受害人"), "NEGLIGENT": ("过失", "过失")}
COMMON = ("RECONSIDERED", "MERGED_TRANSFER", "VICTIM_OR_EMPLOYEE", "NEGLIGENT", "POLICE_HANDLED", "UNDER_AGE")


def plant(book: Book, scaled: Scaled) -> None:
    """G1 and G8: violations and look-alikes."""
    _instead(book, scaled)
    _instead_lookalikes(book, scaled)
    _conduct(book, scaled)


def excuse(book: Book, code: str, party: Party, penalty: RowKey, act: date, serial: int) -> list[RowKey]:
    """The document that excuses a penalty from transfer; nothing for codes that rest on the party's age."""
    doc = penalty[1]["doc_no"]
    if code == "RECONSIDERED":
        decided = act + timedelta(days=120)
        kind = ("行政复议", "行政诉讼")[serial % 2]
        row = {"doc_no": doc, "kind": kind, "filed_date": decided - timedelta(days=40)}
        return [book.document("admin.reconsideration", "杭复", **row, decided_date=decided, result="撤销")]
    if code == "MERGED_TRANSFER":
        other = book.transfer(book.firm(), act + timedelta(days=20))
        row = {"transfer_no": other[1]["transfer_no"], "doc_no": doc, "merged_case_no": f"BA2025{serial:04d}"}
        return [book.add("admin.transfer_item", row)]
    if code in FINDINGS:
        found = {"doc_no": doc, "finding": FINDINGS[code][serial % 2], "found_date": act + timedelta(days=30)}
        return [book.document("admin.case_finding", "杭认", **found)]
    if code == "POLICE_HANDLED":
        more = {"detention_days": 5 + serial % 6, "fine_yuan": None}
        return [book.penalty(party, "扰乱单位秩序", act, kind="公安", **more)]
    return []


def _fined(book: Book, party: Party, amount: Decimal) -> tuple[RowKey, RowKey, date]:
    act = book.day()
    penalty = book.penalty(party, MARKS, act)
    return penalty, book.amount(penalty, MEASURE, amount), act


def _instead(book: Book, scaled: Scaled) -> None:
    rule = "penalty_instead_of_transfer"
    for serial in range(scaled(14)):
        edge = serial % 7 == 0
        party = book.firm()
        amount = STANDARD + (CENT if serial % 2 else 0) if edge else Decimal(book.draw(60, 400)) * 1000
        penalty, found, act = _fined(book, party, amount)
        kind = "just_at_the_standard" if edge else "far_over_the_standard"
        book.truth(rule, party, (act, act), kind, [penalty, found], edge=edge)


def _instead_lookalikes(book: Book, scaled: Scaled) -> None:
    rule = "penalty_instead_of_transfer"
    for serial in range(scaled(3)):
        for code in COMMON:
            party = book.youth() if code == "UNDER_AGE" else book.firm()
            penalty, found, act = _fined(book, party, Decimal(book.draw(60, 400)) * 1000)
            rows = [penalty, found, *excuse(book, code, party, penalty, act, serial)]
            book.innocent(rule, party, (act, act), code, rows)
        _list_price(book, serial)
        _dated(book)
    for serial in range(scaled(8)):
        party = book.firm()
        amount = STANDARD - CENT if serial % 4 == 0 else Decimal(book.draw(5, 49)) * 1000
        if serial % 4 == 1:
            amount = Decimal(book.draw(60, 400)) * 1000
        penalty, found, act = _fined(book, party, amount)
        rows = [penalty, found]
        if serial % 4 == 1:
            rows.append(book.transfer(party, act + timedelta(days=20), case_no=book.case_no(penalty)))
        book.innocent(rule, party, (act, act), None, rows, edge=serial % 4 == 0)


def _list_price(book: Book, serial: int) -> None:
    party, act = book.firm(), book.day()
    penalty = book.penalty(party, "生产销售不合格产品", act)
    found = book.amount(penalty, "货值金额", 150_000 + 1000 * book.draw(0, 90))
    appraised = Decimal("149999.99") if serial % 3 == 0 else Decimal(book.draw(40, 140)) * 1000
    row = {"doc_no": penalty[1]["doc_no"], "measure": "货值金额", "appraised_yuan": appraised, "basis": "实际销售均价"}
    paper = book.document("admin.price_appraisal", "杭价认", **row, appraised_date=act + timedelta(days=25))
    rows = [penalty, found, paper]
    book.innocent("penalty_instead_of_transfer", party, (act, act), "LIST_PRICE", rows, edge=serial % 3 == 0)


def _dated(book: Book) -> None:
    """Standards that were another one at the time of the act or of the decision."""
    rule = "penalty_instead_of_transfer"
    person, act = book.adult(), book.day(date(2022, 4, 1), date(2022, 5, 14))
    bribe = book.penalty(person, "商业贿赂", act, decision_date=date(2024, 3, 1) + timedelta(days=book.draw(0, 60)))
    found = book.amount(bribe, "行贿数额", Decimal(book.draw(30, 59)) * 1000)
    book.innocent(rule, person, (act, act), "NOT_IN_FORCE_AT_ACT", [bribe, found])
    firm, act = book.firm(), book.day(date(2024, 1, 5), date(2024, 3, 10))
    decided = date(2024, 3, 20) + timedelta(days=book.draw(0, 90))
    invoice = book.penalty(firm, "虚开增值税专用发票", act, kind="税务", decision_date=decided)
    found = book.amount(invoice, "虚开税款数额", Decimal(book.draw(50, 99)) * 1000)
    book.innocent(rule, firm, (act, act), "LIGHTER_LATER_LAW", [invoice, found])


def _conduct_penalty(book: Book, party: Party, act: date, serial: int) -> RowKey:
    cause, kind, phrase = PHRASES[serial % len(PHRASES)]
    facts = f"经查，当事人{phrase}，有现场检查笔录和照片证实。"
    return book.penalty(party, cause, act, kind=kind, facts=facts)


def _conduct(book: Book, scaled: Scaled) -> None:
    rule = "conduct_offence"
    for serial in range(scaled(14)):
        edge = serial % 7 == 0
        party, act = book.firm(), date(2021, 3, 1) if edge else book.day()
        penalty = _conduct_penalty(book, party, act, 0 if edge else serial)
        kind = "first_day_in_force" if edge else "conduct_only_fined"
        book.truth(rule, party, (act, act), kind, [penalty], edge=edge)
    for serial in range(scaled(3)):
        for code in COMMON:
            party = book.youth() if code == "UNDER_AGE" else book.firm()
            act = book.day()
            penalty = _conduct_penalty(book, party, act, serial)
            rows = [penalty, *excuse(book, code, party, penalty, act, serial)]
            book.innocent(rule, party, (act, act), code, rows)
        _conduct_papers(book, serial)
    for serial in range(scaled(6)):
        party, act = book.firm(), book.day()
        penalty = _conduct_penalty(book, party, act, serial)
        sent = datetime.combine(act + timedelta(days=16), time(9))
        more = {"approved_ts": sent, "sent_ts": sent + timedelta(hours=3), "cc_date": sent.date()}
        moved = book.transfer(party, act + timedelta(days=15), case_no=book.case_no(penalty), **more)
        book.innocent(rule, party, (act, act), None, [penalty, moved])


def _conduct_papers(book: Book, serial: int) -> None:
    party, act = book.firm(), book.day()
    penalty = _conduct_penalty(book, party, act, 3)
    row = {"doc_no": penalty[1]["doc_no"], "item": "有毒有害物质", "result": "合格"}
    report = book.document("admin.test_report", "杭检", **row, report_date=act + timedelta(days=9))
    book.innocent("conduct_offence", party, (act, act), "TEST_CLEAN", [penalty, report])
    early = book.firm()
    act = date(2021, 2, 28) - timedelta(days=serial)
    before = _conduct_penalty(book, early, act, serial % 2)
    book.innocent("conduct_offence", early, (act, act), "NOT_IN_FORCE_AT_ACT", [before], edge=serial == 0)
