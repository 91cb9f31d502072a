"""Stories told by invoices: sales without substance (S4), goods that do not match (S5), bursts (S6), voids (S7)."""

from __future__ import annotations

from datetime import date, timedelta

from xiansuo.synth.ledger import company_key
from xiansuo.synth.shell.book import CLOTH, COAL, FLOUR, PHONES, STEEL, Book
from xiansuo.synth.truth import RowKey

S4, S5, S6, S7 = "sales_without_substance", "goods_mismatch", "quota_burst", "void_rate"
EARLY_CENTS, EARLY_DAYS = 500_000_000, 180
MISMATCH_CENTS = 100_000_000
LIMIT_CENTS = 10_000_000
FEWEST, BURST_DAYS = 10, 10
STAFFED = (
    ("项目公司", "PROJECT_COMPANY", "entity.filing"),
    ("仓储物流", "DROP_SHIP", "tax.trade_contract"),
    ("集团财务共享", "GROUP_STAFF", "tax.filing"),
)
MAKERS = (
    ("生产企业", "MANUFACTURER", "tax.filing"),
    ("委托加工", "PROCESSING", "tax.trade_contract"),
    ("农产品收购", "FARM_PURCHASE", "tax.filing"),
)
BURSTS = (
    ("季节性经营", "SEASONAL", "tax.filing"),
    ("歇业", "SUSPENDED", "entity.filing"),
    ("集团内部交易", "GROUP_INTERNAL", "tax.filing"),
)
VOIDS = ("重开", "REISSUED"), ("退货", "SALES_RETURN"), ("开票系统切换", "SYSTEM_SWITCH")
Excuse = tuple[str, str, str]


def plant(book: Book, times: int) -> None:
    """All cases of S4 to S7, ``times`` as many as in a small city."""
    for turn in range(12 * times):
        _empty(book, turn)
        _mismatch(book, turn)
        _burst(book, turn)
        _void(book, turn)
    for turn in range(9 * times):
        for staffed, maker, burst in zip(STAFFED, MAKERS, BURSTS, strict=True):
            _empty(book, turn, staffed)
            _mismatch(book, turn, maker)
            _burst(book, turn, burst)
        for excuse in VOIDS:
            _void(book, turn, excuse)
    for turn in range(3 * times):
        _empty(book, turn, short=True)
        _mismatch(book, turn, short=True)
        _burst(book, turn, short=True)
        _void(book, turn, short=True)


def _excuse(book: Book, excuse: Excuse, firm: str) -> RowKey:
    kind, _, dataset = excuse
    if dataset == "tax.trade_contract":
        return book.contract(kind, firm, book.customer())
    return book.filing(dataset, kind, firm)


def _close(
    book: Book,
    rule: str,
    excuse: Excuse | None,
    firm: str,
    days: tuple[date, date],
    rows: list[RowKey],
    edge: bool,
    short: bool,
) -> None:
    """Add the excusing document, if any, and enter the case."""
    if excuse:
        rows.append(_excuse(book, excuse, firm))
    kind, code = excuse[:2] if excuse else ("under" if short else "shell", None)
    book.case(rule, kind, firm, days, rows, code=code, edge=edge or short, short=short)


def _empty(book: Book, turn: int, excuse: Excuse | None = None, *, short: bool = False) -> None:
    """Large sales right after the founding by a firm without staff, or with one insured person."""
    edge = turn == 0 and not excuse
    born = date(book.world.year, 1 + turn % 4, 3 + turn % 20)
    firm = book.firm(born)
    total = (
        EARLY_CENTS - 1_000_00 if short and turn % 3 == 0 else EARLY_CENTS if edge else EARLY_CENTS + turn * 31_000_000
    )
    days = [born + timedelta(days=at) for at in (25, 60, 90, EARLY_DAYS if edge else 120)]
    rows = [company_key(firm)]
    rows += [book.invoice(firm, book.customer(), day, total // 4, COAL if turn % 2 else STEEL) for day in days]
    month = days[0].replace(day=1)
    if turn % 2:
        book.add("tax.insured_heads", uscc=firm, month_start=month, heads=1)
    if short and turn % 3 == 1:
        rows.append(book.add("tax.insured_heads", uscc=firm, month_start=days[1].replace(day=1), heads=2))
    if short and turn % 3 == 2:
        rows.append(book.add("tax.premises_cost", uscc=firm, month_start=month, kind="房租", amount_yuan=4200.0))
    _close(book, S4, excuse, firm, (days[0], days[-1]), rows, edge, short)


def _mismatch(book: Book, turn: int, excuse: Excuse | None = None, *, short: bool = False) -> None:
    """Steel, coal or phones go out, flour or cloth comes in."""
    edge = turn == 0 and not excuse
    firm = book.firm(date(2020, 1 + turn % 12, 5))
    year = book.world.year
    total = MISMATCH_CENTS if edge else MISMATCH_CENTS + 20_000_000 + turn * 17_000_000
    if short and turn % 3 == 0:
        total = MISMATCH_CENTS - 100_00
    bought = (FLOUR, CLOTH)[turn % 2]
    sold = (STEEL, COAL, PHONES)[turn % 3]
    matched = total // 5 if short and turn % 3 else total // 10
    days = [date(year, 2 + turn % 3, 8), date(year, 6, 18), date(year, 9, 28)]
    rows = [book.invoice(book.world.companies["uscc"][0], firm, days[0], total * 8 // 10, bought)]
    rows.append(book.invoice(firm, book.customer(), days[1], total - matched, sold))
    rows.append(book.invoice(firm, book.customer(), days[2], matched, bought))
    _close(book, S5, excuse, firm, (days[1], days[2]), rows, edge, short)


def _burst(book: Book, turn: int, excuse: Excuse | None = None, *, short: bool = False) -> None:
    """Invoices at the limit all year round, or all within days and then none."""
    edge = turn == 0 and not excuse
    firm = book.firm(date(2020, 1 + turn % 12, 9))
    at_limit = turn % 2 == 0 and (not excuse or excuse[1] != "SUSPENDED")
    count = FEWEST - 1 if short else FEWEST + (0 if edge else turn % 4)
    first = date(book.world.year, 2 + turn % 5, 3)
    span = 13 * (count - 1) if at_limit else BURST_DAYS
    days = [first + timedelta(days=span * at // (count - 1)) for at in range(count)]
    share = 95 if edge else 96 + turn % 4
    rows = []
    if at_limit:
        rows.append(
            book.add("tax.invoice_quota", uscc=firm, valid_from=date(2022, 1, 1), limit_yuan=float(LIMIT_CENTS // 100))
        )
    for at, day in enumerate(days):
        cents = LIMIT_CENTS * share // 100 if at_limit and at >= count // 5 else LIMIT_CENTS * (20 + at) // 100
        rows.append(book.invoice(firm, book.customer(), day, cents, PHONES))
    _close(book, S6, excuse, firm, (days[0], days[-1]), rows, edge, short)


def _void(book: Book, turn: int, excuse: tuple[str, str] | None = None, *, short: bool = False) -> None:
    """A quarter in which a third or more of the invoices are voided or reversed."""
    edge = turn == 0 and not excuse
    firm = book.firm(date(2018, 1 + turn % 12, 9))
    count, bad = (20, 6) if short else (20, 7) if edge else (12, 5 + turn % 3)
    first = date(book.world.year, (1, 4, 7)[turn % 3], 2 + turn % 5)
    customer = book.customer()
    how = ("作废", "红冲")[turn % 2]
    rows: list[RowKey] = []
    days = [first + timedelta(days=3 * at) for at in range(count)]
    for at, day in enumerate(days):
        status = how if at < bad else "正常"
        key = book.invoice(firm, customer, day, 2_000_000 + 10_000 * at, CLOTH, status)
        rows.append(key)
        number = key[1]["inv_no"]
        if status == "红冲":
            book.invoice(firm, customer, day + timedelta(days=2), -2_000_000 - 10_000 * at, CLOTH, red_of=number)
        if status != "正常" and excuse and excuse[1] == "REISSUED":
            issued = day + timedelta(days=95)
            rows.append(book.invoice(firm, customer, issued, 2_000_000 + 10_000 * at, CLOTH, reissue_of=number))
    full: Excuse | None = None
    if excuse and excuse[1] == "SALES_RETURN":
        rows.append(book.contract("退货", firm, customer))
    elif excuse and excuse[1] == "SYSTEM_SWITCH":
        full = (*excuse, "tax.filing")
    if full or not excuse:
        _close(book, S7, full, firm, (days[0], days[-1]), rows, edge, short)
    else:
        book.case(S7, excuse[0], firm, (days[0], days[-1]), rows, code=excuse[1], edge=edge)
