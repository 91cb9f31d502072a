"""Asks the translation to Spark whether a rule's bound SQL would go there; what it refuses is a finding.

Nothing here needs Spark. Rules that name no Spark under ``engines`` are not asked.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo.core.errors import InputError
from xiansuo.supervision.findings import Finding
from xiansuo.supervision.graphs import COLUMNS
from xiansuo.supervision.lint_tables import Tables
from xiansuo.supervision.sql_tree import parse_sql

if TYPE_CHECKING:
    from xiansuo.supervision.spark.types import TypeOracle

FIX = "; or keep the rule on DuckDB with engines: [duckdb] and engines_why in rule.yml"


def lint_spark(path: Path, bound: str, tables: Tables, extra: dict[str, dict[str, str]]) -> list[Finding]:
    """At most one finding: the first construct in the bound SQL that is not proven to mean the same on Spark.

    ``extra`` are tables beyond contracts, marts and graphs, such as the hits of the rule.
    """
    from xiansuo.supervision.spark.translate import SparkProblem, translate

    graphs = {name: COLUMNS for name in tables.known if name.startswith("graphs.")}
    try:
        found = translate(parse_sql(path, bound), {**tables.known, **graphs, **extra}, _oracle())
    except InputError as error:
        return [Finding(path, 1, 1, "XS033", f"cannot be translated for Spark: {error.message}", error.fix or FIX)]
    if not isinstance(found, SparkProblem):
        return []
    return [Finding(path, found.line, found.column, "XS033", f"{found.construct} {found.why}", found.fix + FIX)]


@lru_cache(maxsize=1)
def _oracle() -> TypeOracle:
    from xiansuo.supervision.spark.types import TypeOracle

    return TypeOracle()
