"""Planted look-alikes on post: innocent workers whose certificate or order looks wrong on the days they worked.

Belongs here: stories about attendance, validity and purchases. Stories about the card itself are ``lookalikes``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from xiansuo.synth.cert.book import Book, Row, Scene, plus_years, with_check_digit
from xiansuo.synth.cert.reference import (
    HEIGHT,
    LABOUR,
    LABOUR_TRADES,
    OLD_WELDING,
    REGISTER_AS_OF,
)
from xiansuo.synth.cert.violations import DAY, TRADES, lapse

C4 = "expired_or_unreviewed"


def plant(book: Book, scaled: Callable[[int], int]) -> None:
    """Write all look-alikes; ``scaled`` turns a small-scale count into this world's."""
    stories: tuple[tuple[Callable[[Book, int], None], int], ...] = (
        (labourer_only, 16),
        (renewed, 12),
        (expired_but_other_card, 7),
        (renewed_under_new_name_or_number, 8),
        (cancelled_later, 6),
        (extended, 6),
        (labourer_after_expiry, 6),
        (renewal_within_lag, 5),
        (work_after_export, 4),
        (order_not_completed, 16),
        (bought_but_labourer, 14),
        (bought_after_leaving, 20),
    )
    for story, count in stories:
        for place in range(scaled(count)):
            story(book, place)


def labourer_only(book: Book, place: int) -> None:
    """On the roster as a special trade, on every day a labourer."""
    scene = book.scene(TRADES[place % 4], day_trade=LABOUR)
    book.innocent(scene, "wrong_category", "labourer_only", "WORKED_AS_LABOURER")


def renewal(book: Book, scene: Scene, **changes: object) -> Row:
    """A new certificate that begins the day after the scene's present one ends."""
    start = scene.certificate["valid_to"] + DAY
    fresh = {"valid_from": start, "valid_to": plus_years(start, 6), "status": "有效"}
    fresh |= {"review_due": plus_years(start, 3), "review_done": None}
    return book.certify(scene, **(fresh | {"first_issue": scene.certificate["first_issue"]} | changes))


def renewed(book: Book, place: int) -> None:
    """The old certificate ends during the stay, the new one begins the next day."""
    scene = book.scene(TRADES[place % 4], enter=date(2025, 7, 14) + place % 9 * DAY)
    lapse(book, scene, scene.days[5])
    renewal(book, scene)
    book.check(scene, check_date=scene.days[-1])
    book.innocent(scene, C4, "renewed", "RENEWED", threshold=place < 2)


def expired_but_other_card(book: Book, place: int) -> None:
    """The emergency certificate ends, one of another register is good."""
    trade, code, category = (
        ("架子工", "HOUSING_CERT", HEIGHT),
        ("锅炉工", "SAMR_CERT", "锅炉作业"),
        ("电工", "OTHER_REGISTER", "电工作业"),
    )[place % 3]
    scene = book.scene(trade, enter=date(2025, 7, 14) + place % 9 * DAY)
    first = plus_years(scene.days[3], -6) + 2 * DAY
    dates: Row = {"first_issue": first, "valid_from": first, "valid_to": scene.days[3], "status": "过期"}
    book.certify(scene, "应急", category, **dates, review_due=plus_years(first, 3), review_done=plus_years(first, 3))
    if trade == "电工":
        book.certify(scene, "煤矿", "煤矿井下电气作业")
    else:
        book.certify(scene)
    book.innocent(scene, C4, "expired_but_other_card", code)


def renewed_under_new_name_or_number(book: Book, place: int) -> None:
    """Renewed after the catalogue or the id number changed."""
    scene = book.scene("焊工", enter=date(2025, 7, 14) + place % 9 * DAY)
    first = plus_years(scene.days[3], -6) + 2 * DAY
    dates: Row = {"first_issue": first, "valid_from": first, "valid_to": scene.days[3], "status": "过期"}
    dates |= {"review_due": plus_years(first, 3), "review_done": plus_years(first, 3)}
    if place % 2:
        book.certify(scene, category=OLD_WELDING, **dates)
        renewal(book, scene)
        book.innocent(scene, C4, "renewed_under_new_name", "CATEGORY_RENAMED")
        return
    old = with_check_digit(f"3398{scene.id_no[4:17]}")
    book.certify(scene, id_no=old, cert_no=f"T{old}", **dates)
    book.change("号码变更", old, scene.id_no, scene.name, scene.name, scene.days[2])
    renewal(book, scene)
    book.innocent(scene, C4, "renewed_under_new_number", "ID_CHANGED")


def cancelled_later(book: Book, place: int) -> None:
    """Cancelled after the last day on site; every second on the very next day."""
    scene = book.scene(TRADES[place % 4])
    decided = scene.days[-1] + (1 if place % 2 else 12) * DAY
    book.certify(scene, status="撤销" if place % 3 else "注销", status_date=decided)
    book.check(scene)
    book.innocent(scene, C4, "cancelled_later", "CANCELLED_LATER", threshold=bool(place % 2))


def extended(book: Book, place: int) -> None:
    """Lapsed inside the window of an official extension; every second stay ends on its last day."""
    end = date(2025, 8, 31) if place % 2 else date(2025, 8, 8)
    scene = book.scene(TRADES[place % 4], enter=date(2025, 7, 2), leave=end)
    if place % 3:
        lapse(book, scene, date(2025, 6, 10) + 4 * (place % 5) * DAY)
    else:
        first = plus_years(date(2025, 6, 20), -3) + 2 * DAY
        due = date(2025, 6, 20)
        book.certify(scene, first_issue=first, valid_from=first, valid_to=plus_years(first, 6), review_due=due)
    book.innocent(scene, C4, "extended", "OFFICIAL_EXTENSION", threshold=bool(place % 2))


def labourer_after_expiry(book: Book, place: int) -> None:
    """Worked as a labourer from the day after the certificate ended."""
    scene = book.scene(TRADES[place % 4], enter=date(2025, 8, 4) + place % 9 * DAY)
    lapse(book, scene, scene.days[7])
    book.relabel(scene, scene.days[8], LABOUR)
    book.innocent(scene, C4, "labourer_after_expiry", "WORKED_AS_LABOURER", threshold=True)


def renewal_within_lag(book: Book, place: int) -> None:
    """Renewed so lately that the platform need not show it; the new card was seen."""
    scene = book.scene(TRADES[place % 4], enter=date(2025, 11, 17), leave=date(2025, 12, 20))
    lapse(book, scene, scene.days[3 + place % 6])
    start = scene.certificate["valid_to"] + DAY
    fresh = scene.certificate | {"valid_from": start, "valid_to": plus_years(start, 6), "review_due": None}
    book.check(scene, fresh, check_date=scene.days[-1])
    book.innocent(scene, C4, "renewal_within_lag", "PLATFORM_LAG")


def work_after_export(book: Book, place: int) -> None:
    """The certificate ends on the day of the export, work goes on."""
    scene = book.scene(TRADES[place % 4], enter=date(2025, 12, 15), leave=date(2025, 12, 31))
    lapse(book, scene, REGISTER_AS_OF)
    book.innocent(scene, C4, "work_after_export", "REGISTER_STALE")


def order_not_completed(book: Book, place: int) -> None:
    """An order that was never paid or was refunded."""
    scene = book.scene(TRADES[place % 4])
    book.certify(scene)
    book.buy(scene, scene.enter - timedelta(days=5), status="未付款" if place % 2 else "已退款")
    book.innocent(scene, "buyer_on_site", "order_not_completed", "ORDER_NOT_COMPLETED")


def bought_but_labourer(book: Book, place: int) -> None:
    """Bought a card but worked as a labourer only."""
    trade = LABOUR_TRADES[place % 6] if place % 2 else "焊工"
    scene = book.scene(trade, day_trade=None if place % 2 else LABOUR)
    named = scene if place % 2 == 0 else replace(scene, trade="焊工")
    scene.order = book.buy(named, scene.enter - timedelta(days=9))
    book.innocent(scene, "buyer_on_site", "bought_but_labourer", "WORKED_AS_LABOURER")


def bought_after_leaving(book: Book, place: int) -> None:
    """Bought a card after leaving the site; every second on the day after."""
    scene = book.scene(TRADES[place % 4])
    book.certify(scene)
    book.buy(scene, scene.leave + (1 if place % 2 else 30) * DAY)
    window = (scene.enter, scene.leave)
    book.innocent(scene, "buyer_on_site", "bought_after_leaving", None, window=window, threshold=bool(place % 2))
