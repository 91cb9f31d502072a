"""Stories of one borrower: new firms (B1), payoffs (B2), idle firms (B4), jobs (B5), values (B6) and homes (B8)."""

from __future__ import annotations

from datetime import date, timedelta

from xiansuo.synth.loan.book import MODEST, REAL, Book, Loan
from xiansuo.synth.truth import RowKey

B1, B2, B4 = "fresh_firm", "payoff_then_loan", "idle_firm"
B5, B6, B8 = "unfit_borrower", "overvalued_house", "house_purchase"
FRESH_DAYS, PAYOFF_DAYS, PURCHASE_DAYS, SALE_DAYS = 180, 30, 90, 180
UNFIT = ("公务人员", "在校学生", "无业")
CODES = {
    B1: ("REAL_SALES", "CONVERTED", "FAMILY"),
    B2: ("RENEWAL", "RELATIVE_BRIDGE", "REAL_SALES"),
    B4: ("FIXED_TAX", "CONVERTED", "SPOUSE_BUSINESS"),
    B5: ("LEFT_POST", "SPOUSE_BUSINESS", "REAL_SALES"),
    B6: ("RENOVATED", "REAPPRAISED", "FAMILY_PRICE"),
    B8: ("BUSINESS_PREMISES", "OWN_FUNDS"),
}


def plant(book: Book, times: int) -> None:
    """All cases of one borrower each, ``times`` as many as in a small city."""
    stories = {B1: _fresh, B2: _payoff, B4: _idle, B5: _unfit, B6: _valued, B8: _purchase}
    for rule, story in stories.items():
        for turn in range(12 * times):
            story(book, turn, None, False)
        for turn in range(9 * times):
            for code in CODES[rule]:
                story(book, turn, code, False)
        for turn in range((3 if len(CODES[rule]) > 2 else 6) * times):
            story(book, turn, None, True)


def _close(
    book: Book,
    rule: str,
    loan: Loan,
    days: tuple[date, date],
    rows: list[RowKey],
    code: str | None,
    short: bool,
    turn: int,
) -> None:
    edge = short or (turn == 0 and not code)
    kind = code or ("under" if short else "scheme")
    book.case(rule, kind, loan.borrower, days, [loan.key, *rows], code=code, edge=edge, short=short)


def _fresh(book: Book, turn: int, code: str | None, short: bool) -> None:
    """A firm founded, taken over or bought into shortly before the application."""
    days = FRESH_DAYS + turn if short else FRESH_DAYS - 1 if turn == 0 and not code else 15 + 12 * (turn % 12)
    applied = date(book.world.year, 3 + turn % 8, 5 + turn % 20)
    got = applied - timedelta(days=days)
    founded = code in ("REAL_SALES", "CONVERTED") or (code is None and turn % 3 == 0)
    sales = REAL if code == "REAL_SALES" else MODEST
    loan = book.loan(turn, founded=got if founded else None, sales=sales, applied=applied)
    rows: list[RowKey] = []
    if not founded:
        rows.append(
            book.add(
                "entity.change_record",
                uscc=loan.firm,
                kind=("法定代表人", "股权")[turn % 2],
                person_id=loan.borrower,
                reason="继承赠与" if code == "FAMILY" else ("受让", "任命")[turn % 2],
                changed_on=got,
            )
        )
    if code == "CONVERTED":
        rows.append(book.filing("entity.filing", "个转企", loan.firm))
    _close(book, B1, loan, (got, loan.paid), rows, code, short, turn)


def _payoff(book: Book, turn: int, code: str | None, short: bool) -> None:
    """A mortgage of the same house paid off at the same branch shortly before; ``short``: long before, elsewhere."""
    loan = book.loan(turn, sales=REAL if code == "REAL_SALES" else MODEST)
    days = PAYOFF_DAYS + 1 if short and turn % 3 == 0 else PAYOFF_DAYS if turn == 0 and not code else turn % 20
    done = loan.paid - timedelta(days=days)
    payer = book.person()
    other_house, other_branch = short and turn % 3 == 1, short and turn % 3 == 2
    rows = [
        book.add(
            "bank.mortgage_payoff",
            borrower_id=loan.borrower,
            house_no=book.serial("3301HS") if other_house else loan.house,
            branch_code="WD900" if other_branch else f"WD{1 + turn % 12:03d}",
            paid_off_on=done,
            payer_id=payer,
        )
    ]
    if code == "RENEWAL":
        rows.append(book.approval(("转贷产品", "无还本续贷")[turn % 2], loan))
    if code == "RELATIVE_BRIDGE":
        rows.append(book.approval("亲属借款", loan, payer))
    _close(book, B2, loan, (done, loan.paid), rows, code, short, turn)


def _idle(book: Book, turn: int, code: str | None, short: bool) -> None:
    """A firm without sales and staff; ``short``: a cent of sales, or one insured person."""
    loan = book.loan(turn, sales=None)
    rows: list[RowKey] = []
    month = (loan.applied.replace(day=1) - timedelta(days=1)).replace(day=1)
    if short and turn % 2:
        rows.append(book.add("tax.insured_heads", uscc=loan.firm, month_start=month, heads=1))
    elif short:
        rows.append(book.add("tax.sales_return", uscc=loan.firm, month_start=month, sales_yuan=0.01))
    elif turn % 2:
        rows.append(book.add("tax.sales_return", uscc=loan.firm, month_start=month, sales_yuan=0.0))
    if code == "FIXED_TAX":
        rows.append(book.filing("tax.filing", "定期定额", loan.firm))
    if code == "CONVERTED":
        rows.append(book.filing("entity.filing", "个转企", loan.firm))
    if code == "SPOUSE_BUSINESS":
        rows.append(book.approval("共同借款人经营", loan))
    _close(book, B4, loan, (loan.applied, loan.paid), rows, code, short, turn)


def _unfit(book: Book, turn: int, code: str | None, short: bool) -> None:
    """A borrower on a public payroll, at school or without work; ``short``: no longer, or not yet."""
    loan = book.loan(turn, sales=REAL if code == "REAL_SALES" else MODEST)
    since = loan.applied if turn == 0 and not code and not short else date(book.world.year - 3, 9, 1)
    until = loan.applied - timedelta(days=1) if short else None
    who = loan.borrower
    rows = [book.add("person.occupation", id_number=who, kind=UNFIT[turn % 3], valid_from=since, valid_to=until)]
    if short:
        rows.append(book.add("person.occupation", id_number=who, kind="就业", valid_from=loan.applied, valid_to=None))
    if code == "LEFT_POST":
        rows.append(book.approval("离职创业", loan))
    if code == "SPOUSE_BUSINESS":
        rows.append(book.approval("共同借款人经营", loan))
    _close(book, B5, loan, (loan.applied, loan.paid), rows, code, short, turn)


def _valued(book: Book, turn: int, code: str | None, short: bool) -> None:
    """A house valued far above what it was bought for; ``short``: at the limit, or bought long ago."""
    price = 1_000_000.0 + 10_000 * turn
    over = 1.2 if short and turn % 2 == 0 else 1.25 + 0.05 * (turn % 9)
    value = price * 1.2 + 1 if turn == 0 and not code and not short else round(price * over, 2)
    loan = book.loan(turn, eval_yuan=value)
    age = 731 if short and turn % 2 else 60 + 40 * (turn % 15)
    signed = loan.applied - timedelta(days=age)
    rows = [
        book.add(
            "estate.house_trade",
            house_no=loan.house,
            buyer_id=loan.borrower,
            seller_id=None,
            use_kind="住宅",
            trade_kind="亲属转让" if code == "FAMILY_PRICE" else "市场交易",
            signed_on=signed,
            price_yuan=price,
        )
    ]
    if code in ("RENOVATED", "REAPPRAISED"):
        rows.append(book.approval("装修扩建" if code == "RENOVATED" else "复评报告", loan))
    _close(book, B6, loan, (signed, loan.paid), rows, code, short, turn)


def _purchase(book: Book, turn: int, code: str | None, short: bool) -> None:
    """Another house bought soon after the loan; ``short``: later, or before."""
    loan = book.loan(turn, applied=date(book.world.year, 1 + turn % 8, 3 + turn % 22))
    after = PURCHASE_DAYS if turn == 0 and not code else 3 + 7 * (turn % 12)
    if short:
        after = (PURCHASE_DAYS + 1, -1)[turn % 2]
    signed, price = loan.paid + timedelta(days=after), 1_800_000.0 + 30_000 * turn
    row = {"buyer_id": loan.borrower, "seller_id": None, "trade_kind": "市场交易", "signed_on": signed}
    use = "商业" if code == "BUSINESS_PREMISES" else "住宅"
    house = book.serial("3301HS")
    rows = [book.add("estate.house_trade", house_no=house, use_kind=use, price_yuan=price, **row)]
    if code == "OWN_FUNDS":
        row |= {"buyer_id": book.person(), "seller_id": loan.borrower}
        row["signed_on"] = signed - timedelta(days=SALE_DAYS if turn == 0 else 5 + 10 * (turn % 17))
        house = book.serial("3301HS")
        rows.append(book.add("estate.house_trade", house_no=house, use_kind="住宅", price_yuan=price, **row))
    first, last = min(loan.paid, signed), max(loan.paid, signed)
    _close(book, B8, loan, (first, last), rows, code, short, turn)
