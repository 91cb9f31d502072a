"""What a delivery must look like to its receiver: column names, titles and kinds, read from the contract files.

The synthetic province plays the sender, so it reads the YAML headers itself and stays independent of the loader.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xiansuo.core.errors import InputError


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One contract column: technical name, Chinese title, semantic type, and names it may also arrive under."""

    name: str
    title: str
    semantic: str
    key: bool
    required: bool
    synonyms: tuple[str, ...]
    enum: bool


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One dataset as its sender knows it. ``tolerance`` is the share of bad rows its receiver accepts."""

    dataset: str
    title: str
    columns: tuple[ColumnSpec, ...]
    tolerance: float
    sender: str
    mode: str
    frequency: str

    @property
    def keys(self) -> list[str]:
        """Names of the key columns, in contract order."""
        return [column.name for column in self.columns if column.key]


def read_specs(project: Path) -> dict[str, TableSpec]:
    """Every dataset that has both a contract and an asset file below ``project``, by dataset id."""
    specs = {}
    for path in sorted((project / "data_contracts").glob("*/*.yml")):
        asset = project / "assets" / path.parent.name / path.name
        if asset.exists():
            spec = _spec(_yaml(path), _yaml(asset))
            specs[spec.dataset] = spec
    return specs


def _yaml(path: Path) -> dict[str, Any]:
    import yaml

    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(loaded, dict):
        raise InputError("not a YAML mapping", file=str(path), fix="start the file with key: value lines")
    return loaded


def _spec(contract: dict[str, Any], asset: dict[str, Any]) -> TableSpec:
    custom = {item["property"]: item["value"] for item in contract.get("customProperties") or []}
    return TableSpec(
        dataset=contract["id"],
        title=contract["name"],
        columns=tuple(_column(item) for item in contract["schema"][0]["properties"]),
        tolerance=float(custom.get("maxQuarantinedRatio", 0.05)),
        sender=asset["sender"],
        mode=asset["mode"],
        frequency=asset["frequency"],
    )


def _column(item: dict[str, Any]) -> ColumnSpec:
    return ColumnSpec(
        name=item["name"],
        title=item["businessName"],
        semantic=item["semanticType"],
        key=bool(item.get("primaryKey")),
        required=bool(item.get("required")),
        synonyms=tuple(entry["synonym"] for entry in item.get("synonyms") or []),
        enum=bool(item.get("enum")),
    )
