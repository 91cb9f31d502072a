"""Transfers on their way to the police and back: too late, unanswered, uncopied, unpunished (rules G3 to G6)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from xiansuo.synth.link.book import Book, Party
from xiansuo.synth.link.penalties import MARKS, Scaled
from xiansuo.synth.truth import RowKey

# Thursdays and Tuesdays with no public holiday in the week around them; three days after a Thursday is a Sunday.
THURSDAYS = [date(2025, 3, 6), date(2025, 3, 13), date(2025, 5, 15), date(2025, 5, 22), date(2025, 6, 12)]
THURSDAYS += [date(2025, 7, 10), date(2025, 7, 17), date(2025, 8, 7), date(2025, 8, 14), date(2025, 9, 4)]
TUESDAYS = [day - timedelta(days=2) for day in THURSDAYS]
Days = tuple[date, date]


def plant(book: Book, scaled: Scaled) -> None:
    """G3, G4, G5 and G6: violations and look-alikes."""
    for serial in range(scaled(14)):
        _late(book, serial)
        _undecided(book, serial)
        _uncopied(book, serial)
        _unpunished(book, serial)
    for serial in range(scaled(10)):
        _late_lookalikes(book, serial)
        _undecided_lookalikes(book, serial)
        _uncopied_lookalikes(book, serial)
        _unpunished_lookalikes(book, serial)


def _plus(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute))


def _send(book: Book, party: Party, reported: date, approved: datetime, sent: datetime, **more: Any) -> list[RowKey]:
    moved = book.transfer(party, reported, approved_ts=approved, sent_ts=sent, cc_date=sent.date(), **more)
    return [moved, book.receipt(moved, party, sent.date())]


def _late(book: Book, serial: int) -> None:
    party, reported = book.firm(), TUESDAYS[serial % 10]
    edge = serial % 7 == 0
    if serial % 2:
        approved = _at(_plus(reported, 1), 10)
        sent = approved + (timedelta(minutes=1441) if edge else timedelta(days=book.draw(4, 20)))
    else:
        approved = _at(_plus(reported, book.draw(7, 30)), 9)
        if edge:
            reported = _plus(reported, 2)  # Thursday: the third day is a Sunday and rolls to Monday, this is Tuesday
            approved = _at(_plus(reported, 5), 9)
        sent = approved + timedelta(hours=2)
    rows = _send(book, party, reported, approved, sent)
    book.truth("late_transfer", party, (reported, sent.date()), "just_late" if edge else "late", rows, edge=edge)


def _late_lookalikes(book: Book, serial: int) -> None:
    rule, reported = "late_transfer", TUESDAYS[serial % 10]
    party, approved = book.firm(), _at(_plus(reported, 1), 10)
    more = {"first_attempt_ts": approved + timedelta(hours=4), "refusal_no": f"拒收〔2025〕{serial}号"}
    sent = approved + timedelta(days=book.draw(3, 6))
    rows = _send(book, party, reported, approved, sent, **more)
    book.innocent(rule, party, (reported, sent.date()), "REFUSED_BY_POLICE", rows)
    party, thursday = book.firm(), THURSDAYS[serial % 10]
    approved = _at(_plus(thursday, 4), 11)
    rows = _send(book, party, thursday, approved, approved + timedelta(hours=3))
    book.innocent(rule, party, (thursday, approved.date()), "HOLIDAY_ROLL", rows, edge=True)
    party, approved = book.firm(), _at(_plus(reported, 3), 9)
    sent = approved + timedelta(days=1)
    rows = _send(book, party, reported, approved, sent)
    book.innocent(rule, party, (reported, sent.date()), None, rows, edge=True)


def _arrive(book: Book, party: Party, received: date, **receipt: Any) -> list[RowKey]:
    moved = book.transfer(party, _plus(received, -1))
    return [moved, book.receipt(moved, party, received, **receipt)]


def _undecided(book: Book, serial: int) -> None:
    party, received = book.firm(), TUESDAYS[serial % 10]
    edge = serial % 7 == 0
    decided = _plus(received, 4 if edge else book.draw(8, 60))
    open_end = not edge and serial % 3 == 0
    answer = {"decision": None, "decision_date": None} if open_end else {"decision_date": decided}
    rows = _arrive(book, party, received, **answer)
    last = date(2025, 12, 31) if open_end else decided
    book.truth("police_no_decision", party, (received, last), "a_day_late" if edge else "late", rows, edge=edge)


def _undecided_lookalikes(book: Book, serial: int) -> None:
    rule, received = "police_no_decision", TUESDAYS[serial % 10]
    party, decided = book.firm(), _plus(received, 10 + serial)
    rows = _arrive(book, party, received, decision_date=decided, extension_no=f"延审{serial}", extended_to=decided)
    book.innocent(rule, party, (received, decided), "EXTENDED", rows, edge=True)
    if serial % 2:
        party, days = book.firm(), 7 * (1 + serial % 3)
        paper = {"supplement_no": f"补正{serial}", "supplement_from": _plus(received, 1)}
        paper |= {"supplement_to": _plus(received, 1 + days), "decision_date": _plus(received, 3 + days)}
        rows = _arrive(book, party, received, **paper)
        book.innocent(rule, party, (received, _plus(received, 3 + days)), "SUPPLEMENT", rows, edge=True)
    else:
        party, thursday = book.firm(), THURSDAYS[serial % 10]
        rows = _arrive(book, party, thursday, decision_date=_plus(thursday, 4))
        book.innocent(rule, party, (thursday, _plus(thursday, 4)), "HOLIDAY_ROLL", rows, edge=True)
    if serial % 3 == 0:
        party = book.firm()
        moved = book.transfer(party, _plus(received, -1), withdrawn_date=_plus(received, 2))
        gone = book.receipt(moved, party, received, decision=None, decision_date=None)
        book.innocent(rule, party, (received, date(2025, 12, 31)), "TRANSFER_WITHDRAWN", [moved, gone])
    else:
        party = book.firm()
        rows = _arrive(book, party, received, decision_date=_plus(received, 3))
        book.innocent(rule, party, (received, _plus(received, 3)), None, rows, edge=True)


def _refused(book: Book, party: Party, received: date, **more: Any) -> tuple[RowKey, RowKey]:
    """Not filed, copied to the procuratorate the same day."""
    moved = book.transfer(party, _plus(received, -1))
    decided = _plus(received, 2)
    answer = {"decision": "不立案", "decision_date": decided, "cc_date": decided}
    return moved, book.receipt(moved, party, received, **(answer | more))


def _punish(book: Book, party: Party, transfer: RowKey, decided: date) -> RowKey:
    row = next(row for row in reversed(book.rows["admin.transfer"]) if row["transfer_no"] == transfer[1]["transfer_no"])
    act = min(decided, row["reported_date"]) - timedelta(days=40)
    return book.penalty(party, MARKS, act, decision_date=decided, case_no=row["case_no"])


def _uncopied(book: Book, serial: int) -> None:
    party, received = book.firm(), TUESDAYS[serial % 10]
    edge = serial % 7 == 0
    late = _plus(received, 4) if edge else None
    if serial % 3 == 0:
        moved = book.transfer(party, _plus(received, -1), cc_date=late)
        rows, event = [moved, book.receipt(moved, party, received)], received
    elif serial % 3 == 1:
        event = _plus(received, 1)
        copied = _plus(event, 6) if edge else None  # Wednesday: the third day is a Saturday and rolls to Monday
        moved, refusal = _refused(book, party, received, decision_date=event, cc_date=copied)
        rows = [moved, refusal, _punish(book, party, moved, _plus(received, 60))]
    else:
        event = _plus(received, 56)
        rows = _arrive(book, party, received, withdrawn_date=event)
    kind = "copied_a_day_late" if edge else "never_copied"
    book.truth("no_copy_to_procuratorate", party, (event, event), kind, rows, edge=edge)


def _uncopied_lookalikes(book: Book, serial: int) -> None:
    rule, received = "no_copy_to_procuratorate", TUESDAYS[serial % 10]
    party = book.firm()
    moved = book.transfer(party, _plus(received, -1), cc_date=None, cc_platform_no=f"PT2025{serial:05d}")
    book.innocent(rule, party, (received, received), "SHARED_PLATFORM", [moved, book.receipt(moved, party, received)])
    party, thursday = book.firm(), THURSDAYS[serial % 10]
    moved = book.transfer(party, _plus(thursday, -1), cc_date=_plus(thursday, 4))
    rows = [moved, book.receipt(moved, party, thursday)]
    book.innocent(rule, party, (thursday, thursday), "HOLIDAY_ROLL", rows, edge=True)
    party = book.firm()
    if serial % 2:
        moved = book.transfer(party, _plus(received, -1), cc_date=None, withdrawn_date=_plus(received, 3))
        book.innocent(rule, party, (received, received), "TRANSFER_WITHDRAWN", [moved], edge=True)
    else:
        moved = book.transfer(party, _plus(received, -1), cc_date=_plus(received, 3))
        rows = [moved, book.receipt(moved, party, received)]
        book.innocent(rule, party, (received, received), None, rows, edge=True)


def _unpunished(book: Book, serial: int) -> None:
    party, received = book.firm(), TUESDAYS[serial % 10]
    edge = serial % 7 == 0
    moved, refusal = _refused(book, party, received)
    rows, decided, last = [moved, refusal], _plus(received, 2), date(2025, 12, 31)
    if edge or serial % 3 == 0:
        last = _plus(decided, 94 if edge else book.draw(100, 110))  # the 90th day rolls three days at most
        rows.append(_punish(book, party, moved, last))
    kind = "punished_just_late" if edge else "unpunished"
    book.truth("no_penalty_after_refusal", party, (decided, last), kind, rows, edge=edge)


def _unpunished_lookalikes(book: Book, serial: int) -> None:
    rule, received, end = "no_penalty_after_refusal", TUESDAYS[serial % 10], date(2025, 12, 31)
    decided = _plus(received, 2)
    code = ("REVIEW_PENDING", "PENALISED_BEFORE", "PENALISED_UNDER_MERGED_CASE")[serial % 3]
    party = book.firm()
    reviewed = {"review_filed_date": _plus(received, 4)} if code == "REVIEW_PENDING" else {}
    moved, refusal = _refused(book, party, received, **reviewed)
    rows = [moved, refusal]
    if code == "PENALISED_BEFORE":
        rows.append(_punish(book, party, moved, _plus(received, -10)))
    if code == "PENALISED_UNDER_MERGED_CASE":
        act = _plus(received, -30)
        other = book.penalty(party, "未亮照经营", act)
        item = {"transfer_no": moved[1]["transfer_no"], "doc_no": other[1]["doc_no"], "merged_case_no": f"BC{serial}"}
        rows += [other, book.add("admin.transfer_item", item)]
    book.innocent(rule, party, (decided, end), code, rows)
    _closed_otherwise(book, serial, received)
    party = book.firm()
    moved, refusal = _refused(book, party, received)
    last = _plus(decided, 90 if serial % 2 else book.draw(20, 80))
    rows = [moved, refusal, _punish(book, party, moved, last)]
    book.innocent(rule, party, (decided, last), None, rows, edge=serial % 2 == 1)


def _closed_otherwise(book: Book, serial: int, received: date) -> None:
    """Decided not to punish, given more time, or the ninetieth day was no working day."""
    code = ("NO_PENALTY_DECISION", "EXTENDED", "HOLIDAY_ROLL")[serial % 3]
    party = book.firm()
    decided = date(2025, 3, 10) if code == "HOLIDAY_ROLL" else _plus(received, 2)
    moved, refusal = _refused(book, party, received if code != "HOLIDAY_ROLL" else date(2025, 3, 8))
    case_no = next(
        row["case_no"] for row in reversed(book.rows["admin.transfer"]) if row["transfer_no"] == moved[1]["transfer_no"]
    )
    rows, last = [moved, refusal], date(2025, 12, 31)
    if code == "NO_PENALTY_DECISION":
        row = {"case_no": case_no, "party_id": party.id, "party_name": party.name, "reason": "违法轻微"}
        rows.append(book.document("admin.no_penalty", "杭不罚", **row, decided_date=_plus(decided, 40)))
    elif code == "EXTENDED":
        row = {"case_no": case_no, "approved_date": _plus(decided, 80), "extended_to": date(2026, 3, 31)}
        rows.append(book.document("admin.case_extension", "杭延", **row))
    else:
        last = date(2025, 6, 9)
        rows.append(_punish(book, party, moved, last))
    book.innocent("no_penalty_after_refusal", party, (decided, last), code, rows, edge=code == "HOLIDAY_ROLL")
