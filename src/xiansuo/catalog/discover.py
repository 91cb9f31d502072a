"""Finds the units of a project on disk: contracts, assets, marts, models. There is no registry to forget."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xiansuo.contracts.asset import AssetSpec
    from xiansuo.contracts.model import Contract
    from xiansuo.supervision.mart_files import Mart
    from xiansuo.supervision.model import Model


@dataclass(frozen=True)
class Units:
    """Every unit by its id; marts by their two-part SQL name."""

    contracts: dict[str, Contract]
    assets: dict[str, AssetSpec]
    marts: dict[str, Mart]
    models: dict[str, Model]


def discover(project: Path) -> Units:
    """Read all unit folders of ``project``; InputError names the first file that is not understood."""
    from xiansuo.contracts.asset import load_assets
    from xiansuo.contracts.load import load_contracts
    from xiansuo.supervision.load import load_models
    from xiansuo.supervision.mart_files import load_marts

    return Units(load_contracts(project), load_assets(project), load_marts(project), load_models(project))
