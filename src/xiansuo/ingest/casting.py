"""Text relations with every contract column, ready for the contract's casts; and what the lake stores of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xiansuo.contracts.casting import cast_query
from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.ingest.delivery import Delivery
from xiansuo.ingest.readers.base import ROW, TextUnit
from xiansuo.ingest.refusal import Refused

if TYPE_CHECKING:
    from xiansuo.contracts.model import Contract

ORIGINAL, FAILED, FILE, DELIVERY = "_original", "_failed", "_file", "_delivery"


def lake_schema(contract: Contract) -> dict[str, str]:
    """Column -> DuckDB type of the dataset's lake table."""
    columns = {column.name: column.type for column in contract.columns}
    return {**columns, DELIVERY: "VARCHAR", FILE: "VARCHAR", ROW: "BIGINT"}


def typed(unit: TextUnit, contract: Contract, filling: dict[str, str]) -> str:
    """SQL: typed contract columns, ``_row`` and ``_failed`` of every row of the unit."""
    return f"({cast_query(contract, _complete(unit, contract, filling, original=False), keep=(ROW,))})"


def typed_with_original(unit: TextUnit, contract: Contract, filling: dict[str, str]) -> str:
    """As `typed`, with ``_original``: a JSON object of the delivered texts in header order."""
    return f"({cast_query(contract, _complete(unit, contract, filling, original=True), keep=(ROW, ORIGINAL))})"


def filling_of(contract: Contract, delivery: Delivery) -> dict[str, str]:
    """Texts for the columns that the delivery fills instead of its files; Refused when the delivery says nothing."""
    first, last = delivery.period or (None, None)
    said = {
        "period_from": first.isoformat() if first else None,
        "period_to": last.isoformat() if last else None,
        "received": delivery.received.isoformat() if delivery.received else None,
        "sender": delivery.sender,
        "letter_no": delivery.letter_no,
    }
    filling = {}
    for column in contract.columns:
        if column.from_delivery is None:
            continue
        text = said.get(column.from_delivery)
        if text is None:
            raise Refused(
                "delivery:says_nothing",
                f"the delivery must fill {column.name} and does not say it",
                field=column.from_delivery,
                fix="name it in delivery.yml or on the command line",
            )
        filling[column.name] = text
    return filling


def _complete(unit: TextUnit, contract: Contract, filling: dict[str, str], *, original: bool) -> str:
    delivered = set(unit.columns)
    picked = [ROW]
    for column in contract.columns:
        name = quote_ident(column.name)
        if column.name in delivered:
            picked.append(name)
        elif column.name in filling:
            picked.append(f"{quote_literal(filling[column.name])} AS {name}")
        else:
            picked.append(f"CAST(NULL AS VARCHAR) AS {name}")
    if original:
        pairs = (
            f"{quote_literal(header)}, coalesce({quote_ident(name)}, '')"
            for header, name in zip(unit.headers, unit.names, strict=True)
        )
        picked.append(f"CAST(json_object({', '.join(pairs)}) AS VARCHAR) AS {ORIGINAL}")
    return f"(SELECT {', '.join(picked)} FROM {unit.relation})"
