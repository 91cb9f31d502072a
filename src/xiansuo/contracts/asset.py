"""How a dataset arrives: sender, rhythm, delivery mode and reader options. Unknown keys are refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from xiansuo.contracts.strict import from_validation, read_yaml
from xiansuo.core.errors import InputError
from xiansuo.core.naming import split_dataset


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ReaderOptions(_Strict):
    """How to read one sender's files. Row numbers are 1-based record numbers."""

    format: Literal["auto", "csv", "xlsx", "xls", "jsonl", "parquet", "dbf"] = "auto"
    delimiter: str = ","
    quote: str | None = '"'
    encoding: Literal["auto", "utf-8", "gb18030", "utf-16"] = "auto"
    header_row: int = Field(default=1, ge=1)
    header_rows: int = Field(default=1, ge=1)
    skip_rows: list[int] = []
    footer_patterns: list[str] = []
    sheet: str | int | None = None
    fill_down: list[str] = []
    trailing_nulls: bool = False
    formulas: Literal["refuse", "cached"] = "refuse"

    @field_validator("delimiter")
    @classmethod
    def _delimiter_has_text(cls, delimiter: str) -> str:
        if not delimiter or "\n" in delimiter or "\r" in delimiter:
            raise ValueError("a delimiter is one or more characters other than line ends")
        return delimiter

    @field_validator("quote")
    @classmethod
    def _quote_is_one_character(cls, quote: str | None) -> str | None:
        if quote is not None and len(quote) != 1:
            raise ValueError("a quote is one character, or null for none")
        return quote

    @field_validator("footer_patterns")
    @classmethod
    def _patterns_compile(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        return patterns


class AssetSpec(_Strict):
    """One ``assets/<domain>/<dataset>.yml``."""

    dataset: str
    sender: str = Field(min_length=1)
    frequency: Literal["daily", "weekly", "monthly", "quarterly", "yearly", "once"]
    mode: Literal["append", "snapshot", "period"]
    description: str = Field(min_length=1)
    optional_columns: list[str] = []
    ignore_columns: list[str] = []
    reader: ReaderOptions = ReaderOptions()


def load_asset(path: Path) -> AssetSpec:
    """The asset in ``path``; InputError naming file, field, value and fix."""
    try:
        spec = AssetSpec.model_validate(read_yaml(path))
    except ValidationError as error:
        raise from_validation(error, path) from None
    expected = f"{path.parent.name}.{path.stem}"
    if spec.dataset != expected:
        raise InputError(
            "the dataset does not match the file's place",
            file=path,
            field="dataset",
            value=spec.dataset,
            fix=f"write {expected} or move the file",
        )
    split_dataset(spec.dataset)
    return spec


def load_assets(project: Path) -> dict[str, AssetSpec]:
    """Every asset under ``project/assets`` by dataset id, sorted."""
    specs = map(load_asset, sorted((project / "assets").glob("*/*.yml")))
    return {spec.dataset: spec for spec in specs}
