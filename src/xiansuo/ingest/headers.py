"""Delivered headers onto contract columns. A header nobody knows, or a column nobody delivers, refuses the delivery."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xiansuo.ingest.readers.base import Columns, HeaderMatcher
from xiansuo.ingest.refusal import Refused

if TYPE_CHECKING:
    from xiansuo.contracts.asset import AssetSpec
    from xiansuo.contracts.model import Contract

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def header_key(text: str) -> str:
    """What two spellings of one header have in common: NFKC, no white space, nothing invisible, no case."""
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    return "".join(plain.split()).casefold()


def matcher(contract: Contract, asset: AssetSpec, name: str) -> HeaderMatcher:
    """A matcher for the file called ``name``; see `HeaderMatcher`."""
    known = _known(contract)
    ignored = {header_key(column) for column in asset.ignore_columns}

    def match(delivered: Sequence[Sequence[str]]) -> Columns:
        columns: Columns = []
        unknown: list[str] = []
        for spellings in delivered:
            found = next((known[key] for key in map(header_key, spellings) if key in known), None)
            if found is None and not any(header_key(spelling) in ignored for spelling in spellings):
                unknown.append(spellings[0])
            columns.append(found)
        _refuse_repeats(columns, delivered, name)
        lacking = _lacking(contract, asset, columns)
        if unknown or lacking:
            raise _mismatch(unknown, lacking, name)
        return columns

    return match


def _known(contract: Contract) -> dict[str, str]:
    known: dict[str, str] = {}
    for column in contract.columns:
        for spelling in (column.name, column.title, *column.synonyms):
            if spelling:
                known[header_key(spelling)] = column.name
    return known


def _lacking(contract: Contract, asset: AssetSpec, columns: Columns) -> list[str]:
    present = set(columns)
    return [
        f"{column.title or column.name} ({column.name})"
        for column in contract.columns
        if column.name not in present and column.name not in asset.optional_columns and column.from_delivery is None
    ]


def _refuse_repeats(columns: Columns, delivered: Sequence[Sequence[str]], name: str) -> None:
    seen: dict[str, str] = {}
    for column, spellings in zip(columns, delivered, strict=True):
        if column is None:
            continue
        if column in seen:
            raise Refused(
                "header:duplicate",
                f"two columns mean {column}: {seen[column]!r} and {spellings[0]!r}",
                file=name,
                field="header",
                value=spellings[0],
                fix="ask the sender which of the two columns counts",
            )
        seen[column] = spellings[0]


def _mismatch(unknown: list[str], lacking: list[str], name: str) -> Refused:
    parts = []
    if unknown:
        parts.append("unknown columns: " + ", ".join(repr(text) for text in unknown))
    if lacking:
        parts.append("lacking columns: " + ", ".join(lacking))
    return Refused(
        "header:mismatch",
        "; ".join(parts),
        file=name,
        field="header",
        fix="add a synonym to the contract, or optional_columns / ignore_columns to the asset, or correct header_row",
    )
