"""Planted clusters of the certificate model: many bad cards at one employer, many buyers of one seller (C8).

Belongs here: employers and seller accounts of their own, and the clusters that follow from what the other stories
planted at shared employers and accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from xiansuo.synth.cert.book import Book, Person, Row, Scene, plus_years
from xiansuo.synth.cert.lookalikes import mistype
from xiansuo.synth.cert.reference import FAKE_HOSTS, LABOUR, REGISTER_AS_OF, REQUIRED
from xiansuo.synth.cert.violations import TRADES

if TYPE_CHECKING:
    from xiansuo.synth.truth import Label

EMPLOYER, SELLER = "clustered_at_employer", "clustered_at_seller"
C1 = "not_in_register"
PERSONS, DAYS, BUYERS = 3, 90, 5
POOL = 60
NAMES = ("FAROUK AZIZ", "LE VAN HUNG", "CHOI SEUNG WOO", "PEDRO ALVES")


def plant(book: Book, scaled: Callable[[int], int], employers: list[Row]) -> None:
    """Write all clusters; every story takes the next of ``employers`` (columns of a site)."""
    follow(book)
    stories: tuple[tuple[Callable[[Book, int], None], int], ...] = (
        (cluster, 8),
        (cluster_over_ninety_days, 2),
        (cluster_of_pupils, 2),
        (lagging, 8),
        (mistyped, 8),
        (foreigners, 7),
        (after_export, 5),
        (pair, 3),
        (ninety_one_days, 2),
        (same_person, 2),
    )
    everyone, places = book.sites, iter(employers)
    for story, count in stories:
        for place in range(scaled(count)):
            book.sites = [next(places)]
            story(book, place)
    book.sites = everyone
    _sellers(book, scaled)


def follow(book: Book) -> None:
    """Cases for the employers at which enough of the older stories happen to meet, and for the shared accounts."""
    employer = {row["worker_id"]: row["employer_uscc"] for row in book.rows["cert.site_worker"]}
    met: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for case in book.cases:
        if case.rule_id == C1 and case.label == "violation" and case.exclusion_code is None:
            worker = str(next(key["worker_id"] for dataset, key in case.rows if dataset == "cert.site_worker"))
            met[employer[worker]].append((case.occurred_from, case.subject_id))
    for uscc, events in sorted(met.items()):
        for first, _ in sorted(events):
            within = [(day, who) for day, who in events if 0 <= (day - first).days < DAYS]
            if len({who for _, who in within}) >= PERSONS:
                span = (first, max(day for day, _ in within))
                book.case(EMPLOYER, uscc, "met_by_chance", span, [], label="violation", strength="B")
                break


def _member(book: Book, place: int, day: date, *, id_no: str | None = None, name: str | None = None) -> Scene:
    """A week on the site as a labourer, whose card says a special trade."""
    kind = "护照" if name else "居民身份证"
    start, last = day - timedelta(days=2), min(day + timedelta(days=3), date(2025, 12, 31))
    scene = book.scene(LABOUR, enter=start, leave=last, id_no=id_no, name=name, id_type=kind)
    scene.trade = TRADES[place % 4]
    return scene


def _case(
    book: Book, scenes: list[Scene], kind: str, code: str | None = None, *, bad: bool = False, edge: bool = False
) -> None:
    days = [row["check_date"] for scene in scenes for row in scene.checks]
    rows = [("cert.cert_presented", {"check_id": row["check_id"]}) for scene in scenes for row in scene.checks]
    uscc = str(book.sites[0]["employer_uscc"])
    label: Label = "violation" if bad else "lookalike"
    span = (min(days), max(days))
    book.case(EMPLOYER, uscc, kind, span, list(rows), label=label, code=code, threshold=edge, strength="B")


def _forged(book: Book, days: list[date], kind: str) -> list[Scene]:
    """One member with a forged card for each day; C1 sees all of them."""
    scenes = []
    for place, day in enumerate(days):
        scene = _member(book, place, day)
        book.forge(scene, check_date=day)
        book.truth(scene, C1, kind)
        scenes.append(scene)
    return scenes


def _start(place: int) -> date:
    return date(2025, 3, 3) + timedelta(days=13 * place)


def cluster(book: Book, place: int) -> None:
    """Three to five forged cards within a month."""
    days = [_start(place) + timedelta(days=7 * k) for k in range(3 + place % 3)]
    _case(book, _forged(book, days, "cluster"), "cluster", bad=True)


def cluster_over_ninety_days(book: Book, place: int) -> None:
    """Three forged cards, the first and the last on the first and the last of ninety days."""
    days = [_start(place) + timedelta(days=k) for k in (0, 45, 89)]
    _case(book, _forged(book, days, "cluster_over_ninety_days"), "cluster_over_ninety_days", bad=True, edge=True)


def cluster_of_pupils(book: Book, place: int) -> None:
    """Three forged cards, all by way of a training school."""
    scenes = []
    for member in range(3):
        day = _start(place) + timedelta(days=5 * member)
        scene = _member(book, member, day)
        card = book.forge(scene, check_date=day)
        book.enrol(scene, card["first_issue"] - timedelta(days=30))
        book.truth(scene, C1, "cluster_of_pupils", code="VICTIM_OF_SCHOOL")
        scenes.append(scene)
    _case(book, scenes, "cluster_of_pupils", "VICTIM_OF_SCHOOL", bad=True)


def lagging(book: Book, place: int) -> None:
    """A class that passed together lately; the platform need not show its cards yet."""
    issued = REGISTER_AS_OF - timedelta(days=45 if place % 2 else 25)
    scenes = []
    for member in range(3):
        day = issued + timedelta(days=6 + member)
        scene = _member(book, member, day)
        years = {"first_issue": issued, "valid_from": issued, "valid_to": plus_years(issued, 6)}
        book.forge(scene, check_date=day, **years)
        book.innocent(scene, C1, "lagging", "PLATFORM_LAG", threshold=bool(place % 2))
        scenes.append(scene)
    _case(book, scenes, "lagging", "PLATFORM_LAG", edge=bool(place % 2))


def mistyped(book: Book, place: int) -> None:
    """A careless inspector: one digit wrong in the id number of each."""
    scenes = []
    for member in range(3):
        day = _start(place) + timedelta(days=member)
        scene = _member(book, member, day)
        book.certify(scene)
        wrong = mistype(scene.id_no, 13 + member)
        book.check(scene, id_no=wrong, check_date=day)
        book.innocent(scene, C1, "mistyped", "OCR_ERROR", subject=wrong)
        scenes.append(scene)
    _case(book, scenes, "mistyped", "OCR_ERROR")


def foreigners(book: Book, place: int) -> None:
    """A crew with passports."""
    scenes = []
    for member in range(3):
        serial = book.number("crew")
        day = _start(place) + timedelta(days=2 * member)
        scene = _member(book, member, day, id_no=f"EX{8_310_000 + 29 * serial:07d}", name=NAMES[serial % 4])
        book.forge(scene, check_date=day, cert_no=f"T330000198807{serial:06d}")
        book.innocent(scene, C1, "foreigners", "FOREIGN_DOCUMENT")
        scenes.append(scene)
    _case(book, scenes, "foreigners", "FOREIGN_DOCUMENT")


def after_export(book: Book, place: int) -> None:
    """Checked after the register was exported."""
    scenes = []
    for member in range(3):
        day = REGISTER_AS_OF + timedelta(days=1 + member % 3)
        scene = _member(book, member, day)
        book.forge(scene, check_date=day)
        book.innocent(scene, C1, "after_export", "REGISTER_STALE")
        scenes.append(scene)
    _case(book, scenes, "after_export", "REGISTER_STALE", edge=place == 0)


def pair(book: Book, place: int) -> None:
    """Two forged cards are one too few."""
    days = [_start(place), _start(place) + timedelta(days=4)]
    _case(book, _forged(book, days, "pair"), "pair", edge=True)


def ninety_one_days(book: Book, place: int) -> None:
    """Three forged cards, the last on the ninety-first day."""
    days = [_start(place) + timedelta(days=k) for k in (0, 45, 90)]
    _case(book, _forged(book, days, "ninety_one_days"), "ninety_one_days", edge=True)


def same_person(book: Book, place: int) -> None:
    """One forged card seen three times."""
    day = _start(place)
    scene = _member(book, place, day)
    for later in range(3):
        book.forge(scene, check_date=day + timedelta(days=later))
    book.truth(scene, C1, "same_person")
    _case(book, [scene], "same_person")


def _sellers(book: Book, scaled: Callable[[int], int]) -> None:
    """Seller accounts: those of the older stories, new ones, and accounts that only look like sellers."""
    for number in range(4):
        account = f"wx_{number:03d}zs"
        book.case(SELLER, account, "busy_account", (date(2025, 1, 1), date(2025, 12, 31)), [], label="violation")
    pool = [book.person() for _ in range(POOL)]
    for place in range(scaled(10)):
        edge = place < 2
        _account(book, pool, place, BUYERS + (0 if edge else 1 + place % 4), "seller", None, edge=edge)
    for place in range(scaled(14)):
        _account(book, pool, 100 + place, BUYERS, "unpaid", "ORDER_NOT_COMPLETED", unpaid=1 + place % 3)
    for place in range(scaled(9)):
        _account(book, pool, 200 + place, BUYERS + place % 3, "exam_fees", "OFFICIAL_SITE", host="cx.mem.gov.cn")
    for place in range(scaled(6)):
        _account(book, pool, 300 + place, BUYERS - 1, "four_buyers", None, lookalike=True, edge=True)


def _account(
    book: Book, pool: list[Person], place: int, buyers: int, kind: str, code: str | None, *, unpaid: int = 0,
    host: str = "", lookalike: bool = False, edge: bool = False
) -> None:  # fmt: skip
    account, days, rows = f"zh_{place:04d}", [], []
    for turn in range(buyers):
        who, serial = pool[(place * 7 + turn) % len(pool)], book.number("sale")
        paid = datetime.combine(
            date(2025, 1, 10) + timedelta(days=(place * 11 + turn * 17) % 300), time(21, serial % 60)
        )
        order = f"DS2025{serial:06d}"
        row: Row = {"order_id": order, "buyer_name": who.name, "buyer_id": who.id_number, "phone": who.phone}
        row |= {"work_category": REQUIRED[serial % len(REQUIRED)][2], "pay_yuan": Decimal(480 + 10 * (serial % 9))}
        row |= {"pay_ts": paid, "order_status": ("未付款", "已退款")[turn % 2] if turn < unpaid else "已付款"}
        row |= {"seller_account": account, "site_domain": host or FAKE_HOSTS[serial % len(FAKE_HOSTS)]}
        book.add("cert.fake_order", row | {"evidence_no": f"JC2025-{5 + serial % 7:03d}"})
        days.append(paid.date())
        rows.append(("cert.fake_order", {"order_id": order}))
    label: Label = "lookalike" if code or lookalike else "violation"
    book.case(SELLER, account, kind, (min(days), max(days)), list(rows), label=label, code=code, threshold=edge)
