"""Stories of many borrowers: shared payees (B3), brokers and managers (B7), papers used again (B9)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from xiansuo.synth.loan.book import Book, Loan
from xiansuo.synth.truth import RowKey

B3, B7, B9 = "shared_payee", "broker_manager", "reused_document"
BORROWERS, LOANS, REUSERS, MONEY_DAYS = 5, 10, 3, 7


def plant(book: Book, times: int) -> None:
    """All cases of B3, B7 and B9, ``times`` as many as in a small city."""
    for turn in range(12 * times):
        _payee(book, turn)
        _broker(book, turn)
        for code in ("REAL_SUPPLY", "REFUND"):
            _payee(book, turn, code)
        for code in ("PARTNER", "PARK_BATCH"):
            _broker(book, turn, code)
    for turn in range(4 * times):
        _payee(book, turn, short=True)
        _broker(book, turn, short=True)
        _papers(book, turn)
        for code in ("STANDARD_TEXT", "JOINT_LOAN"):
            _papers(book, turn, code)
        _papers(book, turn, short=True)


def _payee(book: Book, turn: int, code: str | None = None, *, short: bool = False) -> None:
    """Loans of several borrowers paid to one firm that hands most of the money back within days."""
    payee = book.firm(date(2014, 1 + turn % 12, 8))
    broker = book.person() if turn % 2 else None
    edge = turn == 0 and not code
    count = BORROWERS - 1 if short and turn % 3 == 0 else BORROWERS + (0 if edge else turn % 3)
    days = MONEY_DAYS if edge else 1 + turn % 6
    share = 0.49 if short and turn % 3 == 1 else 0.5 if edge else 0.6 + 0.03 * (turn % 11)
    if short and turn % 3 == 2:
        days = MONEY_DAYS + 1
    rows: list[RowKey] = []
    dates: list[date] = []
    for at in range(count):
        loan = book.loan(turn + at, payee_id=payee, broker_id=broker)
        back = datetime.combine(loan.paid + timedelta(days=days), time(14, 5))
        rows += [loan.key, _return(book, payee, broker or loan.borrower, back, round(loan.amount * share, 2))]
        dates += [loan.paid, back.date()]
        if code == "REAL_SUPPLY":
            rows.append(_invoice(book, payee, loan))
        if code == "REFUND":
            rows.append(book.contract("退货", payee, loan.firm))
    kind = code or ("under" if short else "ring")
    book.case(B3, kind, payee, (min(dates), max(dates)), rows, code=code, edge=edge or short, short=short)


def _return(book: Book, payer: str, payee: str, paid: datetime, amount: float) -> RowKey:
    return book.add("bank.transfer", paid_at=paid, payer_id=payer, payee_id=payee, amount_yuan=amount, remark="往来款")


def _invoice(book: Book, seller: str, loan: Loan) -> RowKey:
    return book.add(
        "tax.special_invoice",
        inv_no=book.serial("263300"),
        issue_date=loan.paid,
        seller_uscc=seller,
        buyer_uscc=loan.firm,
        tax_class_code="1080207010000000000",
        goods_name="*热轧钢板*",
        amt_yuan=60_000.0,
        tax_yuan=7_800.0,
        status="正常",
    )


def _broker(book: Book, turn: int, code: str | None = None, *, short: bool = False) -> None:
    """Loans of one manager that all name the phone of one broker."""
    manager, phone = book.person(), book.serial("172")
    edge = turn == 0 and not code
    count = LOANS - 1 if short else LOANS + (0 if edge else turn % 3)
    loans = [book.loan(turn + at, manager_id=manager, broker_phone=phone) for at in range(count)]
    rows = [loan.key for loan in loans]
    if code == "PARTNER":
        rows.append(book.approval("合作机构", party=phone))
    if code == "PARK_BATCH":
        rows += [book.approval("园区批量授信", loan) for loan in loans]
    days = min(loan.paid for loan in loans), max(loan.paid for loan in loans)
    kind = code or ("under" if short else "ring")
    book.case(B7, kind, manager, days, rows, code=code, edge=edge or short, short=short)


def _papers(book: Book, turn: int, code: str | None = None, *, short: bool = False) -> None:
    """One contract or invoice in the papers of several borrowers: a case for each of them."""
    edge = turn == 0 and not code
    count = REUSERS - 1 if short else REUSERS + (0 if edge else turn % 2)
    kind, text = ("购销合同", "租赁合同", "发票")[turn % 3], book.serial("WB")
    loans = [book.loan(turn + at) for at in range(count)]
    papers = [book.add("bank.loan_document", loan_no=loan.no, kind=kind, content_hash=text) for loan in loans]
    if code == "STANDARD_TEXT":
        papers.append(book.approval("统一合同文本", party=text))
    for loan in loans:
        rows = [loan.key, *papers]
        if code == "JOINT_LOAN":
            rows.append(book.approval("联保联贷", loan))
        name = code or ("under" if short else "copy")
        days = loan.applied, loan.paid
        book.case(B9, name, loan.borrower, days, rows, code=code, edge=edge or short, short=short)
