"""SQL that runs once for all cases of a rule: every table it reads is cut down to the rows of one case.

The statement becomes a LATERAL subquery beside the list of cases, with each table name replaced by a subquery on the
rows that carry the case's number. DuckDB takes such a statement apart into one plan for all cases.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from xiansuo.core.naming import quote_ident

SCHEMA = "by_case"
NUMBER = "_case"
_CASES = "xs_cases"
_TOKEN = re.compile(
    r"""(?P<skip>'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/)"""
    r"""|(?<![\w."$])(?P<table>[A-Za-z_]\w*\.[A-Za-z_]\w*)(?![\w."(])(?P<alias>(?:\s+(?:AS\s+)?[A-Za-z_]\w*)?)""",
    re.DOTALL | re.IGNORECASE,
)
_NO_ALIAS = frozenset(
    [
        "WHERE",
        "JOIN",
        "LEFT",
        "RIGHT",
        "FULL",
        "INNER",
        "CROSS",
        "ON",
        "USING",
        "GROUP",
        "ORDER",
        "HAVING",
        "QUALIFY",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "LIMIT",
        "WINDOW",
        "SEMI",
        "ANTI",
        "ASOF",
        "NATURAL",
        "OFFSET",
        "TABLESAMPLE",
    ]
)


def table_of(relation: str) -> str:
    """Where the rows of a relation lie, with a column ``_case``."""
    return f"{SCHEMA}.{quote_ident(relation)}"


def rows_of_case(relation: str) -> str:
    """The relation as one case sees it."""
    return f"(SELECT * EXCLUDE ({NUMBER}) FROM {table_of(relation)} AS xs_t WHERE xs_t.{NUMBER} = {_CASES}.{NUMBER})"


def for_cases(sql: str, relations: Collection[str], numbers: Iterable[int], own: Collection[str] = ()) -> str:
    """A SELECT of ``_case`` and the columns of ``sql`` for each of the cases numbered.

    ``own`` are relations that ``sql`` itself defines, as CTEs named by the second part. A relation that is named in
    another way than ``domain.name`` is not replaced, and the statement does not bind: no case ever sees the rows of
    another.
    """
    known = {name.lower(): name for name in relations}

    def replaced(match: re.Match[str]) -> str:
        name = known.get((match["table"] or "").lower())
        if name is None:
            return match[0]
        alias, short = match["alias"].strip(), quote_ident(name.partition(".")[2])
        rows = short if name in own else rows_of_case(name)
        if not alias or alias.upper() in _NO_ALIAS:
            return f"{rows} AS {short}{match['alias']}"
        return rows + match["alias"]

    listed = ", ".join(f"({number})" for number in numbers)
    body = _TOKEN.sub(replaced, sql)
    cases = f"(VALUES {listed}) AS {_CASES}({NUMBER})"
    return f"SELECT {_CASES}.{NUMBER}, xs_rows.* FROM {cases}, LATERAL ({body}\n) AS xs_rows"
