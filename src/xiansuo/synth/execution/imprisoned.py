"""Prison terms nobody carries out: not taken in, papers late, not brought to prison (U1 to U3).

``obstruct`` writes the document that excuses a delay; ``outside`` uses it too.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from xiansuo.synth.execution.book import END, Book, Scaled, Story

SENT, TAKEN = 10, 40
BY_PERSON = ("APPEAL_PENDING", "CHANGED_TO_PROBATION", "DECEASED", "HELD_ELSEWHERE", "OUTSIDE_EXECUTION")
# Codes that the judgment itself carries.
UNWRITTEN = ("CRIMINAL_DETENTION", "SHORT_REMAINDER")
# Mondays on which somebody is taken in: a month later it is a working day, and so is the next one.
TAKEN_IN = [date(2025, 3, 10), date(2025, 3, 17), date(2025, 5, 12), date(2025, 5, 19), date(2025, 6, 16)]
TAKEN_IN += [date(2025, 7, 14), date(2025, 7, 21)]
DAY = timedelta(days=1)


def plant(book: Book, scaled: Scaled) -> None:
    """U1, U2 and U3: violations and look-alikes."""
    for serial in range(scaled(14)):
        _not_taken_in(book, serial)
        _late_papers(book, serial)
        _not_moved(book, serial)
    for serial in range(scaled(4)):
        _taken_in_lookalike(book, serial, "EFFECTIVE_DATE_CORRECTED")
        for code in (*BY_PERSON, "INTAKE_PAUSED", "ID_CORRECTED", *UNWRITTEN, "HOLIDAY_ROLL", None):
            _taken_in_lookalike(book, serial, code)
            _moved_lookalike(book, serial, code)
    for serial in range(scaled(6)):
        for code in (*BY_PERSON[:3], "EFFECTIVE_DATE_CORRECTED", "HOLIDAY_ROLL", None):
            _papers_lookalike(book, serial, code)


def obstruct(book: Book, story: Story, code: str, since: date) -> None:
    """The document that excuses whatever should have been done after ``since``."""
    if code == "APPEAL_PENDING":
        book.change(story, "上诉抗诉", since)
    elif code == "CHANGED_TO_PROBATION":
        book.change(story, "改判缓刑", since)
    elif code == "DECEASED":
        book.died(story, since)
    elif code == "HELD_ELSEWHERE":
        book.held_elsewhere(story, since)
    elif code == "OUTSIDE_EXECUTION":
        story.rows.append(book.outside(story, since, date(2026, 6, 30)))


def _shape(code: str | None) -> dict[str, Any]:
    if code == "CRIMINAL_DETENTION":
        return {"sentence_kind": "拘役", "term_months": 5, "remaining_days": 150}
    return {"remaining_days": 80} if code == "SHORT_REMAINDER" else {}


def _not_taken_in(book: Book, serial: int) -> None:
    edge = serial % 7 == 0
    story, last = book.judgment(serial), END
    book.notice(story)
    if edge or serial % 3 == 0:
        last = story.after(TAKEN + (1 if edge else book.draw(10, 60)))
        book.executed(story, last)
    window = (story.effective, last)
    book.violation("not_taken_in", story, window, "a_day_late" if edge else "late_or_never", edge=edge)


def _taken_in_lookalike(book: Book, serial: int, code: str | None) -> None:
    changes = _shape(code)
    if code == "HOLIDAY_ROLL":
        changes["effective_date"] = date(2025, 3, 3)
    story = book.judgment(serial, paused=code == "INTAKE_PAUSED", **changes)
    book.notice(story)
    last = END
    if code is None:
        last = story.after(TAKEN)
        book.executed(story, last)
    elif code == "HOLIDAY_ROLL":
        last = story.after(TAKEN + 2)
        book.executed(story, last)
    elif code == "EFFECTIVE_DATE_CORRECTED":
        last = story.after(110)
        book.change(story, "生效日更正", story.after(90), corrected_date=story.after(85))
        book.executed(story, last)
    elif code == "ID_CORRECTED":
        book.held_as(story, book.corrected(story), story.after(20))
    else:
        obstruct(book, story, code, story.after(book.draw(1, 30)))
    book.innocent("not_taken_in", story, (story.effective, last), code, edge=code is None)


def _late_papers(book: Book, serial: int) -> None:
    edge = serial % 7 == 0
    story, last = book.judgment(serial), END
    if edge or serial % 2:
        last = story.after(SENT + (1 if edge else book.draw(4, 25)))
        book.notice(story, last)
    book.executed(story, story.after(36))
    window = (story.effective, last)
    book.violation("notice_late", story, window, "a_day_late" if edge else "late_or_never", edge=edge)


def _papers_lookalike(book: Book, serial: int, code: str | None) -> None:
    changes: dict[str, Any] = {"effective_date": date(2025, 3, 5)} if code == "HOLIDAY_ROLL" else {}
    story, last = book.judgment(serial, **changes), END
    if code is None or code == "HOLIDAY_ROLL":
        last = story.after(SENT + (2 if code else 0))
        book.notice(story, last)
        book.executed(story, story.after(30))
    elif code == "EFFECTIVE_DATE_CORRECTED":
        last = story.after(35)
        book.change(story, "生效日更正", story.after(32), corrected_date=story.after(28))
        book.notice(story, last)
        book.executed(story, story.after(39))
    else:
        obstruct(book, story, code, story.after(book.draw(1, 9)))
    book.innocent("notice_late", story, (story.effective, last), code, edge=code is None)


def _month_after(day: date) -> date:
    return day.replace(month=day.month + 1)


def _taken(
    book: Book, serial: int, *, paused: bool = False, entry: date | None = None, **changes: Any
) -> tuple[Story, date]:
    """Somebody taken in on a Monday, twenty days after the judgment came into force; and that Monday."""
    day = entry or TAKEN_IN[serial % len(TAKEN_IN)]
    story = book.judgment(serial, paused=paused, effective_date=day - timedelta(days=20), **changes)
    book.notice(story)
    return story, day


def _not_moved(book: Book, serial: int) -> None:
    edge = serial % 7 == 0
    story, day = _taken(book, serial)
    last = END
    if edge or serial % 3 == 0:
        last = _month_after(day) + timedelta(days=1 if edge else book.draw(10, 60))
        book.custody(story, last, prison=True)
    book.custody(story, day, until=None if last == END else last)
    book.violation("not_sent_to_prison", story, (day, last), "a_day_late" if edge else "late_or_never", edge=edge)


def _moved_lookalike(book: Book, serial: int, code: str | None) -> None:
    entry = date(2025, 3, 12) if code == "HOLIDAY_ROLL" else None
    story, day = _taken(book, serial, paused=code == "INTAKE_PAUSED", entry=entry, **_shape(code))
    last, until = END, None
    if code is None or code == "HOLIDAY_ROLL":
        until = last = _month_after(day) + timedelta(days=2 if code else 0)
        book.custody(story, last, prison=True)
    elif code == "ID_CORRECTED":
        book.held_as(story, book.corrected(story), day + 15 * DAY, prison=True)
    elif code not in ("INTAKE_PAUSED", *UNWRITTEN):
        obstruct(book, story, code, day + 10 * DAY)
    book.custody(story, day, until=until)
    book.innocent("not_sent_to_prison", story, (day, last), code, edge=code is None)
