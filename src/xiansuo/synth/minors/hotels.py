"""The planted stories of hotels (H8): a child shares a room with the same unrelated adult again, and nobody asked."""

from __future__ import annotations

from datetime import date, timedelta

from xiansuo.synth.minors.book import Book
from xiansuo.synth.minors.stories import CASE_DAYS, EDGES, WINDOW

H8 = "hotel_with_adult"
CODES = ("RELATED", "GROUP_JOURNEY", "GUARDIAN_REACHED", "REPORTED", "REPORTED_OTHERWISE", "POLICE_CASE")
VIOLATIONS, EACH, SHORT = 12, 4, 4
STAY_DAYS = 180


def plant(book: Book, times: int) -> None:
    """All cases, ``times`` as many as in a small city."""
    for turn in range(VIOLATIONS * times):
        _shared(book, turn, None, False)
    for code in CODES:
        for turn in range(EACH * times):
            _shared(book, turn, code, False)
    for turn in range(SHORT * times):
        _shared(book, turn, None, True)


def _shared(book: Book, turn: int, code: str | None, short: bool) -> None:
    """Two nights up to 180 days apart; ``short``: a day further apart, or one night only."""
    child, adult = book.child(("teens", "lads")[turn % 2]), book.person()
    day = date(book.world.year, 8, 1) + timedelta(days=turn * 6 % 100)
    edge = code is None and not short and turn < EDGES
    gap = STAY_DAYS + 1 if short else STAY_DAYS if edge else 6 + 7 * (turn % 20)
    once = short and turn % 2 == 1
    rows = [] if once else book.share_room(child, adult, day - timedelta(days=gap))
    stay, other = book.share_room(child, adult, day)
    rows = [stay, other, *rows]
    if code == "RELATED":
        rows.append(book.kin(child, adult, ("父母", "外祖父母", "其他亲属")[turn % 3], guardian=turn % 3 == 0))
    if code in ("GROUP_JOURNEY", "GUARDIAN_REACHED"):
        kind = "集体活动" if code == "GROUP_JOURNEY" else "已联系监护人"
        rows.append(book.add("minors.lodging_note", stay_no=stay[1]["stay_no"], kind=kind))
    if code == "REPORTED":
        rows.append(book.reported(stay, 1.5))
    if code == "REPORTED_OTHERWISE":
        rows.append(book.told(child, day + timedelta(days=WINDOW if turn == 0 else -2), turn))
    if code == "POLICE_CASE":
        rows.append(book.accepted(child, day + timedelta(days=CASE_DAYS if turn == 0 else -4)))
    kind = code or ("under" if short else "asked_nobody")
    book.case(H8, kind, str(child["id_number"]), (day, day), rows, code=code, edge=edge or short, short=short)
