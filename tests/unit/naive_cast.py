"""Casts of single texts in plain Python, written from the documentation of the types and not from their SQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from xiansuo.core.identifiers import is_id_number, is_luhn, is_uscc

BLANKS = "".join(
    ["\t\n\r \u00a0\u00ad\u2060\u3000\ufeff", *map(chr, range(0x2000, 0x2010)), *map(chr, range(0x2028, 0x2030))]
)


def half(text: str) -> str:
    return "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else " " if c == "\u3000" else c for c in text)


def squeezed(text: str) -> str:
    return "".join(c for c in half(text) if c not in BLANKS)


def blank(text: str) -> bool:
    return all(c in BLANKS for c in text)


def code(text: str) -> str | None:
    stripped = half(text).strip(BLANKS).lstrip("'").strip(BLANKS)
    if re.fullmatch(r"[+-]?[0-9](\.[0-9]+)?[Ee]\+[0-9]+", stripped):
        return None
    return stripped


def number(text: str, scale: int, marks: tuple[str, ...] = ()) -> Decimal | None:
    plain = squeezed(text.lstrip("'"))
    for mark in marks:
        plain = plain.removesuffix(mark) if mark == "元" else plain.removeprefix(mark)
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", plain):
        return None
    value = Decimal(plain)
    if abs(value) >= Decimal(10) ** (18 - scale):
        return None
    rounded = value.quantize(Decimal(1).scaleb(-scale))
    return rounded if rounded == value else None


def money(text: str) -> Decimal | None:
    return number(text, 2, ("￥", "¥", "元"))


def quantity(text: str) -> Decimal | None:
    return number(text, 4)


def integer(text: str) -> int | None:
    value = number(text, 0)
    plain = squeezed(text.lstrip("'"))
    return None if value is None or plain.lstrip("+-").startswith(".") else int(value)


def moment(text: str) -> datetime | None:
    plain = half(text.lstrip("'")).strip(BLANKS)
    for mark, plainer in (("年", "-"), ("月", "-"), ("日", " "), ("时", ":"), ("分", ":"), ("秒", " ")):
        plain = plain.replace(mark, plainer)
    plain = plain.rstrip(" ").rstrip("-:").strip(" ")
    if re.fullmatch("[1-9][0-9]{7}", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    if re.fullmatch("[1-9][0-9]{13}", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:8]} {plain[8:10]}:{plain[10:12]}:{plain[12:]}"
    if serial := re.fullmatch(r"([1-9][0-9]{4})(\.[0-9]{0,15})?", plain):
        days = Decimal(plain if serial[2] != "." else serial[1])
        return datetime(1899, 12, 30) + timedelta(days=int(days), milliseconds=_milliseconds(days % 1))
    found = re.fullmatch(
        r"([1-9]\d{3})[-/.](\d{1,2})[-/.](\d{1,2})([ T]+(\d{1,2}):(\d{1,2})(:(\d{1,2})(\.(\d+))?)?)?", plain, re.ASCII
    )
    if not found:
        return None
    fraction = (found[10] or "").rstrip("0")
    if len(fraction) > 6:
        return None
    try:
        return datetime(
            int(found[1]),
            int(found[2]),
            int(found[3]),
            int(found[5] or 0),
            int(found[6] or 0),
            int(found[8] or 0),
            int(fraction.ljust(6, "0")),
        )
    except ValueError:
        return None


def _milliseconds(fraction: Decimal) -> int:
    return int((fraction * 86_400_000).quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def day(text: str) -> date | None:
    found = moment(text)
    return found.date() if found is not None and found == datetime(found.year, found.month, found.day) else None


def boolean(text: str) -> bool | None:
    plain = (code(text) or "").upper()
    known = {"是": True, "1": True, "Y": True, "TRUE": True, "否": False, "0": False, "N": False, "FALSE": False}
    return known.get(plain)


def id_number(text: str) -> str | None:
    plain = squeezed(text).lstrip("'").upper()
    if re.fullmatch("[0-9]{15}", plain):
        body = f"{plain[:6]}19{plain[6:]}"
        plain = next(body + last for last in "0123456789X" if _sums_to_one(body + last))
    return plain if is_id_number(plain) and plain[0] != "0" and plain[6:8] in ("18", "19", "20") else None


def _sums_to_one(number: str) -> bool:
    return sum((10 if c == "X" else int(c)) * 2 ** (17 - place) for place, c in enumerate(number)) % 11 == 1


def uscc(text: str) -> str | None:
    plain = squeezed(text).lstrip("'").upper()
    return plain if is_uscc(plain) else None


def bank_card(text: str) -> str | None:
    plain = squeezed(text).lstrip("'").replace("-", "")
    return plain if 13 <= len(plain) <= 19 and is_luhn(plain) else None


CASTS: dict[str, Callable[[str], object]] = {
    "code": code,
    "money.yuan": money,
    "quantity": quantity,
    "integer": integer,
    "date": day,
    "timestamp": moment,
    "boolean": boolean,
    "cn.id_number": id_number,
    "cn.uscc": uscc,
    "cn.bank_card": bank_card,
}
