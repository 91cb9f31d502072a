"""One generated SELECT per contract: delivered text -> typed columns and a bit per failed check.

The bits of a contract are numbered column by column in contract order, then row checks. Reasons are expanded from a
mask only for rejected rows: lists of reasons on every row would double the cost of an ingest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xiansuo.contracts.model import Column, Contract
from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.core.semantic_sql import over, with_aid

_BIGINT_BITS = 62
_HUGEINT_BITS = 126
_WORD = re.compile("[0-9A-Za-z\u4e00-\u9fff]+")


@dataclass(frozen=True)
class Check:
    """One reason a row can be rejected for; ``bit`` is its place in the mask, ``column`` None for row checks."""

    bit: int
    code: str
    column: str | None
    zh: str
    en: str


def bits(contract: Contract) -> list[Check]:
    """Every check of the contract with its bit, in bit order; InputError when the mask cannot hold them."""
    found = [Check(bit, code, column, zh, en) for bit, (code, column, zh, en, _) in enumerate(_numbered(contract))]
    if len(found) > _HUGEINT_BITS:
        raise InputError(
            f"the contract has {len(found)} checks, a mask holds {_HUGEINT_BITS}",
            file=contract.path,
            unit=contract.dataset,
            fix="use semantic type text where any text will do, or split the dataset",
        )
    return found


def reasons(contract: Contract, mask: int) -> list[Check]:
    """The checks a row with this mask failed."""
    return [check for check in bits(contract) if mask >> check.bit & 1]


def cast_query(contract: Contract, source: str, *, keep: Sequence[str] = ()) -> str:
    """SQL text: one row per row of ``source`` with the contract's typed columns, ``_failed`` (0 = good) and ``keep``.

    ``source`` is a relation (quoted name or parenthesised SELECT) with one VARCHAR column per contract column, named
    like it, and the columns ``keep``, which pass through.
    """
    mask_type = "BIGINT" if len(bits(contract)) <= _BIGINT_BITS else "HUGEINT"
    kept = "".join(f"{quote_ident(name)}, " for name in keep)
    named = ", ".join(quote_ident(column.name) for column in contract.columns)
    texts = ", ".join(_normalised(column) for column in contract.columns)
    typed = ", ".join(item for column in contract.columns for item in _typed(column))
    flags = "".join(f", {item}" for item in map(_clean_flag, contract.columns) if item)
    quick = "".join(
        f", {over(c.kind.quick, quote_ident(c.name))} AS {_quick(c)}" for c in contract.columns if _is_quick(c)
    )
    query = f"SELECT {kept}{named}{quick}{flags} FROM {source} AS _delivered"
    query = f"SELECT *, {texts} FROM ({query}) AS _flagged"
    query = f"SELECT {kept}{typed} FROM ({query}) AS _normalised"
    for extra in (_aids(contract), _verdicts(contract)):
        if extra:
            query = f"SELECT *, {extra} FROM ({query}) AS _typed"
    return f"SELECT {kept}{named}, {_mask(contract, mask_type)} AS _failed FROM ({query}) AS _judged"


def _aids(contract: Contract) -> str:
    """Helper values that a validation reads many times; the engine would compute each mention anew."""
    return ", ".join(
        f"{over(column.kind.aid, quote_ident(column.name))} AS {_aid(column)}"
        for column in contract.columns
        if column.kind.aid is not None
    )


def _verdicts(contract: Contract) -> str:
    return ", ".join(
        f"{with_aid(column.kind.validate, quote_ident(column.name), _aid(column))} AS {_valid(column)}"
        for column in contract.columns
        if column.kind.validate is not None
    )


def _clean_flag(column: Column) -> str | None:
    clean, name = column.kind.clean, quote_ident(column.name)
    if clean == "false":
        return None
    condition = over(clean, name)
    if plain := [value for value in column.enum if column.kind.keeps_words and _WORD.fullmatch(value)]:
        listed = ", ".join(map(quote_literal, plain))
        condition = f"CASE WHEN {name} IN ({listed}) THEN true ELSE {condition} END"
    return f"({condition}) AS {_flag(column)}"


def _normalised(column: Column) -> str:
    raw, kind = quote_ident(column.name), column.kind
    slow = over(kind.normalise, raw)
    if kind.clean == "false":
        return f"{slow} AS {_text(column)}"
    return f"CASE WHEN {_flag(column)} THEN {raw} ELSE {slow} END AS {_text(column)}"


def _typed(column: Column) -> Iterator[str]:
    kind, text, name = column.kind, _text(column), quote_ident(column.name)
    value = over(kind.cast, text)
    if _is_quick(column):
        value = f"CASE WHEN {_flag(column)} THEN {_quick(column)} ELSE {value} END"
    yield f"CAST({value} AS {kind.duckdb_type}) AS {name}"
    if kind.can_fail or column.required:
        yield f"{text} IS NULL AS {_blank(column)}"


def _text(column: Column) -> str:
    return quote_ident(f"_text_{column.name}")


def _is_quick(column: Column) -> bool:
    return column.kind.can_fail and column.kind.clean != "false"


def _quick(column: Column) -> str:
    return quote_ident(f"_quick_{column.name}")


def _flag(column: Column) -> str:
    return quote_ident(f"_clean_{column.name}")


def _aid(column: Column) -> str:
    return quote_ident(f"_aid_{column.name}")


def _valid(column: Column) -> str:
    return quote_ident(f"_valid_{column.name}")


def _blank(column: Column) -> str:
    return quote_ident(f"_blank_{column.name}")


def _mask(contract: Contract, mask_type: str) -> str:
    """The sum of the failed checks' powers of two, computed only where the cheap conjunction finds a failure."""
    failing = [condition for *_, condition in _numbered(contract)]
    if not failing:
        return f"CAST(0 AS {mask_type})"
    terms = " + ".join(
        f"CASE WHEN {condition} THEN CAST({1 << bit} AS {mask_type}) ELSE 0 END"
        for bit, condition in enumerate(failing)
    )
    return f"CASE WHEN {' OR '.join(f'({condition})' for condition in _screen(contract))} THEN {terms} ELSE 0 END"


def _screen(contract: Contract) -> Iterator[str]:
    """Fewer conditions, of which one holds whenever a check fails: a required column is judged by its absence."""
    for column in contract.columns:
        if column.required:
            yield f"{quote_ident(column.name)} IS NULL"
    required = {column.name for column in contract.columns if column.required}
    for code, name, _, _, condition in _numbered(contract):
        if name not in required or not code.endswith((":required", ":cast")):
            yield condition


def _numbered(contract: Contract) -> Iterator[tuple[str, str | None, str, str, str]]:
    """Code, column, Chinese, English and failure condition (never relied on to be NULL-free) of every check."""
    for column in contract.columns:
        for suffix, zh, en, condition in _column_checks(column):
            yield f"{column.name}:{suffix}", column.name, f"{column.title}{zh}", f"{column.name} {en}", condition
    for check in contract.row_checks:
        # TRY: an expression that overflows on absurd values rejects its row and not the delivery
        yield check.code, None, check.zh, check.en, f"TRY(coalesce(({check.expression}), true)) IS NOT TRUE"


def _column_checks(column: Column) -> Iterator[tuple[str, str, str, str]]:
    kind, name = column.kind, quote_ident(column.name)
    if column.required:
        yield "required", "为空", "is blank", _blank(column)
    if kind.can_fail:
        yield "cast", f"不是有效的{kind.title_zh}", f"is not a {kind.name}", f"{name} IS NULL AND NOT {_blank(column)}"
    if kind.validate is not None:
        yield "valid", kind.invalid_zh, f"is not valid: {kind.invalid_en}", f"NOT {_valid(column)}"
    if column.enum:
        texts = (over(kind.normalise, quote_literal(value)) for value in column.enum)
        allowed = ", ".join(f"CAST({text} AS {column.type})" for text in texts)
        yield "enum", "不在允许的取值内", "is not one of the allowed values", f"{name} NOT IN ({allowed})"
    if column.minimum is not None:
        low = f"CAST({quote_literal(column.minimum)} AS {column.type})"
        yield "min", f"小于{column.minimum}", f"is less than {column.minimum}", f"{name} < {low}"
    if column.maximum is not None:
        high = f"CAST({quote_literal(column.maximum)} AS {column.type})"
        yield "max", f"大于{column.maximum}", f"is greater than {column.maximum}", f"{name} > {high}"
    if column.pattern is not None:
        fits = f"regexp_full_match({name}, {quote_literal(column.pattern)})"
        yield "pattern", "格式不符", "does not have the required form", f"NOT {fits}"
