"""The shape of what a rule outputs, and the SELECT that turns a bound hits.sql into identified, typed hit rows."""

from __future__ import annotations

from collections.abc import Mapping

from xiansuo.core.naming import quote_ident, quote_literal

HIT_COLUMNS = {
    "subject_id": "VARCHAR",
    "occurred_from": "DATE",
    "occurred_to": "DATE",
    "amount": "DECIMAL(18,2)",
    "exclusion_code": "VARCHAR",
}
EVIDENCE_COLUMNS = {
    "hit_id": "VARCHAR",
    "dataset": "VARCHAR",
    "_file": "VARCHAR",
    "_row": "BIGINT",
    "role": "VARCHAR",
}
_MEASURE_DECIMAL = "DECIMAL(28,6)"
_NULL_MARK = "␀"
_SEPARATOR = "chr(31)"


def measures(columns: Mapping[str, str]) -> list[str]:
    """The output columns that are the rule's own, in output order."""
    return [name for name in columns if name not in HIT_COLUMNS]


def hits_select(model_id: str, rule_id: str, body: str, columns: Mapping[str, str], *, distinct: bool = True) -> str:
    """SELECT of hit_id and all output columns over the bound hits.sql ``body``.

    ``columns`` is what DESCRIBE says of the body. Floating measures become decimals of six places, so that equal
    facts print alike everywhere; equal rows become one unless ``distinct`` is off. ``hit_id`` is a digest of rule and
    row content.
    """
    typed = ", ".join(f"{_typed(name, kind)} AS {quote_ident(name)}" for name, kind in columns.items())
    parts = ", ".join(f"coalesce(CAST({quote_ident(name)} AS VARCHAR), '{_NULL_MARK}')" for name in columns)
    key = quote_literal(f"{model_id}.{rule_id}")
    hit_id = f"substr(sha256(concat_ws({_SEPARATOR}, {key}, {parts})), 1, 20)"
    return f"SELECT {hit_id} AS hit_id, * FROM (SELECT {'DISTINCT ' if distinct else ''}{typed} FROM ({body}\n))"


def _typed(name: str, kind: str) -> str:
    column = quote_ident(name)
    if name in HIT_COLUMNS:
        return f"CAST({column} AS {HIT_COLUMNS[name]})"
    if kind in ("DOUBLE", "FLOAT"):
        return f"CAST(round({column}, 6) AS {_MEASURE_DECIMAL})"
    if kind in ("HUGEINT", "UBIGINT", "UHUGEINT"):
        return f"CAST({column} AS BIGINT)"
    return column
