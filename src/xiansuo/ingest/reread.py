"""Delivered rows read again from the vault, to prove that what the lake holds is what was handed over."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiansuo.contracts.asset import AssetSpec, ReaderOptions, load_asset
from xiansuo.contracts.model import Contract
from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident, split_dataset
from xiansuo.core.settings import Settings
from xiansuo.ingest.casting import FAILED, filling_of, typed
from xiansuo.ingest.delivery import Delivery, Letter
from xiansuo.ingest.headers import matcher
from xiansuo.ingest.readers.base import ROW, ReadContext, TextUnit
from xiansuo.ingest.reading import read_file
from xiansuo.ingest.receipts import Receipt
from xiansuo.ingest.vault import Vault
from xiansuo.lake.session import connect

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def reread_rows(
    settings: Settings, receipt: Receipt, contract: Contract, file_id: str, rows: Sequence[int]
) -> pa.Table:
    """The named records of one delivered file as an Arrow table: contract columns and ``_row``, by ``_row``.

    ``file_id`` is what lake rows carry in ``_file``. The hash of the whole file is checked first. Records that are not
    in the file are not in the table. InputError when the bytes are gone, changed or no longer readable.
    """
    entry = next((file for file in receipt.files if file["file_id"] == file_id), None)
    if entry is None:
        raise InputError("the receipt names no such file", unit=receipt.delivery_id, field="_file", value=file_id)
    domain, name = split_dataset(receipt.dataset)
    asset = load_asset(settings.project / "assets" / domain / f"{name}.yml")
    parent = settings.home / "tmp"
    parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=parent, prefix="reread."))
    con = connect(settings)
    try:
        con.execute("SET preserve_insertion_order = false")
        return _read(con, settings, receipt, contract, asset, entry, scratch, rows)
    finally:
        con.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _read(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    receipt: Receipt,
    contract: Contract,
    asset: AssetSpec,
    entry: dict[str, Any],
    scratch: Path,
    rows: Sequence[int],
) -> pa.Table:
    import duckdb
    import pyarrow as pa

    stored = Vault(settings.vault, scratch).open_verified(entry["sha256"], entry["name"])
    options = ReaderOptions.model_validate(receipt.reader)
    context = ReadContext(options, matcher(contract, asset, stored.name), con, scratch, settings.threads)
    con.register("wanted", pa.table({ROW: pa.array(sorted(set(rows)), pa.int64())}))
    filling = filling_of(contract, _delivery(receipt))
    columns = ", ".join([*(quote_ident(column.name) for column in contract.columns), ROW])

    def select(unit: TextUnit) -> pa.Table:
        con.execute(f"CREATE OR REPLACE TEMP TABLE asked AS FROM {unit.relation} SEMI JOIN wanted USING ({ROW})")
        source = typed(replace(unit, relation="asked"), contract, filling)
        con.execute("PRAGMA disable_optimizer")  # it takes longer over a wide cast than these few rows
        try:
            return con.sql(f"SELECT {columns} FROM {source} WHERE {FAILED} = 0 ORDER BY {ROW}").to_arrow_table()
        finally:
            con.execute("PRAGMA enable_optimizer")

    unit = _unit(read_file(stored, context), entry["file_id"])
    if unit.provisional:
        try:
            if con.execute(f"SELECT count(*) FROM {unit.relation}").fetchall() == [(unit.records,)]:
                return select(unit)
        except duckdb.Error:
            pass
        strict = ReadContext(options, context.match, con, scratch, settings.threads, fast=False)
        unit = _unit(read_file(stored, strict), entry["file_id"])
    return select(unit)


def _unit(units: list[TextUnit], file_id: str) -> TextUnit:
    return next(unit for unit in units if unit.file_id == file_id)


def _delivery(receipt: Receipt) -> Delivery:
    period = None
    if receipt.period_from and receipt.period_to:
        period = date.fromisoformat(receipt.period_from), date.fromisoformat(receipt.period_to)
    return Delivery(
        receipt.dataset,
        [],
        Letter(),
        receipt.sender,
        receipt.letter_no,
        period,
        date.fromisoformat(receipt.received) if receipt.received else None,
        receipt.corrects,
    )
