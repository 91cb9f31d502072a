"""Cases left hanging (W1 to W6), and those that only look so.

Each rule has a teller: it writes one case that ends ``over`` days after the last day (never, when None) and returns
the story, its first day and its last day to act.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from xiansuo.synth.stalled.book import END, Book, Story

Told = tuple[Story, date, date]
Teller = Callable[[Book, int, int | None], Told]


def plant(book: Book, scaled: Callable[[int], int]) -> None:
    """All rules: violations and look-alikes."""
    for rule, (tell, codes) in RULES.items():
        for serial in range(scaled(14)):
            _violation(book, rule, tell, serial)
        spread = codes.split()
        for serial in range(scaled(28 // len(spread) + 1)):
            for code in spread:
                _excused(book, rule, tell, serial, code)
        for serial in range(scaled(6)):
            _in_time(book, rule, tell, serial)


def _violation(book: Book, rule: str, tell: Teller, serial: int) -> None:
    edge = serial % 7 == 0
    over = 1 if edge else book.draw(5, 60) if serial % 3 == 0 else None
    story, first, due = tell(book, serial, over)
    last = END if over is None else due + timedelta(days=over)
    book.case(rule, story, (first, last), guilty=True, code=None, edge=edge)


def _excused(book: Book, rule: str, tell: Teller, serial: int, code: str) -> None:
    story, first, due = tell(book, serial, None)
    whole = rule in ("stalled_after_notice", "no_activity")
    book.note(story, code, due - timedelta(days=book.draw(0, 20)), person=not whole and serial % 2 == 0)
    book.case(rule, story, (first, END), guilty=False, code=code, edge=False)


def _in_time(book: Book, rule: str, tell: Teller, serial: int) -> None:
    story, first, due = tell(book, serial, 0)
    book.case(rule, story, (first, due), guilty=False, code=None, edge=True)


def _start(year: int, serial: int) -> date:
    """A day of spring."""
    return date(year, 2 + serial % 4, 3 + serial % 24)


def _months(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, day.day)


def _end(due: date, over: int | None) -> date | None:
    return None if over is None else due + timedelta(days=over)


def _noticed(book: Book, serial: int, over: int | None) -> Told:
    filed = _start(2025, serial)
    due = _months(filed, 3)
    story = book.opened(filed, _end(due, over))
    signed = filed - timedelta(days=serial % 10)
    book.write(story, "justice.filing_notice", kind="通知立案书", signed_date=signed)
    return story, filed, due


def _bailed(book: Book, serial: int, over: int | None) -> Told:
    kind, months, year = ("监视居住", 6, 2025) if serial % 4 == 1 else ("取保候审", 12, 2024)
    first = _start(year, serial)
    due = _months(first, months)
    story = book.opened(first)
    book.measure(story, kind, first, _end(due, over))
    return story, first, due


def _detained(book: Book, serial: int, over: int | None) -> Told:
    first = _start(2023, serial)
    due = _months(first, 24)
    story = book.opened(first)
    book.measure(story, "拘留", first, first + timedelta(days=20))
    ended = _end(due, over)
    if ended:
        book.outcome(story, ended)
    return story, first, due


def _held(book: Book, serial: int, over: int | None) -> Told:
    first = _start(2025, serial)
    due = first + timedelta(days=37)
    story, ended = book.opened(first), _end(due, over)
    book.measure(story, "拘留", first, ended if serial % 2 else None)
    if ended and serial % 2 == 0:
        book.measure(story, "逮捕", ended)
    return story, first, due


def _released(book: Book, serial: int, over: int | None) -> Told:
    first = _start(2024, serial)
    due = _months(first, 12)
    story, ended = book.opened(first), _end(due, over)
    row = {"id_number": story.who.id, "name": story.who.name, "decision": "不批准逮捕", "decided_date": first}
    book.write(story, "justice.arrest_review", **row)
    if ended:
        book.outcome(story, ended)
    return story, first, due


def _idle(book: Book, serial: int, over: int | None) -> Told:
    """The clock still runs, so what is over ends today."""
    last = _start(2025, serial) if over is None else END - timedelta(days=180 + over)
    return book.opened(last - timedelta(days=30), last=last), last, last + timedelta(days=180)


RULES: dict[str, tuple[Teller, str]] = {
    "stalled_after_notice": (_noticed, "MERGED_ELSEWHERE EXPERT_WAIT AT_LARGE"),
    "measure_overdue": (_bailed, "MERGED_ELSEWHERE AT_LARGE SEALED SAME_NAME"),
    "detained_no_outcome": (_detained, "MERGED_ELSEWHERE SPLIT_CASE AT_LARGE SETTLED SEALED"),
    "detention_too_long": (_held, "PSYCHIATRIC_WAIT AT_LARGE SAME_NAME"),
    "not_arrested_no_outcome": (_released, "MERGED_ELSEWHERE SPLIT_CASE EXPERT_WAIT AT_LARGE SETTLED SEALED"),
    "no_activity": (_idle, "MERGED_ELSEWHERE SPLIT_CASE EXPERT_WAIT AT_LARGE SETTLED"),
}
