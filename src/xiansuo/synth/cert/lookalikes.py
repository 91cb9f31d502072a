"""Planted look-alikes of the certificate model: innocent workers who look guilty in one table.

Belongs here: stories that rules must not report, each with the document that excuses it in the data and the
exclusion code the rule should name (None: the rule must stay silent).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from xiansuo.synth.cert.book import Book, plus_years, with_check_digit
from xiansuo.synth.cert.reference import (
    HEIGHT,
    OLD_HEIGHT,
    OLD_WELDING,
    REGISTER_AS_OF,
    WELDING,
)
from xiansuo.synth.cert.violations import DAY, TRADES
from xiansuo.synth.ids import to_fifteen

C1_C3 = "not_in_register wrong_category"
OFFICIAL_LOOKS = (
    "HTTPS://CX.MEM.GOV.CN/q?c={}",
    "https://zs.cx.mem.gov.cn:443/q?c={}",
    "http://cx.mem.gov.cn?c={}",
    "cx.mem.gov.cn/q/{}",
    "https://www.mem.gov.cn/special#{}",
)


def plant(book: Book, scaled: Callable[[int], int]) -> None:
    """Write all look-alikes; ``scaled`` turns a small-scale count into this world's."""
    stories: tuple[tuple[Callable[[Book, int], None], int], ...] = (
        (housing_certificate, 24),
        (market_certificate, 16),
        (other_register, 12),
        (renamed_category, 12),
        (fifteen_digit_register, 12),
        (number_changed, 10),
        (issued_within_lag, 12),
        (register_older_than_check, 6),
        (foreigner, 8),
        (number_mistyped, 8),
        (id_mistyped, 5),
        (several_categories, 12),
        (two_spellings_of_id, 6),
        (passport_renewed, 5),
        (neighbouring_number_mistyped, 7),
        (name_changed, 8),
        (rare_character, 7),
        (wrong_system_ticked, 9),
        (former_domain, 9),
        (other_government_site, 9),
        (host_mistyped, 6),
        (unusual_official_url, 12),
    )
    for story, count in stories:
        for place in range(scaled(count)):
            story(book, place)


def housing_certificate(book: Book, place: int) -> None:
    """Scaffolders and crane drivers whose certificate is kept by the housing authority."""
    scene = book.scene(("架子工", "塔吊司机", "信号司索工")[place % 3])
    book.certify(scene)
    book.check(scene, work_category="架子工" if place % 6 == 0 else scene.certificate["work_category"])
    book.innocent(scene, C1_C3, "housing_certificate", "HOUSING_CERT")


def market_certificate(book: Book, place: int) -> None:
    """Forklift drivers and stokers whose certificate is kept by the market authority."""
    scene = book.scene(("叉车司机", "锅炉工")[place % 2])
    book.certify(scene)
    book.check(scene)
    book.innocent(scene, C1_C3, "market_certificate", "SAMR_CERT")


def other_register(book: Book, place: int) -> None:
    """Electricians and welders registered with the coal mines or the military industry."""
    scene = book.scene(("电工", "焊工")[place % 2])
    book.certify(scene, *(("煤矿", "煤矿井下电气作业"), ("军工", WELDING))[place % 2])
    book.check(scene)
    book.innocent(scene, C1_C3, "other_register", "OTHER_REGISTER")


def renamed_category(book: Book, place: int) -> None:
    """The register still has the category name of the old catalogue."""
    old, new, trade = ((OLD_WELDING, WELDING, "焊工"), (OLD_HEIGHT, HEIGHT, "高处安装工"))[place % 2]
    scene = book.scene(trade)
    book.certify(scene, category=old)
    book.check(scene, work_category=new)
    book.innocent(scene, C1_C3, "renamed_category", "CATEGORY_RENAMED")


def fifteen_digit_register(book: Book, place: int) -> None:
    """The register has the 15-digit id number, card and roster the 18-digit one."""
    scene = book.scene(TRADES[place % 4])
    short = to_fifteen(scene.id_no)
    book.certify(scene, id_no=short, cert_no=f"T{short}")
    book.check(scene)
    book.innocent(scene, C1_C3 + " invalid_number", "fifteen_digit_register", "ID_15_DIGIT")


def number_changed(book: Book, place: int) -> None:
    """The id number was changed by the police after the certificate was issued."""
    scene = book.scene(TRADES[place % 4])
    body = scene.id_no[:16] + str((int(scene.id_no[16]) + 2) % 10)
    old = with_check_digit(f"3399{body[4:]}")
    day = scene.enter - timedelta(days=200)
    book.certify(scene, id_no=old, cert_no=f"T{old}")
    book.change("号码变更", old, scene.id_no, scene.name, scene.name, day)
    book.check(scene)
    book.innocent(scene, C1_C3 + " invalid_number", "number_changed", "ID_CHANGED")


def issued_within_lag(book: Book, place: int) -> None:
    """A card issued so lately that the platform need not have it; every second exactly at the limit."""
    issued = REGISTER_AS_OF - timedelta(days=45 if place % 2 else 30)
    scene = book.scene(TRADES[place % 4], enter=issued + timedelta(days=2), leave=issued + timedelta(days=25))
    book.forge(scene, first_issue=issued, valid_from=issued, valid_to=plus_years(issued, 6))
    book.innocent(scene, C1_C3, "issued_within_lag", "PLATFORM_LAG", threshold=bool(place % 2))


def register_older_than_check(book: Book, place: int) -> None:
    """Work and check lie after the export of the registers."""
    start = REGISTER_AS_OF + DAY
    scene = book.scene(TRADES[place % 4], enter=start, leave=start + 2 * DAY)
    book.forge(scene)
    book.innocent(scene, C1_C3, "register_older_than_check", "REGISTER_STALE")


def foreigner(book: Book, place: int) -> None:
    """A passport holder whose certificate is registered under something else."""
    scene = book.scene(
        TRADES[place % 4],
        id_no=f"EK{5_130_000 + 37 * place:07d}",
        name=("JOHN SMITH", "NGUYEN VAN AN", "PARK JI HO", "MARIA SILVA")[place % 4],
        id_type="护照",
    )
    book.forge(scene, cert_no=f"T330000199001{place:06d}")
    book.innocent(scene, C1_C3 + " invalid_number", "foreigner", "FOREIGN_DOCUMENT")


def mistype(text: str, at: int) -> str:
    """The text with the digit at ``at`` replaced by another one."""
    return text[:at] + str((int(text[at]) + 3) % 10) + text[at + 1 :]


def number_mistyped(book: Book, place: int) -> None:
    """One character of the certificate number wrong or lost, all else as in the register."""
    scene = book.scene(TRADES[place % 4])
    card = book.certify(scene)
    number = card["cert_no"]
    book.check(scene, cert_no=mistype(number, 12) if place % 2 else number[:9] + number[10:])
    book.innocent(scene, "invalid_number", "number_mistyped", "OCR_ERROR")


def id_mistyped(book: Book, place: int) -> None:
    """One digit of the id number on the check sheet wrong, all else as in the register."""
    scene = book.scene(TRADES[place % 4])
    book.certify(scene)
    wrong = mistype(scene.id_no, 13 + place % 4)
    book.check(scene, id_no=wrong)
    book.innocent(scene, "not_in_register invalid_number", "id_mistyped", "OCR_ERROR", subject=wrong)


def several_categories(book: Book, place: int) -> None:
    """One number, two categories, one person: how the certificate is meant to work."""
    scene = book.scene("焊工")
    book.check(scene, book.certify(scene, "应急", HEIGHT))
    book.check(scene, book.certify(scene))
    book.innocent(scene, "shared_cert_number", "several_categories", "SEVERAL_CATEGORIES")
    book.innocent(scene, "not_in_register", "several_categories", None)


def two_spellings_of_id(book: Book, place: int) -> None:
    """Checked twice, once written down with the 15-digit number."""
    scene = book.scene(TRADES[place % 4])
    book.certify(scene)
    book.check(scene)
    book.check(scene, id_no=to_fifteen(scene.id_no), check_date=scene.days[-1])
    book.innocent(scene, "shared_cert_number", "two_spellings_of_id", "ID_15_DIGIT")


def passport_renewed(book: Book, place: int) -> None:
    """Checked before and after the passport was replaced."""
    old, new = f"EJ{4_020_000 + 53 * place:07d}", f"EM{7_310_000 + 71 * place:07d}"
    scene = book.scene(TRADES[place % 4], id_no=new, name="LE MINH TUAN", id_type="护照")
    book.certify(scene, id_no=old, cert_no=f"T{old}")
    book.change("证件换发", old, new, scene.name, scene.name, scene.middle)
    book.check(scene, id_no=old, check_date=scene.days[1])
    book.check(scene, check_date=scene.days[-1])
    book.innocent(scene, "shared_cert_number", "passport_renewed", "ID_CHANGED")


def neighbouring_number_mistyped(book: Book, place: int) -> None:
    """Two certificates with neighbouring numbers, one mistyped as the other."""
    number = 200_000 + 20 * place
    scenes = [book.scene("塔吊司机"), book.scene("塔吊司机")]
    cards = [book.certify(scene, cert_no=f"浙A042023{number + k:06d}") for k, scene in enumerate(scenes)]
    book.check(scenes[0], cards[0])
    book.check(scenes[1], cards[1], cert_no=cards[0]["cert_no"])
    book.innocent(scenes[1], "shared_cert_number", "neighbouring_number_mistyped", "OCR_ERROR")
    book.innocent(scenes[0], "shared_cert_number", "owner_of_a_mistyped_number", None)


def name_changed(book: Book, place: int) -> None:
    """The card has the name from before a recorded change."""
    person = book.person()
    old = person.name[0] + "建国卫东春梅秀英"[place % 4 * 2 :][:2]
    if old == person.name:
        old = person.name[0] + "小平"
    scene = book.scene(TRADES[place % 4], person=person, name=old)
    book.certify(scene)
    book.change("姓名变更", person.id_number, person.id_number, old, person.name, scene.enter - timedelta(days=90))
    book.check(scene)
    book.innocent(scene, "invalid_number", "name_changed", "NAME_CHANGED")


def rare_character(book: Book, place: int) -> None:
    """A character of the name could not be printed."""
    person = book.person()
    scene = book.scene(TRADES[place % 4], person=person, name=person.name[:-1] + "?□"[place % 2])
    book.certify(scene)
    book.check(scene)
    book.innocent(scene, "invalid_number", "rare_character", "RARE_CHARACTER")


def wrong_system_ticked(book: Book, place: int) -> None:
    """A good card of another system, written down as one of the emergency authority."""
    trade, code = (("架子工", "HOUSING_CERT"), ("叉车司机", "SAMR_CERT"), ("电工", "OTHER_REGISTER"))[place % 3]
    scene = book.scene(trade)
    if trade == "电工":
        book.certify(scene, "煤矿", "煤矿井下电气作业")
    else:
        book.certify(scene)
    book.check(scene, cert_system="应急")
    book.innocent(scene, "not_in_register invalid_number", "wrong_system_ticked", code)


def former_domain(book: Book, place: int) -> None:
    """The code leads to a domain that was official when the card was issued."""
    scene = book.scene(TRADES[place % 4])
    first = date(2020, 2, 1) + 11 * (place % 30) * DAY
    book.certify(
        scene, first_issue=first, valid_from=first, valid_to=plus_years(first, 6),
        review_due=plus_years(first, 3), review_done=plus_years(first, 3) - 20 * DAY,
    )  # fmt: skip
    book.check(scene, qr_url=f"http://cx.saws.org.cn/q?c={scene.certificate['cert_no']}")
    book.innocent(scene, "fake_verification_site", "former_domain", "FORMER_OFFICIAL_DOMAIN")


def other_government_site(book: Book, place: int) -> None:
    """The code leads to a government site that is not on the list."""
    scene = book.scene(TRADES[place % 4])
    book.certify(scene)
    host = ("yjt.zj.gov.cn", "safety.hangzhou.gov.cn", "xmem.gov.cn")[place % 3]
    book.check(scene, qr_url=f"https://{host}/cert?c={scene.certificate['cert_no']}")
    book.innocent(scene, "fake_verification_site", "other_government_site", "OTHER_GOV_SITE")


def host_mistyped(book: Book, place: int) -> None:
    """One character of the official host written down wrong, the register confirms the card."""
    scene = book.scene(TRADES[place % 4])
    book.certify(scene)
    host = ("cx.mem.gov.en", "cx.mem.gov.c", "cx.mem.gpv.cn")[place % 3]
    book.check(scene, qr_url=f"https://{host}/special?c={scene.certificate['cert_no']}")
    book.innocent(scene, "fake_verification_site", "host_mistyped", "OCR_ERROR")


def unusual_official_url(book: Book, place: int) -> None:
    """Official hosts in unusual spelling: capitals, port, subdomain, no scheme."""
    scene = book.scene(TRADES[place % 4])
    book.certify(scene)
    book.check(scene, qr_url=OFFICIAL_LOOKS[place % 5].format(scene.certificate["cert_no"]))
    book.innocent(scene, "fake_verification_site", "unusual_official_url", None)
