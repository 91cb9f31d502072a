"""What a project folder holds, read once and only as far as asked: contracts and marts by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from xiansuo.contracts.load import load_contract
from xiansuo.contracts.model import Contract
from xiansuo.core.errors import InputError
from xiansuo.core.naming import split_dataset
from xiansuo.supervision.mart_files import PREFIX, Mart, in_order, load_marts

PROVENANCE = {"_delivery": "VARCHAR", "_file": "VARCHAR", "_row": "BIGINT"}


@dataclass(frozen=True)
class Closure:
    """The datasets and marts something rests on; marts come after what they read."""

    datasets: tuple[str, ...]
    marts: tuple[Mart, ...]


class Project:
    """Cached access to the contracts and marts of one project folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._contracts: dict[str, Contract] = {}

    @cached_property
    def marts(self) -> dict[str, Mart]:
        """Every mart by its two-part name."""
        return load_marts(self.root)

    def contract_path(self, dataset: str) -> Path:
        """Where the contract of a dataset lies."""
        domain, name = split_dataset(dataset)
        return self.root / "data_contracts" / domain / f"{name}.yml"

    def contract(self, dataset: str) -> Contract:
        """The contract of a dataset; InputError when there is none."""
        if dataset not in self._contracts:
            path = self.contract_path(dataset)
            if not path.is_file():
                raise InputError("no contract for this dataset", field="dataset", value=dataset, fix=f"write {path}")
            self._contracts[dataset] = load_contract(path)
        return self._contracts[dataset]

    def columns(self, dataset: str) -> dict[str, str]:
        """Column name -> DuckDB type of a lake table, provenance columns included."""
        return {column.name: column.type for column in self.contract(dataset).columns} | PROVENANCE

    def titles(self, dataset: str) -> dict[str, str]:
        """Chinese name -> column of a lake table, where the name is one column's alone."""
        named: dict[str, list[str]] = {}
        for column in self.contract(dataset).columns:
            named.setdefault(column.title, []).append(column.name)
        return {title: names[0] for title, names in named.items() if len(names) == 1}

    def closure(self, names: Collection[str]) -> Closure:
        """Everything ``names`` (datasets and marts) rest on, through all marts."""
        marts = tuple(in_order(self.marts, names))
        wanted = set(names).union(*(mart.inputs for mart in marts))
        return Closure(tuple(sorted(name for name in wanted if not name.startswith(PREFIX))), marts)
