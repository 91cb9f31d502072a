"""What names mean inside one SELECT: its sources with typed columns, its aliases, and the query around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xiansuo.supervision.spark.types import Value

if TYPE_CHECKING:
    from sqlglot import exp

Relations = Mapping[str, "Relation"]


@dataclass(frozen=True)
class Relation:
    """A table or CTE as Spark knows it; columns by lower-case name with their DuckDB types."""

    text: str
    columns: Mapping[str, str]


@dataclass
class Scope:
    """Names of one SELECT. ``sources`` maps lower-case aliases to typed columns in FROM order."""

    relations: dict[str, Relation]
    parent: Scope | None = None
    sources: dict[str, Mapping[str, str]] = field(default_factory=dict)
    aliases: dict[str, Callable[[], Value]] = field(default_factory=dict)
    windows: dict[str, exp.Window] = field(default_factory=dict)

    def column(self, name: str, source: str) -> Value | None:
        """The column, looked up here and in the queries around; ``source`` is empty for a bare name."""
        key = name.lower()
        for alias, columns in self.sources.items():
            if (not source or alias == source.lower()) and key in columns:
                return Value(f"{quoted(alias)}.{quoted(name)}", columns[key])
        if not source and key in self.aliases:
            return self.aliases[key]()
        return self.parent.column(name, source) if self.parent else None


def quoted(name: str) -> str:
    """A Spark identifier."""
    return "`" + name.replace("`", "``") + "`"


def spark_name(dataset: str) -> str:
    """The temporary view that stands for a dataset, mart, graph or relation of hits."""
    return dataset.replace(".", "__")
