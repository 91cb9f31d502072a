"""DuckDB types of SQL expressions, asked of DuckDB itself, and their Spark counterparts.

The result type of ``DECIMAL(18,2) * BIGINT`` or of ``greatest(x, 0.5)`` is DuckDB's to say: the oracle binds each
operation once over typed NULL columns and remembers the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NULL = "NULL"
INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_SPARK = {
    "VARCHAR": "STRING",
    "TINYINT": "TINYINT",
    "SMALLINT": "SMALLINT",
    "INTEGER": "INT",
    "BIGINT": "BIGINT",
    "HUGEINT": "BIGINT",  # sums of integers: Spark stops with an error where they leave 64 bits
    "DOUBLE": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP_NTZ",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")


@dataclass(frozen=True)
class Value:
    """One translated expression: Spark text, DuckDB type, and DuckDB's own text when it is a literal."""

    text: str
    type: str
    literal: str | None = None
    call: tuple[str, str] | None = None  # an aggregate's call and the text around it, for FILTER and OVER

    def inside(self, clause: str) -> Value:
        """The aggregate with a clause put right behind its call."""
        call, around = self.call or (self.text, "{}")
        return Value(around.format(call + clause), self.type, call=(call + clause, around))

    @property
    def is_text_literal(self) -> bool:
        """Whether it is a quoted text."""
        return self.literal is not None and self.literal.startswith("'")

    @property
    def whole(self) -> int | None:
        """The number a whole-number literal stands for."""
        return int(self.literal) if self.literal and re.fullmatch(r"-?\d+", self.literal) else None


def decimal_parts(kind: str) -> tuple[int, int] | None:
    """Width and scale of a DECIMAL type, None for other types."""
    match = _DECIMAL.fullmatch(kind)
    return (int(match[1]), int(match[2])) if match else None


def is_exact(kind: str) -> bool:
    """Whether the type is an integer or a DECIMAL."""
    return kind in INTEGERS or decimal_parts(kind) is not None


def is_number(kind: str) -> bool:
    """Whether the type is an integer, a DECIMAL or a DOUBLE."""
    return is_exact(kind) or kind == "DOUBLE"


def spark_type(kind: str) -> str | None:
    """The Spark type that holds a DuckDB type's values, None when there is none here."""
    if kind.endswith("[]"):
        element = spark_type(kind[:-2])
        return None if element is None else f"ARRAY<{element}>"
    parts = decimal_parts(kind)
    return f"DECIMAL({parts[0]},{parts[1]})" if parts else _SPARK.get(kind)


class TypeOracle:
    """Result types of single operations. One small in-memory DuckDB; answers are kept."""

    def __init__(self) -> None:
        import duckdb

        self._con = duckdb.connect(":memory:", config={"threads": "1"})
        self._known: dict[str, str] = {}

    def of(self, template: str, operands: Sequence[Value]) -> str:
        """The type of a DuckDB expression with ``{}`` for each operand. duckdb.Error when it does not bind."""
        texts = [item.literal or f"c{position}" for position, item in enumerate(operands)]
        typed = [
            f"CAST(NULL AS {item.type}) AS c{position}"
            for position, item in enumerate(operands)
            if item.literal is None
        ]
        source = f" FROM (SELECT {', '.join(typed)})" if typed else ""
        return self._ask(f"SELECT {template.format(*texts)}{source}")

    def whole(self, literals: str) -> int | None:
        """What an expression of whole-number literals comes to; None when it is no whole number."""
        row = self._con.execute(f"SELECT {literals}").fetchone()
        return row[0] if row and isinstance(row[0], int) else None

    def union(self, types: Sequence[str]) -> str:
        """The type of a column whose UNION branches have these types."""
        return self._ask(" UNION ALL ".join(f"SELECT {_null(kind)}" for kind in types))

    def columns(self, query: str, tables: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """Output column -> type of a whole query over empty tables of these types."""
        self._con.execute("BEGIN")
        try:
            for name, columns in tables.items():
                schema, _, table = name.rpartition(".")
                if schema:
                    self._con.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
                listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
                self._con.execute(f'CREATE TABLE {f"{schema}." if schema else ""}"{table}" ({listed})')
            described = self._con.execute(f"DESCRIBE {query}").fetchall()
        finally:
            self._con.execute("ROLLBACK")
        return {row[0]: _clean(row[1]) for row in described}

    def _ask(self, query: str) -> str:
        if query not in self._known:
            row = self._con.execute(f"DESCRIBE {query}").fetchone()
            self._known[query] = _clean(row[1] if row else NULL)
        return self._known[query]


def _null(kind: str) -> str:
    return "NULL" if kind == NULL else f"CAST(NULL AS {kind})"


def _clean(kind: str) -> str:
    return NULL if kind == '"NULL"' else kind
