"""Identifiers and dates in bulk: id numbers, company codes, phones, plates, days of a year, as numpy vectors.

Belongs here: vectorised makers whose check digits are right (GB 11643-1999, GB 32100-2015, GB 11714).
Checking one identifier at a time is ``core.identifiers``; who carries which identifier is ``world``.
Every maker is a pure function of its arguments; randomness comes in as a numpy Generator.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Ints = np.ndarray[Any, np.dtype[np.int64]]
    Strings = np.ndarray[Any, np.dtype[np.str_]]

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
SERIALS = 50
PHONE_PREFIXES = ("130", "131", "132", "133", "135", "136", "137", "138", "139", "150", "151", "152", "155")
PHONE_PREFIXES_NEW = ("157", "158", "159", "177", "180", "181", "186", "187", "188", "189", "191", "198")
PLATE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def permuted(n: int, space: int, offset: int, stride: int = 2_654_435_761) -> Ints:
    """n distinct integers below ``space``, scattered: (offset + i * stride) mod space, stride made coprime."""
    import math

    import numpy as np

    step = stride % space or 1
    while math.gcd(step, space) != 1:
        step += 1
    return np.asarray((offset + np.arange(n, dtype=np.int64) * step) % space, dtype=np.int64)


def _codes(values: Strings, width: int, alphabet: str) -> Ints:
    """Fixed-width strings -> n x width matrix of positions in the alphabet."""
    import numpy as np

    lookup = np.full(128, -1, dtype=np.int64)
    for position, letter in enumerate(alphabet):
        lookup[ord(letter)] = position
    return np.asarray(lookup[values.astype(f"U{width}").view(np.uint32).reshape(-1, width)], dtype=np.int64)


def _pick(alphabet: str, positions: Ints) -> Strings:
    import numpy as np

    return np.asarray(np.array(list(alphabet))[positions])


def _digits(values: Ints, width: int) -> Strings:
    import numpy as np

    return np.char.zfill(values.astype(f"U{width}"), width)


def id_numbers(region: Strings, births: Strings, gender: Strings, salt: int = 0) -> Strings:
    """18-character id numbers (GB 11643-1999) for parallel vectors; people of one region and day differ.

    ``region`` six digits, ``births`` YYYYMMDD, ``gender`` '1' male or '2' female (the 17th digit's parity).
    ``salt`` (0..9) shifts the serial numbers so that batches may share regions and days: 50 serials a batch.
    """
    import numpy as np
    import polars as pl

    frame = pl.DataFrame({"r": region, "b": births, "g": gender})
    rank = frame.select(n=pl.int_range(pl.len()).over("r", "b", "g"))["n"].to_numpy()
    start = (np.asarray(births).astype(np.int64) * 7919 + np.asarray(region).astype(np.int64) * 31) % SERIALS
    serial = ((start + rank) % SERIALS + SERIALS * salt) * 2 + (np.asarray(gender) == "1")
    body = np.char.add(np.char.add(region, births), _digits(np.asarray(serial, dtype=np.int64), 3))
    total = _codes(body, 17, "0123456789") @ np.array(ID_WEIGHTS)
    return np.char.add(body, _pick(ID_CHECKS, total % 11))


def org_codes(serials: Ints) -> Strings:
    """Organisation codes (GB 11714): 'MA' + six characters of the serial in base 31 + check character."""
    import numpy as np

    letters = np.full(len(serials), "MA", dtype="U2")
    rest = np.asarray(serials, dtype=np.int64)
    for power in range(5, -1, -1):
        letters = np.char.add(letters, _pick(USCC_ALPHABET, rest // 31**power % 31))
    weights = np.array(ORG_WEIGHTS)
    values = _codes(letters, 8, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return np.char.add(letters, _pick("0X987654321", (values @ weights) % 11))


def usccs(region: Strings, serials: Ints, prefix: str = "91") -> Strings:
    """Unified social credit codes (GB 32100-2015): prefix (91 company, 12 public institution) + region + org code."""
    import numpy as np

    heads = np.full(len(region), prefix, dtype="U2")
    body = np.char.add(np.char.add(heads, np.asarray(region).astype("U6")), org_codes(serials))
    total = _codes(body, 17, USCC_ALPHABET) @ np.array(USCC_WEIGHTS)
    return np.char.add(body, _pick(USCC_ALPHABET, (31 - total % 31) % 31))


def phones(rng: np.random.Generator, n: int) -> Strings:
    """n distinct mobile numbers of 11 digits."""
    import numpy as np

    heads = np.array(PHONE_PREFIXES + PHONE_PREFIXES_NEW)[rng.integers(0, 25, n)]
    return np.char.add(heads, _digits(permuted(n, 10**8, int(rng.integers(0, 10**8))), 8))


def plates(rng: np.random.Generator, n: int, city: str = "浙A") -> Strings:
    """n distinct plates (GA 36): city letters + five characters, the first a letter."""
    import numpy as np

    serial = permuted(n, 24 * 34**2 * 100, int(rng.integers(0, 10**6)), stride=1_000_003)
    plate = np.char.add(np.full(n, city, dtype="U2"), _pick(PLATE_ALPHABET[10:], serial // 115_600 % 24))
    for divisor in (3400, 100):
        plate = np.char.add(plate, _pick(PLATE_ALPHABET, serial // divisor % 34))
    return np.char.add(plate, _digits(serial % 100, 2))


def serial_codes(prefix: str, n: int, width: int = 8, start: int = 1) -> Strings:
    """prefix + running number padded with zeros: readable distinct business keys."""
    import numpy as np

    heads = np.full(n, prefix, dtype=f"U{max(1, len(prefix))}")
    return np.char.add(heads, _digits(np.arange(start, start + n, dtype=np.int64), width))


def dates_between(rng: np.random.Generator, first: date, last: date, n: int) -> pl.Series:
    """n days drawn evenly from first..last inclusive, as a Polars Date series."""
    import polars as pl

    days = rng.integers(first.toordinal(), last.toordinal() + 1, n) - date(1970, 1, 1).toordinal()
    return pl.Series("date", days).cast(pl.Int32).cast(pl.Date)


def to_fifteen(id_number: str) -> str:
    """The 15-digit form of an 18-digit number of someone born in 19xx (drops the century and the check digit)."""
    return id_number[:6] + id_number[8:17]
