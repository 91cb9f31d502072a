"""One bound rule, mart or graph for Spark: the entry point, and the errors that name rule, construct and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xiansuo.core.errors import InputError
from xiansuo.supervision.spark.query import QueryWriter
from xiansuo.supervision.spark.refused import Refused
from xiansuo.supervision.spark.scope import Relation, quoted, spark_name
from xiansuo.supervision.spark.types import TypeOracle
from xiansuo.supervision.sql_tree import SqlFile, parse_sql

Tables = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class SparkQuery:
    """A SELECT in Spark's SQL; ``columns`` are the DuckDB types of its output, lower-case names in order.

    ``steps`` are views it reads, name and query, each to be computed once and in this order.
    """

    text: str
    columns: dict[str, str]
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SparkProblem:
    """Why a file does not go to Spark: where the construct stands, what it is, what to write instead."""

    line: int
    column: int
    construct: str
    why: str
    fix: str


def to_spark(sql: str, tables: Tables, oracle: TypeOracle, *, file: Path, unit: str) -> SparkQuery:
    """Translate bound DuckDB SQL over ``tables`` (two-part or bare name -> typed columns).

    InputError names the unit, the construct and its line when something cannot be proven to mean the same on Spark.
    """
    found = translate(parse_sql(file, sql), tables, oracle)
    if isinstance(found, SparkQuery):
        return found
    raise InputError(
        f"cannot run on Spark: {found.construct} {found.why}",
        file=file,
        unit=unit,
        field=f"line {found.line}",
        value=found.construct,
        fix=f"{found.fix}; or keep the rule on DuckDB with engines: [duckdb] in rule.yml",
    )


def translate(sql: SqlFile, tables: Tables, oracle: TypeOracle) -> SparkQuery | SparkProblem:
    """The query for Spark, or the first construct that stands in the way."""
    relations = {
        name.lower(): Relation(quoted(spark_name(name)), {column.lower(): kind for column, kind in columns.items()})
        for name, columns in tables.items()
    }
    writer = QueryWriter(relations, oracle)
    try:
        text, columns = writer.write_whole(sql.tree)
    except Refused as refused:
        line, column = sql.place(refused.node, refused.construct)
        return SparkProblem(line, column, _written(refused), refused.refusal.why, refused.refusal.fix)
    return SparkQuery(text, columns, tuple(writer.steps))


def relations_read(sql: SqlFile) -> list[str]:
    """Every table the query reads that is not its own CTE: two-part names, and bare ones such as hits."""
    from sqlglot import exp

    own = {cte.alias.lower() for cte in sql.find(exp.CTE)}
    names = [f"{table.db}.{table.name}" if table.db else table.name for table in sql.find(exp.Table)]
    return list(dict.fromkeys(name for name in names if name.lower() not in own))


def _written(refused: Refused) -> str:
    """The construct by name; where only its kind is known, with the start of what stands there."""
    text = " ".join(refused.node.sql(dialect="duckdb").split())
    if text.lower().startswith(refused.construct.lower()):
        return refused.construct
    return f"{refused.construct} `{text[:60]}`"
