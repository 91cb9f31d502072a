"""A short ordinary stay or clinic visit on which a charging case hangs its lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from xiansuo.synth.medins.book import CLINIC, STAY, Book, Line, Visit, moment
from xiansuo.synth.medins.catalog import ADMISSIONS


def stay(book: Book, hospital: str, day: date, days: int, lines: Sequence[Line], **extra: Any) -> Visit:
    """``days`` nights with consultation, nursing and infusion on few of them, and the case's own lines."""
    code, name, dept = ADMISSIONS[book.serial // 7 % len(ADMISSIONS)]
    ordinary = [
        Line("visit_ward", moment(day, 9)),
        Line("nursing2", moment(day + timedelta(days=1), 9)),
        Line("infusion", moment(day + timedelta(days=1), 15)),
    ]
    end = day + timedelta(days=days)
    minute = book.serial % 60
    return book.visit(
        extra.pop("person", None) or book.person(),
        hospital,
        extra.pop("kind", STAY),
        moment(day, 8, minute),
        moment(end, 14, minute),
        [*ordinary, *lines],
        diagnosis=extra.pop("diagnosis", (code, name)),
        dept=extra.pop("dept", dept),
        settled=moment(end, 15, minute),
        **extra,
    )


def clinic(book: Book, hospital: str, day: date, lines: Sequence[Line], **extra: Any) -> Visit:
    """A clinic visit of an hour with the case's lines."""
    minute = book.serial % 60
    return book.visit(
        book.person(),
        hospital,
        CLINIC,
        moment(day, 8, minute),
        moment(day, 11, minute),
        [Line("visit", moment(day, 9)), *lines],
        diagnosis=extra.pop("diagnosis", ("M54.500", "腰痛")),
        **extra,
    )
