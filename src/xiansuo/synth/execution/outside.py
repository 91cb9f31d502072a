"""People who should be in custody or under supervision and are not: refused, let out, lost, not reported (U4 to U7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from xiansuo.synth.execution.book import END, Book, Row, Scaled, Story
from xiansuo.synth.execution.imprisoned import obstruct
from xiansuo.synth.truth import RowKey

REFUSED, REASONS = 12, 3
MISSING, LISTED = 12, 7
RECOMMIT, REPORT = 10, 10


def plant(book: Book, scaled: Scaled) -> None:
    """U4 to U7: violations and look-alikes."""
    for serial in range(scaled(14)):
        _refused(book, serial)
        _expired(book, serial)
        _lost(book, serial)
        _unreported(book, serial)
    for serial in range(scaled(5)):
        for tell, codes in LOOKALIKES:
            for code in (*codes.split(), None):
                tell(book, serial, code)


def _days(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _refusal(book: Book, story: Story, reason: date | None) -> date:
    day = story.after(REFUSED)
    row: Row = {"sentence_no": story.sentence_no, "place_name": "杭州市看守所", "refused_date": day}
    if reason:
        row |= {"reason_no": f"杭看说〔2025〕{book.number('reason'):05d}号", "reason_date": reason}
    story.rows.append(book.document("police.intake_refusal", "杭看拒", **row))
    return day


def _refused(book: Book, serial: int) -> None:
    edge = serial % 7 == 0
    story, last = book.judgment(serial), END
    if edge or serial % 3 == 0:
        last = story.after(REFUSED + REASONS + (1 if edge else book.draw(5, 30)))
    book.notice(story)
    day = _refusal(book, story, None if last == END else last)
    book.executed(story, story.after(33))
    kind = "reasons_a_day_late" if edge else "reasons_late_or_never"
    book.violation("refused_without_reason", story, (day, last), kind, edge=edge)


def _refused_lookalike(book: Book, serial: int, code: str | None) -> None:
    story, last = book.judgment(serial, paused=code == "INTAKE_PAUSED"), END
    book.notice(story)
    if code is None:
        last = story.after(REFUSED + REASONS)
        book.executed(story, story.after(33))
    elif code == "TAKEN_IN":
        book.executed(story, story.after(REFUSED + book.draw(0, REASONS)))
    else:
        obstruct(book, story, code, story.after(REFUSED - 1))
    day = _refusal(book, story, last if code is None else None)
    book.innocent("refused_without_reason", story, (day, last), code, edge=code is None)


def _let_out(book: Book, serial: int, *, paused: bool = False) -> tuple[Story, date]:
    """Somebody detained at judgment and let out for half a year; and the last day of it."""
    story = book.judgment(serial, paused=paused, is_detained=True)
    return story, story.after(150)


def _expired(book: Book, serial: int) -> None:
    edge = serial % 7 == 0
    story, over = _let_out(book, serial)
    last = END
    if serial % 2:
        story.rows.append(book.outside(story, story.after(15), _days(over, 120), ended_date=over))
    else:
        story.rows.append(book.outside(story, story.after(15), over))
    if edge or serial % 3 == 0:
        last = _days(over, RECOMMIT + (1 if edge else book.draw(5, 40)))
        book.custody(story, last, prison=True)
    kind = "back_a_day_late" if edge else "back_late_or_never"
    book.violation("outside_execution_expired", story, (over, last), kind, edge=edge)


def _expired_lookalike(book: Book, serial: int, code: str | None) -> None:
    story, over = _let_out(book, serial, paused=code == "INTAKE_PAUSED")
    last, ends = END, _days(over, 5) if code == "TERM_OVER" else story.after(900)
    story.rows.append(book.outside(story, story.after(15), over, term_end_date=ends))
    if code is None:
        last = _days(over, RECOMMIT)
        book.custody(story, last, prison=True)
    elif code == "RENEWED":
        story.rows.append(book.outside(story, _days(over, -3), date(2026, 6, 30)))
    elif code == "ID_CORRECTED":
        book.held_as(story, book.corrected(story), _days(over, 4), prison=True)
    else:
        obstruct(book, story, code, _days(over, 3))
    book.innocent("outside_execution_expired", story, (over, last), code, edge=code is None)


def _search(book: Book, story: Story, located: date | None = None) -> date:
    day = story.after(MISSING)
    row = {"sentence_no": story.sentence_no, "police_org": "杭州市公安局西湖区分局", "missing_date": day}
    story.rows.append(book.document("police.search_record", "杭公查", located_date=located, **row))
    return day


def _lost(book: Book, serial: int) -> None:
    edge = serial % 7 == 0
    story = book.judgment(serial)
    book.notice(story)
    day = _search(book, story)
    last = story.after(38)
    if edge or serial % 2:
        last = _days(day, LISTED + (1 if edge else book.draw(2, 15)))
        book.wanted(story, story.who, last)
    book.executed(story, story.after(38))
    kind = "listed_a_day_late" if edge else "listed_late_or_never"
    book.violation("missing_not_wanted", story, (day, last), kind, edge=edge)


def _lost_lookalike(book: Book, serial: int, code: str | None) -> None:
    story, last = book.judgment(serial), END
    book.notice(story)
    if code is None:
        last = story.after(MISSING + LISTED)
        day = _search(book, story, last if serial % 2 else None)
        if serial % 2 == 0:
            book.wanted(story, story.who, last)
        book.executed(story, story.after(38))
    else:
        day = _search(book, story)
        if code == "ID_CORRECTED":
            other = book.corrected(story)
            book.wanted(story, other, story.after(MISSING + 3))
            last = story.after(39)
            book.executed(story, last)
        else:
            obstruct(book, story, code, story.after(MISSING + 2))
    book.innocent("missing_not_wanted", story, (day, last), code, edge=code is None)


def _report(book: Book, story: Story, day: date, *, local: bool = True) -> RowKey:
    place = "杭州市西湖区社区矫正中心" if local else "合肥市包河区社区矫正中心"
    row = {"sentence_no": story.sentence_no, "is_local": local, "office": place, "reported_date": day}
    return book.document("justice.community_report", "社矫报", **row)


def _unreported(book: Book, serial: int) -> None:
    edge = serial % 7 == 0
    watched: dict[str, Any] = {"sentence_kind": "管制"} if serial % 4 == 1 else {"is_suspended": True}
    story, last = book.judgment(serial, **watched), END
    if edge or serial % 3 == 0:
        last = story.after(REPORT + (1 if edge else book.draw(5, 40)))
        story.rows.append(_report(book, story, last))
    why = "a_day_late" if edge else "late_or_never"
    book.violation("no_community_report", story, (story.effective, last), why, edge=edge)


def _unreported_lookalike(book: Book, serial: int, code: str | None) -> None:
    changes: dict[str, Any] = {"effective_date": date(2025, 3, 5)} if code == "HOLIDAY_ROLL" else {}
    story, last = book.judgment(serial, is_suspended=True, **changes), END
    if code is None or code == "HOLIDAY_ROLL":
        last = story.after(REPORT + (2 if code else 0))
        story.rows.append(_report(book, story, last))
    elif code == "REPORTED_ELSEWHERE":
        story.rows.append(_report(book, story, story.after(8), local=False))
    elif code == "IN_CUSTODY":
        book.custody(story, story.after(4))
    elif code == "EFFECTIVE_DATE_CORRECTED":
        last = story.after(60)
        book.change(story, "生效日更正", story.after(58), corrected_date=story.after(54))
        story.rows.append(_report(book, story, last))
    else:
        obstruct(book, story, code, story.after(6))
    book.innocent("no_community_report", story, (story.effective, last), code, edge=code is None)


LOOKALIKES = (
    (_refused_lookalike, "APPEAL_PENDING CHANGED_TO_PROBATION DECEASED OUTSIDE_EXECUTION INTAKE_PAUSED TAKEN_IN"),
    (_expired_lookalike, "RENEWED DECEASED HELD_ELSEWHERE INTAKE_PAUSED ID_CORRECTED TERM_OVER"),
    (_lost_lookalike, "APPEAL_PENDING CHANGED_TO_PROBATION DECEASED HELD_ELSEWHERE ID_CORRECTED"),
    (
        _unreported_lookalike,
        "APPEAL_PENDING DECEASED HELD_ELSEWHERE EFFECTIVE_DATE_CORRECTED IN_CUSTODY REPORTED_ELSEWHERE HOLIDAY_ROLL",
    ),
)
