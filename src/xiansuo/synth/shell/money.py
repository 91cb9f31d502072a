"""Stories told by money and rings: funds that return (S9) and invoices that come back (S10)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from xiansuo.synth.shell.book import COAL, STEEL, Book
from xiansuo.synth.truth import RowKey

S9, S10 = "fund_return", "invoice_cycle"
NO_LOSS = ("无税款损失", "NO_TAX_LOSS")
RETURNS = ("退货", "REFUND"), ("借款", "LOAN"), ("资金归集", "CASH_POOL"), NO_LOSS
RINGS = ("集团内部交易", "GROUP_INTERNAL"), ("委托加工", "PROCESSING"), NO_LOSS
CYCLE_CENTS = 50_000_000
RETURN_DAYS = 3


def plant(book: Book, times: int) -> None:
    """All cases of S9 and S10, ``times`` as many as in a small city."""
    for turn in range(12 * times):
        _return(book, turn)
        _ring(book, turn)
    for turn in range(9 * times):
        for excuse in RETURNS:
            _return(book, turn, excuse)
        for excuse in RINGS:
            _ring(book, turn, excuse)
    for turn in range(4 * times):
        _return(book, turn, short=True)
        _ring(book, turn, short=True)


def _back(turn: int, edge: bool, short: bool) -> tuple[int, timedelta]:
    """Per mille of the payment that comes back, and after how long."""
    if short:
        return (919, 951, 935, 1000)[turn % 4], timedelta(days=4 if turn % 4 == 2 else 1)
    if edge:
        return 950, timedelta(days=RETURN_DAYS)
    return 922 + turn * 3 % 28, timedelta(hours=5 + turn * 7 % 60)


def _return(book: Book, turn: int, excuse: tuple[str, str] | None = None, *, short: bool = False) -> None:
    """A buyer pays, and most of it goes back to the buyer or the buyer's people within days."""
    edge = turn == 0 and not excuse
    seller, buyer = (book.firm(date(2021, 1 + (turn + at) % 12, 11)) for at in (0, 5))
    day = date(book.world.year, 2 + turn % 9, 4 + turn % 18)
    paid = datetime.combine(day, time(9, 30))
    cents = 80_000_000 + turn * 1_000_000
    per_mille, later = _back(turn, edge, short)
    giver, taker = seller, buyer
    since = date(2021, 6, 1)
    if turn % 3 == 1:
        taker = book.person()
        book.add("tax.duty_person", uscc=buyer, id_number=taker, role="法定代表人", valid_from=since)
    if turn % 3 == 2:
        giver = book.person()
        book.add("tax.duty_person", uscc=seller, id_number=giver, role="办税员", valid_from=since)
    flow = [
        book.add(
            "bank.transfer", paid_at=paid, payer_id=buyer, payee_id=seller, amount_yuan=cents / 100, remark="货款"
        ),
        book.add(
            "bank.transfer",
            paid_at=paid + later,
            payer_id=giver,
            payee_id=taker,
            amount_yuan=cents * per_mille // 1000 / 100,
            remark="往来款",
        ),
    ]
    issued = day + timedelta(days=30 if edge else -5)
    rows = [*flow, book.invoice(seller, buyer, issued, cents * 100 // 113, STEEL)]
    kind, code = excuse or ("under" if short else "return", None)
    if code in ("REFUND", "LOAN"):
        rows.append(book.contract(kind, seller, buyer))
    elif code == "CASH_POOL":
        rows += [book.filing("tax.filing", kind, firm, f"资金池{turn + 1}") for firm in (seller, buyer)]
    elif code:
        rows.append(book.filing("tax.filing", kind, seller))
    days = day, (paid + later).date()
    book.case(S9, kind, seller, days, rows, code=code, edge=edge or short, short=short)


def _ring(book: Book, turn: int, excuse: tuple[str, str] | None = None, *, short: bool = False) -> None:
    """Two to five firms that invoice each other in a circle; ``short`` ones are too long, too small or too uneven."""
    edge = turn == 0 and not excuse
    size = 6 if short and turn % 4 == 0 else 2 + turn % 4
    firms = [book.firm(date(2019, 1 + (turn + at) % 12, 21)) for at in range(size)]
    first = date(book.world.year, 3, 1 + turn % 25)
    rows: list[RowKey] = []
    days = [first + timedelta(days=11 * at) for at in range(size)]
    for at, day in enumerate(days):
        cents = CYCLE_CENTS if edge else 60_000_000 + 1_000_000 * (at + turn % 7)
        if short and turn % 4 and at == size - 1:
            cents = (CYCLE_CENTS - 100, 40_000_000, 120_000_000)[turn % 3]
        rows.append(book.invoice(firms[at], firms[(at + 1) % size], day, cents, COAL))
    kind, code = excuse or ("under" if short else "ring", None)
    if code == "PROCESSING":
        rows.append(book.contract(kind, firms[0], firms[1]))
    elif code == "GROUP_INTERNAL":
        rows += [book.filing("tax.filing", kind, firm, f"集团{turn + 1}") for firm in firms]
    elif code:
        rows.append(book.filing("tax.filing", kind, firms[-1]))
    book.case(S10, kind, min(firms), (days[0], days[-1]), rows, code=code, edge=edge or short, short=short)
