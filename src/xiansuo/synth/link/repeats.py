"""Offenders punished again and again, and acts split into small fines (rules G2 and G7 of forward_link)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xiansuo.synth.link.book import Book, Party
from xiansuo.synth.link.penalties import CENT, COMMON, MARKS, MEASURE, STANDARD, Scaled, excuse
from xiansuo.synth.truth import RowKey

TOBACCO = "无证经营烟草专卖品"
REPEATED = Decimal("30000.00")
CODES = ("REISSUED", "POLICE_COUNTED", *(code for code in COMMON if code != "POLICE_HANDLED"))


def plant(book: Book, scaled: Scaled) -> None:
    """G2 and G7: violations and look-alikes."""
    for serial in range(scaled(14)):
        _repeat(book, serial, None)
        _split(book, serial, None)
    for serial in range(scaled(4)):
        for code in CODES:
            _repeat(book, serial, code)
        for code in ("REISSUED", "RECONSIDERED", "SEPARATE_ACTS", "MERGED_TRANSFER"):
            _split(book, serial, code)
            _split(book, serial + 1, code)
    for serial in range(scaled(8)):
        _once_only(book, serial)
        _below_in_all(book, serial)


def _tobacco(book: Book, party: Party, act: date, amount: Decimal, **changes: Any) -> tuple[RowKey, RowKey]:
    penalty = book.penalty(party, TOBACCO, act, kind=changes.pop("kind", "烟草"), **changes)
    return penalty, book.amount(penalty, MEASURE, amount)


def _repeat(book: Book, serial: int, code: str | None) -> None:
    party = book.youth() if code == "UNDER_AGE" else book.adult()
    edge = code is None and serial % 7 == 0
    act = book.day()
    first_decided = _years_before(act, 3) if edge else act - timedelta(days=book.draw(500, 900))
    first, _ = _tobacco(book, party, first_decided - timedelta(days=50), REPEATED, decision_date=first_decided)
    second_decided = act - timedelta(days=book.draw(60, 300))
    reissue = first[1]["doc_no"] if code == "REISSUED" else None
    second_act = first_decided - timedelta(days=50) if reissue else second_decided - timedelta(days=50)
    second, _ = _tobacco(
        book,
        party,
        second_act,
        Decimal(book.draw(5, 24)) * 1000,
        decision_date=second_decided,
        replaces_no=reissue,
        kind="公安" if code == "POLICE_COUNTED" else "烟草",
    )
    amount = REPEATED if edge else Decimal(book.draw(30, 49)) * 1000
    third, found = _tobacco(book, party, act, amount)
    rows = [first, second, third, found]
    if code is None:
        kind = "window_and_amount_just_met" if edge else "third_time"
        book.truth("repeat_penalties", party, (act, act), kind, rows, edge=edge)
        return
    about = second if code == "RECONSIDERED" and serial % 2 else third
    rows += excuse(book, code, party, about, act, serial)
    book.innocent("repeat_penalties", party, (act, act), code, rows)


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years)


def _once_only(book: Book, serial: int) -> None:
    """Too few earlier penalties, the first one day too early, or the third too small."""
    party, act = book.adult(), book.day()
    rows: list[RowKey] = []
    decided = act - timedelta(days=200)
    if serial % 3:
        first = _years_before(act, 3) - timedelta(days=1) if serial % 3 == 1 else act - timedelta(days=400)
        rows += _tobacco(book, party, first - timedelta(days=50), REPEATED, decision_date=first)
    rows += _tobacco(book, party, decided - timedelta(days=50), REPEATED, decision_date=decided)
    rows += _tobacco(book, party, act, REPEATED - CENT if serial % 3 == 2 else Decimal(40_000))
    book.innocent("repeat_penalties", party, (act, act), None, rows, edge=serial % 3 > 0)


def _marks(book: Book, party: Party, act: date, amount: Decimal, **changes: Any) -> list[RowKey]:
    penalty = book.penalty(party, MARKS, act, **changes)
    return [penalty, book.amount(penalty, MEASURE, amount)]


def _split(book: Book, serial: int, code: str | None) -> None:
    party, act = book.firm(), book.day()
    edge = code is None and serial % 7 == 0
    one = Decimal(book.draw(26, 49)) * 1000
    two = STANDARD - one if edge else Decimal(book.draw(26, 49)) * 1000
    rows = _marks(book, party, act, one)
    rows += _marks(book, party, act, two, replaces_no=rows[0][1]["doc_no"] if code == "REISSUED" else None)
    if code is None:
        if serial % 3 == 1:
            rows += _marks(book, party, act, Decimal(book.draw(3, 20)) * 1000)
        book.truth("split_fines", party, (act, act), "sum_just_met" if edge else "split", rows, edge=edge)
        return
    if code == "SEPARATE_ACTS":
        row = {"doc_no": rows[2][1]["doc_no"], "finding": "独立行为", "found_date": act + timedelta(days=20)}
        rows.append(book.document("admin.case_finding", "杭认", **row))
    else:
        rows += excuse(book, code, party, rows[2], act, serial)
    book.innocent("split_fines", party, (act, act), code, rows)


def _below_in_all(book: Book, serial: int) -> None:
    """Two fines of one day a cent short together, or enough together but on two days."""
    party, act = book.firm(), book.day()
    one = Decimal(book.draw(26, 40)) * 1000
    if serial % 2:
        rows = _marks(book, party, act, one) + _marks(book, party, act, STANDARD - one - CENT)
    else:
        rows = _marks(book, party, act, one) + _marks(book, party, act + timedelta(days=1), one)
    book.innocent("split_fines", party, (act, act + timedelta(days=1)), None, rows, edge=serial % 2 == 1)
