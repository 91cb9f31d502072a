"""Planted penalties of the certificate model: fined but not handed to the police (C9), back on post after a fine (C10).

Belongs here: violations and look-alikes about penalties, the papers that answer them, and the many penalties that
were dealt with properly. Exams are ``exams``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xiansuo.synth.cert.book import Book, Person, Row, Scene, plus_years, with_check_digit
from xiansuo.synth.cert.reference import LABOUR, OLD_WELDING, REGISTER_AS_OF, WELDING
from xiansuo.synth.cert.violations import TRADES, lapse

C9, C10 = "fined_not_transferred", "on_post_after_penalty"
C3 = "wrong_category"
LAST = date(2025, 12, 31)
FORGED = ("使用假证从事特种作业", "使用伪造的特种作业操作证", "购买伪造操作证上岗", "变造操作证有效期")
PLAIN = ("未取得特种作业操作证上岗作业", "冒用他人特种作业操作证", "无证从事焊接作业")
OTHER = ("未按规定佩戴劳动防护用品", "操作证过期未延期复审", "违反操作规程作业")
OFFICES = ("余杭区应急管理局", "萧山区应急管理局", "西湖区住房和城乡建设局", "临平区应急管理局")


def plant(book: Book, scaled: Callable[[int], int]) -> None:
    """Write all cases; ``scaled`` turns a small-scale count into this world's."""
    stories: tuple[tuple[Callable[[Book, int], None], int], ...] = (
        (fined_only, 14),
        (fined_sixty_one_days_ago, 2),
        (transferred_late, 3),
        (fined_school_victim, 3),
        (revoked, 9),
        (filed_elsewhere, 9),
        (punished_by_police, 9),
        (declined_by_police, 9),
        (transferred_in_time, 16),
        (other_cause, 30),
        (unlicensed_again, 7),
        (lapsed_again, 6),
        (one_day_after_fine, 2),
        (fine_revoked_on_post, 4),
        (certified_since, 5),
        (labourer_since, 8),
        (number_changed_since, 3),
        (foreigner_since, 4),
        (within_lag_since, 3),
        (after_export_since, 3),
        (cancelled_since, 3),
        (fined_on_last_day, 3),
    )
    for story, count in stories:
        for place in range(scaled(count)):
            story(book, place)


def fine(book: Book, who: Scene | Person, day: date, cause: str, **changes: Any) -> Row:
    """A penalty on a person of a scene, or of nobody's scene."""
    serial = book.number("penalty")
    id_no = who.id_no if isinstance(who, Scene) else who.id_number
    row = {
        "doc_no": f"(杭)应急罚〔2025〕{serial}号",
        "org_name": OFFICES[serial % len(OFFICES)],
        "party_kind": "个人",
        "party_name": who.name,
        "party_id": id_no,
        "party_uscc": None,
        "cause": cause,
        "cert_no": f"T{id_no}",
        "fine_yuan": Decimal(1000 + 500 * (serial % 8)).quantize(Decimal("0.01")),
        "decide_date": day,
        "status": "有效",
        "status_date": None,
    }
    return book.add("cert.admin_penalty", row | changes)


def paper(book: Book, penalty: Row, kind: str, day: date, *, own: bool = True) -> None:
    """A paper of the police or to the police; without the penalty's number unless it is its ``own``."""
    serial = book.number("paper")
    book.add(
        "cert.case_transfer",
        {
            "record_no": f"YS{serial:06d}",
            "doc_no": penalty["doc_no"] if own else None,
            "person_id_no": penalty["party_id"],
            "kind": kind,
            "paper_no": f"杭公〔2025〕{serial:04d}",
            "event_date": day,
            "agency_name": "杭州市公安局",
        },
    )


def _c9(book: Book, penalty: Row, kind: str, code: str | None = None, *, bad: bool = False, edge: bool = False) -> None:
    book.case(
        C9,
        str(penalty["party_id"]),
        kind,
        (penalty["decide_date"], penalty["decide_date"]),
        [("cert.admin_penalty", {"doc_no": penalty["doc_no"]})],
        label="violation" if bad else "lookalike",
        code=code,
        threshold=edge,
        strength="B",
    )


def _day(book: Book, first: date = date(2025, 1, 6), spread: int = 230) -> date:
    return first + timedelta(days=int(book.rng.integers(0, spread)))


def fined_only(book: Book, place: int) -> None:
    """Fined for a forged certificate, nothing else happened."""
    _c9(book, fine(book, book.person(), _day(book), FORGED[place % 4]), "fined_only", bad=True)


def fined_sixty_one_days_ago(book: Book, place: int) -> None:
    """The sixty days ended yesterday; and, innocently, one whose days end today."""
    penalty = fine(book, book.person(), LAST - timedelta(days=61), FORGED[place % 4])
    _c9(book, penalty, "sixty_one_days", bad=True, edge=True)
    penalty = fine(book, book.person(), LAST - timedelta(days=60), FORGED[place % 4])
    _c9(book, penalty, "sixty_days", edge=True)


def transferred_late(book: Book, place: int) -> None:
    """Handed over, but after the sixty days."""
    penalty = fine(book, book.person(), _day(book, spread=150), FORGED[place % 4])
    paper(book, penalty, "移送公安", penalty["decide_date"] + timedelta(days=61 + 40 * place))
    _c9(book, penalty, "transferred_late", "LATE_TRANSFER", bad=True, edge=place == 0)


def fined_school_victim(book: Book, place: int) -> None:
    """Fined after a training school had taken money for a certificate."""
    scene = book.scene(LABOUR)
    scene.trade = TRADES[place % 4]
    book.enrol(scene, scene.enter - timedelta(days=60))
    penalty = fine(book, scene, scene.middle, FORGED[place % 4])
    _c9(book, penalty, "fined_school_victim", "VICTIM_OF_SCHOOL", bad=True)


def revoked(book: Book, place: int) -> None:
    """The decision did not stand."""
    day = _day(book, spread=180)
    gone = {"status": "已撤销", "status_date": day + timedelta(days=50)}
    _c9(book, fine(book, book.person(), day, FORGED[place % 4], **gone), "revoked", "PENALTY_REVOKED")


def filed_elsewhere(book: Book, place: int) -> None:
    """The police had a case of their own, which does not name the penalty."""
    penalty = fine(book, book.person(), _day(book), FORGED[place % 4])
    paper(book, penalty, "公安立案", penalty["decide_date"] + timedelta(days=15 * place - 60), own=False)
    _c9(book, penalty, "filed_elsewhere", "POLICE_FILED")


def punished_by_police(book: Book, place: int) -> None:
    """Below a crime: a police penalty."""
    penalty = fine(book, book.person(), _day(book), FORGED[place % 4])
    paper(book, penalty, "治安处罚", penalty["decide_date"] + timedelta(days=30), own=place % 2 == 0)
    _c9(book, penalty, "punished_by_police", "POLICE_PUNISHED")


def declined_by_police(book: Book, place: int) -> None:
    """The police looked at it and did not file."""
    penalty = fine(book, book.person(), _day(book), FORGED[place % 4])
    paper(book, penalty, "不予立案", penalty["decide_date"] + timedelta(days=45))
    _c9(book, penalty, "declined_by_police", "POLICE_DECLINED")


def transferred_in_time(book: Book, place: int) -> None:
    """Handed over within the days; every fourth on the last one."""
    penalty = fine(book, book.person(), _day(book), FORGED[place % 4])
    edge = place % 4 == 0
    paper(book, penalty, "移送公安", penalty["decide_date"] + timedelta(days=60 if edge else 3 + place))
    if place % 3 == 0:
        paper(book, penalty, "公安立案", penalty["decide_date"] + timedelta(days=90))
    _c9(book, penalty, "transferred_in_time", edge=edge)


def other_cause(book: Book, place: int) -> None:
    """Fines that have nothing to do with forgery, some on companies."""
    firm: Row = {"party_kind": "单位", "party_name": "某建设工程有限公司", "party_id": None}
    firm |= {"party_uscc": book.schools[place % len(book.schools)]}
    fine(book, book.person(), _day(book), OTHER[place % 3], **(firm if place % 5 == 0 else {}))


def _fined_before(
    book: Book, scene: Scene, place: int, day: date | None = None, cause: str = "", **changes: Any
) -> Row:
    """A fine three weeks before the stay, for having no certificate unless ``cause`` says otherwise."""
    return fine(book, scene, day or scene.enter - timedelta(days=21), cause or PLAIN[place % 3], **changes)


def _c10(
    book: Book, scene: Scene, penalty: Row, kind: str, code: str | None = None, *, bad: bool = False, edge: bool = False
) -> None:
    after = [day for day in scene.days if day > penalty["decide_date"]] or scene.days[-1:]
    book.case(
        C10,
        scene.id_no,
        kind,
        (after[0], after[-1]),
        [
            ("cert.site_worker", {"worker_id": scene.worker_id}),
            ("cert.admin_penalty", {"doc_no": penalty["doc_no"]}),
        ],
        label="violation" if bad else "lookalike",
        code=code,
        threshold=edge,
    )


def unlicensed_again(book: Book, place: int) -> None:
    """Fined, and on the next site again without any certificate; the first of them for forgery, which C9 sees too."""
    scene = book.scene(TRADES[place % 4])
    penalty = _fined_before(book, scene, place, cause=FORGED[place] if place < 2 else "")
    if place < 2:
        _c9(book, penalty, "fined_and_back", bad=True)
    _c10(book, scene, penalty, "unlicensed_again", bad=True)
    book.truth(scene, C3, "unlicensed_again")


def lapsed_again(book: Book, place: int) -> None:
    """Fined, then back at work with the expired certificate."""
    scene = book.scene(TRADES[place % 4], enter=date(2025, 8, 1) + place % 9 * timedelta(days=1))
    lapse(book, scene, scene.enter - timedelta(days=60))
    _c10(book, scene, _fined_before(book, scene, place), "lapsed_again", bad=True)
    book.truth(scene, "expired_or_unreviewed", "lapsed_again")


def one_day_after_fine(book: Book, place: int) -> None:
    """Worked exactly one more day after the fine."""
    scene = book.scene(TRADES[place % 4])
    penalty = _fined_before(book, scene, place, scene.days[-2])
    _c10(book, scene, penalty, "one_day_after_fine", bad=True, edge=True)
    book.truth(scene, C3, "one_day_after_fine")


def fine_revoked_on_post(book: Book, place: int) -> None:
    """The certificate was good all along and the fine was taken back."""
    scene = book.scene(TRADES[place % 4])
    book.certify(scene)
    gone: Row = {"status": "已撤销", "status_date": scene.middle}
    _c10(book, scene, _fined_before(book, scene, place, **gone), "fine_revoked", "PENALTY_REVOKED")


def certified_since(book: Book, place: int) -> None:
    """Passed the exam after the fine, in whichever system the trade belongs to."""
    for trade, system, category, code in (
        ("电工", None, None, "NEW_CERT"),
        ("架子工", None, None, "HOUSING_CERT"),
        ("叉车司机", None, None, "SAMR_CERT"),
        ("焊工", "军工", WELDING, "OTHER_REGISTER"),
        ("焊工", "应急", OLD_WELDING, "CATEGORY_RENAMED"),
    ):
        scene = book.scene(trade)
        penalty = _fined_before(book, scene, place)
        start = scene.enter if place == 0 else scene.enter - timedelta(days=7)
        book.certify(scene, system, category, first_issue=start, valid_from=start)
        _c10(book, scene, penalty, "certified_since", code, edge=place == 0)
        if code in ("OTHER_REGISTER", "CATEGORY_RENAMED"):
            book.innocent(scene, C3, "certified_since", code)


def labourer_since(book: Book, place: int) -> None:
    """Kept on the roster as a special trade, but does labourer's work since."""
    scene = book.scene(TRADES[place % 4], day_trade=LABOUR)
    _c10(book, scene, _fined_before(book, scene, place), "labourer_since", "WORKED_AS_LABOURER")
    book.innocent(scene, C3, "labourer_since", "WORKED_AS_LABOURER")


def number_changed_since(book: Book, place: int) -> None:
    """The good certificate stands under the id number before its change."""
    scene = book.scene(TRADES[place % 4])
    old = with_check_digit(f"3399{scene.id_no[4:16]}{(int(scene.id_no[16]) + 2) % 10}")
    book.certify(scene, id_no=old, cert_no=f"T{old}")
    book.change("号码变更", old, scene.id_no, scene.name, scene.name, scene.enter - timedelta(days=100))
    _c10(book, scene, _fined_before(book, scene, place), "number_changed_since", "ID_CHANGED")
    book.innocent(scene, C3, "number_changed_since", "ID_CHANGED")


def foreigner_since(book: Book, place: int) -> None:
    """A passport holder, whom the registers do not know by that number."""
    scene = book.scene(
        TRADES[place % 4],
        id_no=f"EP{6_210_000 + 41 * place:07d}",
        name=("ALI HASSAN", "TRAN QUOC BAO", "KIM MIN JUN", "IVAN PETROV")[place % 4],
        id_type="护照",
    )
    _c10(book, scene, _fined_before(book, scene, place), "foreigner_since", "FOREIGN_DOCUMENT")
    book.innocent(scene, C3, "foreigner_since", "FOREIGN_DOCUMENT")


def within_lag_since(book: Book, place: int) -> None:
    """The new card was seen on site, the platform need not have it yet."""
    issued = REGISTER_AS_OF - timedelta(days=45 if place == 0 else 30)
    scene = book.scene(TRADES[place % 4], enter=issued + timedelta(days=2), leave=issued + timedelta(days=25))
    book.forge(scene, first_issue=issued, valid_from=issued, valid_to=plus_years(issued, 6))
    _c10(book, scene, _fined_before(book, scene, place), "within_lag_since", "PLATFORM_LAG", edge=place == 0)
    book.innocent(scene, f"not_in_register {C3}", "within_lag_since", "PLATFORM_LAG", threshold=place == 0)


def after_export_since(book: Book, place: int) -> None:
    """Back on post only after the register was exported."""
    scene = book.scene(TRADES[place % 4], enter=date(2025, 12, 29), leave=LAST)
    _c10(book, scene, _fined_before(book, scene, place), "after_export_since", "REGISTER_STALE")
    book.innocent(scene, C3, "after_export_since", "REGISTER_STALE")


def cancelled_since(book: Book, place: int) -> None:
    """The certificate was cancelled only after the stay."""
    scene = book.scene(TRADES[place % 4])
    book.certify(scene, status="撤销", status_date=scene.leave + timedelta(days=1 + 9 * place))
    _c10(book, scene, _fined_before(book, scene, place), "cancelled_since", "CANCELLED_LATER", edge=place == 0)


def fined_on_last_day(book: Book, place: int) -> None:
    """Fined on the last day on site, and gone."""
    scene = book.scene(TRADES[place % 4], day_trade=LABOUR)
    _c10(book, scene, _fined_before(book, scene, place, scene.days[-1]), "fined_on_last_day", edge=True)
    book.innocent(scene, C3, "fined_on_last_day", "WORKED_AS_LABOURER")
