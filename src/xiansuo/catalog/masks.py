"""How personal columns look in the catalogue: the semantic type's mask for every column classified L3 or L4.

Belongs here: choosing mask SQL for one column. The masks themselves are in ``core.semantic``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from xiansuo.core.naming import quote_ident

if TYPE_CHECKING:
    from xiansuo.contracts.model import Column

PERSONAL = ("L3", "L4")
FREE_TEXT = ("text", "url")
NO_MASK = "x"
HIDDEN = "'***'"
_PLACEHOLDER = re.compile(r"\bx\b(?=(?:[^']*'[^']*')*[^']*$)")
_DATES = ("DATE", "TIMESTAMP")
_ID_IN_TEXT = "'([0-9]{6})[0-9]{8}([0-9]{3}[0-9Xx])', '\\1********\\2', 'g'"
_PHONE_IN_TEXT = "'(1[3-9][0-9])[0-9]{4}([0-9]{4})', '\\1****\\2', 'g'"


def column_mask(column: Column) -> str | None:
    """The mask over ``x`` for one contract column; None when it may be seen as it is.

    Texts and addresses of pages may carry a number of somebody whatever their classification: the number is shortened.
    """
    if is_personal(column):
        return _semantic_mask(column) or _fallback(column.type, column.classification)
    return masked_text("x") if column.semantic in FREE_TEXT else None


def is_personal(column: Column) -> bool:
    """Whether the column is about a person."""
    return column.classification in PERSONAL


def derived_mask(sources: Iterable[Column], kind: str) -> str | None:
    """The mask for a computed column of DuckDB type ``kind`` that is made from ``sources``.

    A value of the type of a personal source is masked as that source is. Other texts made from one, lists of them too,
    are hidden, other days keep their year (a birth date may be cut from a number), other numbers (counts, ages, sums)
    are left.
    """
    hidden = sorted(
        (column for column in sources if column_mask(column)),
        key=lambda column: (column.classification, column.semantic),
        reverse=True,
    )
    alike = [column for column in hidden if column.type == kind]
    if alike:
        return column_mask(alike[0])
    if hidden and kind in _DATES:
        return _year(kind)
    return HIDDEN if hidden and "VARCHAR" in kind else None


def masked(name: str, mask: str | None) -> str:
    """The select item for column ``name``: itself, or its mask under the same name; NULL stays NULL."""
    quoted = quote_ident(name)
    if mask is None:
        return quoted
    return f"CASE WHEN {quoted} IS NOT NULL THEN {over(mask, quoted)} END AS {quoted}"


def over(mask: str, expression: str) -> str:
    """A mask over ``x`` with ``x`` replaced by an expression; text inside quotes is left alone."""
    return _PLACEHOLDER.sub(lambda _: expression, mask)


def masked_text(expression: str) -> str:
    """Free text with the id numbers and telephone numbers in it shortened."""
    return f"regexp_replace(regexp_replace({expression}, {_ID_IN_TEXT}), {_PHONE_IN_TEXT})"


def _semantic_mask(column: Column) -> str | None:
    from xiansuo.core.semantic import SEMANTIC_TYPES

    mask = SEMANTIC_TYPES[column.semantic].mask
    return None if mask == NO_MASK else mask


def _fallback(kind: str, classification: str) -> str | None:
    from xiansuo.core.semantic import SEMANTIC_TYPES

    if kind == "VARCHAR":
        return HIDDEN if classification == "L4" else SEMANTIC_TYPES["id_document"].mask
    return _year(kind) if kind in _DATES else None


def _year(kind: str) -> str:
    return f"CAST(date_trunc('year', x) AS {kind})"
