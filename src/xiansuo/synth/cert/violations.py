"""Planted violations of the certificate model: forged, bought, borrowed, expired and mismatched certificates.

Belongs here: stories that rules must find, each with the truth for every rule it trips. A forged card trips several
rules at once, and all of them are written down, or precision would be counted wrongly.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from xiansuo.synth.cert.book import Book, Scene, certificate, plus_years, required
from xiansuo.synth.cert.reference import FAKE_HOSTS, HEIGHT, REGISTER_AS_OF

DAY = timedelta(days=1)
TRADES = ("焊工", "电工", "高处安装工", "制冷工")


def plant(book: Book, scaled: Callable[[int], int]) -> None:
    """Write all violations; ``scaled`` turns a small-scale count into this world's."""
    stories: tuple[tuple[Callable[[Book, int], None], int], ...] = (
        (forged_with_fake_site, 12),
        (forged_plain, 4),
        (forged_just_outside_lag, 2),
        (number_not_own, 5),
        (check_digit_wrong, 4),
        (id_of_another, 4),
        (other_category, 10),
        (one_day_too_early, 2),
        (expired, 7),
        (unreviewed, 5),
        (cancelled, 3),
        (expired_by_a_day, 2),
        (review_missed_by_a_day, 1),
        (buyer_without_card, 3),
        (buyer_with_expired_card, 3),
        (buyer_on_last_day, 2),
        (buyer_with_genuine_card, 2),
        (school_victim, 3),
        (number_shared_by_two, 5),
        (number_shared_by_three, 4),
        (housing_number_shared, 2),
    )
    for story, count in stories:
        for place in range(scaled(count)):
            story(book, place)


def forged_with_fake_site(book: Book, place: int) -> None:
    """Bought, forged, and verified by the seller's own site."""
    scene = book.scene(TRADES[place % 4])
    url = f"http://{FAKE_HOSTS[place % 5]}/query?c=T{scene.id_no}"
    book.forge(scene, qr_url=url)
    book.buy(scene, scene.enter - timedelta(days=20))
    near = place % 5 == 3
    book.truth(scene, "not_in_register wrong_category buyer_on_site", "forged_with_fake_site")
    book.truth(scene, "fake_verification_site", "forged_with_fake_site", threshold=near)


def forged_plain(book: Book, place: int) -> None:
    """Forged with a copied official address."""
    scene = book.scene(TRADES[place % 4])
    book.forge(scene)
    book.truth(scene, "not_in_register wrong_category", "forged_plain")


def forged_just_outside_lag(book: Book, place: int) -> None:
    """Forged, with an issue date one day outside the lag of the platform."""
    issued = REGISTER_AS_OF - timedelta(days=46)
    scene = book.scene(TRADES[place % 4], enter=issued + timedelta(days=3), leave=issued + timedelta(days=20))
    book.forge(scene, first_issue=issued, valid_from=issued, valid_to=plus_years(issued, 6))
    book.truth(scene, "not_in_register wrong_category", "forged_just_outside_lag", threshold=True)


def number_not_own(book: Book, place: int) -> None:
    """Forged, with a number that is not T and the holder's id number."""
    scene = book.scene(TRADES[place % 4])
    body = scene.id_no[:10] + f"{(int(scene.id_no[10:14]) + 317) % 1200:04d}" + scene.id_no[14:]
    book.forge(scene, cert_no=f"T{body}")
    book.truth(scene, "not_in_register invalid_number wrong_category", "number_not_own")


def check_digit_wrong(book: Book, place: int) -> None:
    """An id number whose check character is wrong, on roster and card."""
    person = book.person()
    wrong = "0123456789"[(int(person.id_number[-1].replace("X", "9")) + 1 + place) % 10]
    if wrong == person.id_number[-1]:
        wrong = "X"
    scene = book.scene(TRADES[place % 4], person=person, id_no=person.id_number[:17] + wrong)
    book.forge(scene)
    book.truth(scene, "not_in_register wrong_category", "check_digit_wrong")
    book.truth(scene, "invalid_number", "check_digit_wrong", threshold=True)


def id_of_another(book: Book, place: int) -> None:
    """Works under someone else's id number and certificate, with the own name."""
    owner, user = book.person(), book.person()
    while owner.name == user.name:
        user = book.person()
    scene = book.scene(TRADES[place % 4], person=owner, name=user.name)
    book.certify(scene, name=owner.name)
    book.check(scene)
    book.truth(scene, "invalid_number", "id_of_another")


def other_category(book: Book, place: int) -> None:
    """A good certificate for working at height, but another trade."""
    scene = book.scene(("焊工", "电工", "制冷工")[place % 3])
    book.certify(scene, "应急", HEIGHT)
    book.check(scene)
    book.truth(scene, "wrong_category", "other_category")


def one_day_too_early(book: Book, place: int) -> None:
    """Began one day before the certificate was first issued."""
    scene = book.scene(TRADES[place % 4])
    issued = scene.days[1]
    book.certify(scene, first_issue=issued, valid_from=issued, valid_to=plus_years(issued, 6))
    window = (scene.days[0], scene.days[0])
    book.truth(scene, "wrong_category", "one_day_too_early", window=window, threshold=True)


def lapse(book: Book, scene: Scene, last_good: date) -> None:
    """A certificate whose validity ends on ``last_good`` and the card that shows it."""
    first = plus_years(last_good, -6) + 2 * DAY
    reviewed = plus_years(first, 3)
    book.certify(
        scene, first_issue=first, valid_from=first, valid_to=last_good, status="过期",
        review_due=reviewed, review_done=reviewed - timedelta(days=9),
    )  # fmt: skip
    book.check(scene)


def expired(book: Book, place: int) -> None:
    """Worked on after the certificate ended."""
    scene = book.scene(TRADES[place % 4], enter=date(2025, 8, 1) + place % 9 * DAY)
    lapse(book, scene, scene.enter - timedelta(days=10 + 70 * (place % 2)) if place % 3 else scene.days[6])
    bad = [day for day in scene.days if day > scene.certificate["valid_to"]]
    book.truth(scene, "expired_or_unreviewed", "expired", window=(bad[0], bad[-1]))


def unreviewed(book: Book, place: int) -> None:
    """Worked on after the review was due."""
    scene = book.scene(TRADES[place % 4], enter=date(2025, 3, 3) + place % 9 * DAY, leave=date(2025, 5, 9))
    due = scene.days[5 + place % 9]
    first = plus_years(due, -3) + 2 * DAY
    book.certify(scene, first_issue=first, valid_from=first, valid_to=plus_years(first, 6), review_due=due)
    book.check(scene)
    bad = [day for day in scene.days if day > due]
    book.truth(scene, "expired_or_unreviewed", "unreviewed", window=(bad[0], bad[-1]))


def cancelled(book: Book, place: int) -> None:
    """Worked on after the certificate was cancelled."""
    scene = book.scene(TRADES[place % 4])
    decided = scene.days[4]
    book.certify(scene, status="撤销" if place % 2 else "注销", status_date=decided)
    book.check(scene)
    book.truth(scene, "expired_or_unreviewed", "cancelled", window=(decided, scene.days[-1]))


def expired_by_a_day(book: Book, place: int) -> None:
    """Worked one day after the certificate ended."""
    scene = book.scene(TRADES[place % 4], enter=date(2025, 9, 1) + place % 9 * DAY)
    lapse(book, scene, scene.days[-1] - DAY)
    window = (scene.days[-1], scene.days[-1])
    book.truth(scene, "expired_or_unreviewed", "expired_by_a_day", window=window, threshold=True)


def review_missed_by_a_day(book: Book, place: int) -> None:
    """Worked one day after the review was due."""
    scene = book.scene(TRADES[place % 4], enter=date(2025, 3, 3) + place % 9 * DAY)
    due = scene.days[-1] - DAY
    first = plus_years(due, -3) + 2 * DAY
    book.certify(scene, first_issue=first, valid_from=first, valid_to=plus_years(first, 6), review_due=due)
    window = (scene.days[-1], scene.days[-1])
    book.truth(scene, "expired_or_unreviewed", "review_missed_by_a_day", window=window, threshold=True)


def buyer_without_card(book: Book, place: int) -> None:
    """Bought a card that no check has seen yet."""
    scene = book.scene(TRADES[place % 4])
    book.buy(scene, scene.enter - timedelta(days=15 + place % 40))
    book.truth(scene, "buyer_on_site wrong_category", "buyer_without_card")


def buyer_with_expired_card(book: Book, place: int) -> None:
    """Bought a card instead of renewing the old one."""
    scene = book.scene(TRADES[place % 4], enter=date(2025, 9, 8) + place % 9 * DAY)
    lapse(book, scene, scene.enter - timedelta(days=40))
    book.buy(scene, scene.enter - timedelta(days=30))
    book.truth(scene, "buyer_on_site expired_or_unreviewed", "buyer_with_expired_card")


def buyer_on_last_day(book: Book, place: int) -> None:
    """Bought a card on the last day on site."""
    scene = book.scene(TRADES[place % 4])
    book.buy(scene, scene.leave)
    book.truth(scene, "buyer_on_site", "buyer_on_last_day", threshold=True)
    book.truth(scene, "wrong_category", "buyer_on_last_day")


def buyer_with_genuine_card(book: Book, place: int) -> None:
    """Bought a card although a genuine one is held: no danger on site, still a purchase."""
    scene = book.scene(TRADES[place % 4])
    book.certify(scene)
    book.buy(scene, scene.enter - timedelta(days=5))
    book.truth(scene, "buyer_on_site", "buyer_with_genuine_card", code="GENUINE_CERT", strength="B")


def school_victim(book: Book, place: int) -> None:
    """Paid a training school, which ordered a forged card."""
    scene = book.scene(TRADES[place % 4])
    card = book.forge(scene, qr_url=f"http://www.cx-mem.com/q?c=T{scene.id_no}")
    paid = card["first_issue"] - timedelta(days=40)
    book.enrol(scene, paid)
    book.buy(scene, paid + timedelta(days=12), phone=None)
    rules = "not_in_register fake_verification_site buyer_on_site"
    book.truth(scene, rules, "school_victim", code="VICTIM_OF_SCHOOL")
    book.truth(scene, "wrong_category", "school_victim")


def number_shared_by_two(book: Book, place: int) -> None:
    """An owner and one user of the same number."""
    shared(book, place, 1)


def number_shared_by_three(book: Book, place: int) -> None:
    """An owner and two users of the same number."""
    shared(book, place, 2)


def shared(book: Book, place: int, users: int) -> None:
    """An owner with a good certificate, and others who show cards with the owner's number."""
    owner = book.scene(TRADES[place % 4])
    book.certify(owner)
    book.check(owner)
    for _ in range(users):
        scene = book.scene(owner.trade)
        book.forge(scene, cert_no=owner.certificate["cert_no"])
        rules = "not_in_register invalid_number wrong_category"
        book.truth(scene, rules, "number_shared")
        book.truth(scene, "shared_cert_number", "number_shared", threshold=users == 1 and place < 2)


def housing_number_shared(book: Book, place: int) -> None:
    """A housing certificate's number on someone else's card."""
    owner = book.scene("塔吊司机")
    book.certify(owner)
    book.check(owner)
    scene = book.scene("塔吊司机")
    card = certificate(scene.person, *required("塔吊司机"), scene, book.rng)
    book.check(scene, card, cert_no=owner.certificate["cert_no"])
    book.truth(scene, "not_in_register wrong_category shared_cert_number", "housing_number_shared")
