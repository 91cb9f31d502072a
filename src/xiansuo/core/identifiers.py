"""Check digits of Chinese identifiers in plain Python. The SQL twins live in ``core/semantic.py``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_DIGITS = "0123456789"


def id_check_digit(first17: str) -> str:
    """The 18th character of a 公民身份号码 (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return ID_CHECKS[_weighted([_DIGITS.index(c) for c in first17], ID_WEIGHTS) % 11]


def id_from_15(number: str) -> str:
    """The 18-character form of an old 15-digit number, whose births all fall in the 1900s."""
    body = f"{number[:6]}19{number[6:]}"
    return body + id_check_digit(body)


def is_id_number(text: str) -> bool:
    """Whether ``text`` is an 18-character number with a real birth date and the right check character."""
    if len(text) != 18 or any(c not in _DIGITS for c in text[:17]):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return text[17] == id_check_digit(text[:17])


def uscc_check_character(first17: str) -> str:
    """The 18th character of a 统一社会信用代码 (GB 32100-2015, MOD 31)."""
    total = _weighted([USCC_ALPHABET.index(c) for c in first17], USCC_WEIGHTS)
    return USCC_ALPHABET[(31 - total % 31) % 31]


def is_uscc(text: str) -> bool:
    """Whether ``text`` is an 18-character 统一社会信用代码 with the right check character."""
    if len(text) != 18 or any(c not in USCC_ALPHABET for c in text):
        return False
    return text[17] == uscc_check_character(text[:17])


def org_check_character(first8: str) -> str:
    """The 9th character of a 组织机构代码 (GB 11714-1997, MOD 11)."""
    values = [int(c, 36) for c in first8]
    return "0123456789X0"[11 - _weighted(values, ORG_WEIGHTS) % 11]


def luhn_check_digit(body: str) -> str:
    """The digit that completes ``body`` to a card number (ISO/IEC 7812-1, Luhn)."""
    doubled = (sum(divmod(2 * int(c), 10)) for c in body[::-2])
    plain = (int(c) for c in body[-2::-2])
    return str(-(sum(doubled) + sum(plain)) % 10)


def is_luhn(text: str) -> bool:
    """Whether the last digit of an all-digit text completes it (Luhn)."""
    return len(text) > 1 and all(c in _DIGITS for c in text) and text[-1] == luhn_check_digit(text[:-1])


def vin_check_character(vin: str) -> str:
    """The 9th character that a 17-character VIN must carry (GB 16735-2019); position 9 of ``vin`` is not read."""
    values = [_VIN_VALUES[c] if c in _VIN_VALUES else int(c) for c in vin]
    return "0123456789X"[_weighted(values, VIN_WEIGHTS) % 11]


def _weighted(values: Sequence[int], weights: Sequence[int]) -> int:
    return sum(value * weight for value, weight in zip(values, weights, strict=True))
