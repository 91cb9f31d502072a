"""Checks of one dataset: its contract and its asset are understood, and both are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xiansuo.core.errors import XiansuoError
from xiansuo.supervision.findings import Finding


def lint_dataset(project: Path, dataset: str) -> tuple[list[Finding], dict[str, str] | None, list[str]]:
    """The findings, column name -> DuckDB type of the lake table, and its key columns.

    The columns are None when the contract is not understood.
    """
    from xiansuo.contracts.asset import load_asset
    from xiansuo.supervision.project import Project

    domain, _, name = dataset.partition(".")
    contents = Project(project)
    contract, asset = (project / folder / domain / f"{name}.yml" for folder in ("data_contracts", "assets"))
    found: list[Finding] = []
    columns = _understood(found, contract, lambda: contents.columns(dataset)) if contract.is_file() else None
    if asset.is_file():
        _understood(found, asset, lambda: load_asset(asset))
    if not contract.is_file():
        fix = f"write data_contracts/{domain}/{name}.yml"
        found.append(Finding(asset, 1, 1, "XS005", "the asset has no contract", fix))
    if not asset.is_file():
        fix = f"write assets/{domain}/{name}.yml"
        found.append(Finding(contract, 1, 1, "XS005", "no asset says how the data arrives", fix))
    return found, columns, list(contents.contract(dataset).key) if columns is not None else []


def _understood(found: list[Finding], path: Path, read: Any) -> Any:
    try:
        return read()
    except XiansuoError as error:
        field = f"{error.field}: " if error.field else ""
        found.append(Finding(path, 1, 1, "XS004", f"{field}{error.message}", error.fix or "mend the file"))
        return None
