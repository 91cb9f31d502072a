"""SQL building blocks of the semantic types. Every fragment is an expression over the column ``x`` (DuckDB dialect).

Kept apart from the registry so that it stays readable. No types, no tables here.
"""

from __future__ import annotations

import re

from xiansuo.core.identifiers import ID_CHECKS, ID_WEIGHTS, USCC_ALPHABET, USCC_WEIGHTS
from xiansuo.core.naming import quote_literal

_X = re.compile(r"(?<!\\)\bx\b")  # not the x of a regular expression's \x{..}
_X_OR_AID = re.compile(r"(?<!\\)\b(?:x|aid)\b")
_FULL = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
_HALF = "".join(chr(code) for code in range(0x21, 0x7F)) + " "
BLANK = r"\t\n\r \x{a0}\x{ad}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{2060}\x{3000}\x{feff}"
"""Members of a regular-expression class: tabs, line ends, spaces of every width, invisible marks."""
WIDE = r"\x{ff01}-\x{ff5e}"
"""Members of a regular-expression class: full-width forms of the ASCII characters."""


def over(fragment: str, operand: str) -> str:
    """``fragment`` with its ``x`` replaced by ``operand`` (an identifier, a literal or another fragment)."""
    return _X.sub(lambda _: operand, fragment)


def with_aid(rule: str, operand: str, aid: str) -> str:
    """A validation ``rule`` over ``operand``, with the expression ``aid`` where the rule says ``aid``."""
    return _X_OR_AID.sub(lambda match: aid if match[0] == "aid" else operand, rule)


def strip(inner: str) -> str:
    """Without blank characters at both ends; text of blanks only becomes NULL."""
    return f"nullif(regexp_replace({inner}, '^[{BLANK}]+|[{BLANK}]+$', '', 'g'), '')"


def squeeze(inner: str) -> str:
    """Without any blank character anywhere; text of blanks only becomes NULL."""
    return f"nullif(regexp_replace({inner}, '[{BLANK}]+', '', 'g'), '')"


def half(inner: str) -> str:
    """Full-width ASCII forms and the ideographic space become half-width."""
    mapped = f"translate({inner}, {quote_literal(_FULL)}, {quote_literal(_HALF)})"  # slow, hence only where needed
    return f"CASE WHEN regexp_matches({inner}, '[{WIDE}\\x{{3000}}]') THEN {mapped} ELSE {inner} END"


def code(inner: str) -> str:
    """Half-width, stripped, without the apostrophe spreadsheets put before numbers kept as text."""
    return strip(f"ltrim({strip(half(inner))}, '''')")


def join_words(inner: str) -> str:
    """Stripped names: blanks beside anything but Latin letters and digits go, between Latin words one space stays."""
    after = f"regexp_replace({strip(inner)}, '([^A-Za-z0-9{BLANK}])[{BLANK}]+', '\\1', 'g')"
    before = f"regexp_replace({after}, '[{BLANK}]+([^A-Za-z0-9{BLANK}])', '\\1', 'g')"
    return f"regexp_replace({before}, '[{BLANK}]+', ' ', 'g')"


def number_text(marks: str = "") -> str:
    """Text of a number: half-width, without blanks, what ``marks`` matches and well-placed thousands commas."""
    plain = squeeze(half("ltrim(x, chr(39))"))
    if marks:
        plain = f"regexp_replace({plain}, '{marks}', '', 'g')"
    grouped = f"regexp_full_match({plain}, '[+-]?[0-9]{{1,3}}(,[0-9]{{3}})+([.][0-9]*)?')"
    return f"nullif(CASE WHEN {grouped} THEN replace({plain}, ',', '') ELSE {plain} END, '')"


def matching(pattern: str) -> str:
    """``x`` when the whole of it matches ``pattern``, else NULL."""
    return f"CASE WHEN regexp_full_match(x, '{pattern}') THEN x END"


def written_as(duckdb_type: str) -> str:
    """Whether ``x`` is the beginning of how DuckDB itself writes the value it reads from ``x``.

    That leaves out every form the engine reads and a contract must not: exponents, underscores, blanks, rounded
    digits, 24 o'clock, time zones. A beginning suffices, for a decimal is written with all its places.
    """
    return f"starts_with(CAST(try_cast(x AS {duckdb_type}) AS VARCHAR), x)"


def decimal(scale: int) -> str:
    """Normalised text to DECIMAL(18, scale); exponents and digits beyond the scale give NULL, never rounding."""
    shape = f"[+-]?([0-9]+([.][0-9]{{0,{scale}}}0*)?|[.][0-9]{{1,{scale}}}0*)"
    return f"CASE WHEN regexp_full_match(x, '{shape}') THEN try_cast(x AS DECIMAL(18,{scale})) END"


def ratio() -> str:
    """A plain ratio, or a percentage with at most four decimals, to DECIMAL(18,6)."""
    percent = "try_cast(left(x, length(x) - 1) AS DECIMAL(18,4)) * CAST('0.01' AS DECIMAL(3,2))"
    shape = "[+-]?[0-9]+([.][0-9]{0,4}0*)?%"
    return f"CASE WHEN regexp_full_match(x, '{shape}') THEN try_cast({percent} AS DECIMAL(18,6)) ELSE {decimal(6)} END"


def integer() -> str:
    """Normalised text to BIGINT; a fraction other than zeros gives NULL."""
    return (
        "CASE WHEN regexp_full_match(x, '[+-]?[0-9]+([.]0*)?') "
        "THEN try_cast(regexp_replace(x, '[.]0*$', '') AS BIGINT) END"
    )


def temporal_text() -> str:
    """Dates and times with one separator: ``年月日时分秒`` and half-width forms become ``- - :``."""
    cleaned = strip(half("ltrim(x, chr(39))"))
    with_marks = f"regexp_replace({cleaned}, '[秒日号]', ' ', 'g')"
    return f"nullif(trim(regexp_replace(translate({with_marks}, '年月时点分', '--:::'), '[-:]+ *$', '')), '')"


_DAY = "([1-9][0-9]{3})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"
_TIME = "[ T]+([0-9]{1,2}):([0-9]{1,2})(:([0-9]{1,2})([.][0-9]{1,6}0*)?)?"
_SERIAL = "[1-9][0-9]{4}"


def _iso(pattern: str) -> str:
    parts = [f"regexp_extract(x, '^{pattern}', {group})" for group in (1, 2, 3)]
    return f"{parts[0]} || '-' || {parts[1]} || '-' || {parts[2]}"


def date_cast() -> str:
    """Normalised text to DATE: separated, compact or spreadsheet serial; a time other than midnight gives NULL."""
    midnight = "([ T]+0{1,2}:0{1,2}(:0{1,2}([.]0+)?)?)?"
    return (
        f"CASE WHEN regexp_full_match(x, '{_DAY}{midnight}') THEN try_cast({_iso(_DAY)} AS DATE) "
        f"WHEN regexp_full_match(x, '[1-9][0-9]{{7}}') THEN {_compact_day()} "
        f"WHEN regexp_full_match(x, '{_SERIAL}([.]0*)?') "
        "THEN DATE '1899-12-30' + try_cast(left(x, 5) AS INTEGER) END"
    )


def _compact_day() -> str:
    return "try_cast(left(x, 4) || '-' || substring(x, 5, 2) || '-' || substring(x, 7, 2) AS DATE)"


def timestamp_cast() -> str:
    """Normalised text to TIMESTAMP; a day alone means midnight, a serial's fraction is read to the millisecond."""
    time = "regexp_extract(x, '[ T]+([0-9:.]+)$', 1)"
    clock = f"{time} || CASE WHEN regexp_full_match({time}, '[0-9]+:[0-9]+') THEN ':00' ELSE '' END"
    full_clock = f"CASE WHEN {time}[2] = ':' THEN '0' ELSE '' END || {clock}"
    compact = (
        f"try_cast({_compact_day()} || ' ' || substring(x, 9, 2) || ':' || substring(x, 11, 2) "
        "|| ':' || substring(x, 13, 2) AS TIMESTAMP)"
    )
    millis = "CAST(round(CAST(try_cast(substring(x, 6) AS DECIMAL(18,15)) AS DECIMAL(28,15)) * 86400000) AS BIGINT)"
    return (
        f"CASE WHEN regexp_full_match(x, '{_DAY}{_TIME}') AND NOT regexp_matches(x, '[ T]+24:') "
        f"THEN try_cast({_iso(_DAY)} || ' ' || {full_clock} AS TIMESTAMP) "
        f"WHEN regexp_full_match(x, '[1-9][0-9]{{13}}') AND substring(x, 9, 2) < '24' THEN {compact} "
        f"WHEN regexp_full_match(x, '{_SERIAL}[.][0-9]{{1,15}}') "
        f"THEN DATE '1899-12-30' + try_cast(left(x, 5) AS INTEGER) + to_milliseconds({millis}) "
        f"ELSE CAST({date_cast()} AS TIMESTAMP) END"
    )


def month_cast() -> str:
    """Normalised text to the DATE of the month's first day; a day other than the first gives NULL."""
    tail = "([-/.]0?1([ T]+0{1,2}:0{1,2}(:0{1,2}([.]0+)?)?)?)?"
    shape = "([1-9][0-9]{3})[-/.]([0-9]{1,2})"
    year, number = (f"regexp_extract(x, '^{shape}', {group})" for group in (1, 2))
    return (
        f"CASE WHEN regexp_full_match(x, '{shape}{tail}') THEN try_cast({year} || '-' || {number} || '-01' AS DATE) "
        "WHEN regexp_full_match(x, '[1-9][0-9]{5}') "
        "THEN try_cast(left(x, 4) || '-' || substring(x, 5, 2) || '-01' AS DATE) END"
    )


def boolean_cast() -> str:
    """是/1/Y/TRUE and 否/0/N/FALSE, in either case."""
    return (
        "CASE WHEN upper(x) IN ('是', '1', 'Y', 'TRUE') THEN true "
        "WHEN upper(x) IN ('否', '0', 'N', 'FALSE') THEN false END"
    )


def id_remainder(number: str, digits: int) -> str:
    """Weighted digit sum (GB 11643, weights 2^k mod 11 from the right) of the BIGINT ``number``, to be taken modulo 11.

    ``number`` holds the leading ``digits`` of the 18 places. Digits are never split: sum(w_k * digit_k) equals
    sum((w_k - 10 * w_{k+1}) * (number // 10^k)), which costs one division a digit, a third of what substrings cost.
    """
    weights = (*ID_WEIGHTS, 1)[:digits][::-1]
    terms = []
    for place, weight in enumerate(weights):
        previous = weights[place - 1] if place else 0
        factor = (weight - 10 * previous) % 11
        if factor:
            terms.append(f"({number} // {10**place}) * {factor}" if place else f"{number} * {factor}")
    return " + ".join(terms)


def id_as_number() -> str:
    """The citizen number ``x`` as BIGINT with 0 for a final X: what ``id_check_holds`` calls ``aid``."""
    return "try_cast(replace(x, 'X', '0') AS BIGINT)"


def id_check_holds() -> str:
    """Whether ``x``, with ``aid`` from ``id_as_number``, has a real birth date and the check character of GB 11643.

    Days up to the 28th are real in every month; only the others pay for the calendar.
    """
    month_day, month, year = "aid // 10000 % 10000", "aid // 1000000 % 100", "aid // 100000000 % 10000"
    last_day = (
        f"CASE WHEN {month} IN (4, 6, 9, 11) THEN 30 WHEN {month} <> 2 THEN 31 "
        f"WHEN {year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0) THEN 29 ELSE 28 END"
    )
    birth = (
        f"CASE WHEN {month_day} NOT BETWEEN 101 AND 1299 THEN false WHEN {month_day} % 100 BETWEEN 1 AND 28 THEN true "
        f"ELSE {month_day} % 100 BETWEEN 1 AND {last_day} END"
    )
    ten = "CASE WHEN suffix(x, 'X') THEN 10 ELSE 0 END"
    return f"(({id_remainder('aid', 18)} + {ten}) % 11 = 1 AND {birth})"


def id_text() -> str:
    """Document text of a citizen number: half-width, upper case, no blanks; 15 digits become 18 characters."""
    text = f"upper(ltrim({squeeze(half('x'))}, ''''))"
    long = f"left({text}, 6) || '19' || substring({text}, 7)"
    remainder = id_remainder(f"try_cast({long} AS BIGINT)", 17)
    check = f"substring('{ID_CHECKS}', CAST(({remainder}) % 11 AS INTEGER) + 1, 1)"
    return f"CASE WHEN regexp_full_match({text}, '[0-9]{{15}}') THEN {long} || {check} ELSE nullif({text}, '') END"


def uscc_check_holds() -> str:
    """Whether the 18-character code ``x`` carries the check character of GB 32100-2015."""
    terms = [
        f"(strpos('{USCC_ALPHABET}', substring(x, {place + 1}, 1)) - 1) * {weight}"
        for place, weight in enumerate(USCC_WEIGHTS)
    ]
    terms.append(f"strpos('{USCC_ALPHABET}', right(x, 1)) - 1")
    return f"(({' + '.join(terms)}) % 31 = 0)"


def luhn_holds() -> str:
    """Whether the digits ``x`` (at most 20) satisfy the Luhn sum."""
    padded = "lpad(x, 20, '0')"
    terms = [
        f"strpos('{'0123456789' if place % 2 else '0516273849'}', substring({padded}, {place + 1}, 1)) - 1"
        for place in range(20)
    ]
    return f"(({' + '.join(terms)}) % 10 = 0)"
