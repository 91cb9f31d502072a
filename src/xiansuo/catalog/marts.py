"""Marts inside the catalogue: materialised ones read their Delta files, the others are written out over the lake.

Masked views must not feed a mart: it joins on what they hide. So a mart's own SQL reads the unmasked files and only
its output is masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xiansuo.catalog.discover import Units
from xiansuo.core.naming import quote_ident, split_dataset
from xiansuo.core.settings import Settings
from xiansuo.lake.delta import Lake
from xiansuo.supervision.mart_files import in_order
from xiansuo.supervision.marts import STORED_AS
from xiansuo.supervision.project import PROVENANCE

if TYPE_CHECKING:
    import duckdb

    from xiansuo.contracts.model import Contract


def mart_relations(
    con: duckdb.DuckDBPyConnection, settings: Settings, units: Units
) -> dict[str, tuple[str, dict[str, str]]]:
    """For every mart, SQL text of an unmasked relation and its columns with DuckDB types."""
    lake = Lake(settings)
    relations = {
        name: lake.dataset(name).relation(dataset_types(contract)) for name, contract in units.contracts.items()
    }
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for mart in in_order(units.marts, units.marts):
        name = mart.sql_name
        written_out = inline(mart.sql, {source: relations[source] for source in mart.inputs})
        types = {row[0]: STORED_AS.get(row[1], row[1]) for row in con.execute(f"DESCRIBE {written_out}").fetchall()}
        stored = mart.materialise == "delta"
        relations[name] = lake.mart(mart.name).relation(types) if stored else f"({written_out})"
        found[name] = relations[name], types
    return found


def inline(sql: str, relations: Mapping[str, str]) -> str:
    """``sql`` with its two-part tables replaced by common table expressions over ``relations``."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, dialect="duckdb")
    for table in list(tree.find_all(exp.Table)):
        if table.db:
            _rename(table)
    tables = ", ".join(f"{_cte_name(name)} AS NOT MATERIALIZED {text}" for name, text in sorted(relations.items()))
    return f"WITH {tables} SELECT * FROM ({tree.sql(dialect='duckdb')})"


def _rename(table: Any) -> None:
    from sqlglot import exp

    alias = table.alias or table.name
    table.set("this", exp.to_identifier(f"{table.db}.{table.name}", quoted=True))
    table.set("db", None)
    table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))


def _cte_name(dataset: str) -> str:
    return quote_ident(".".join(split_dataset(dataset)))


def dataset_types(contract: Contract) -> dict[str, str]:
    """Column name -> DuckDB type of a lake table, provenance columns included."""
    return {column.name: column.type for column in contract.columns} | PROVENANCE
