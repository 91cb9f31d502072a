"""Put parameter values into rule SQL. Text outside ``$name`` and ``{{hits}}`` stays as written, line for line.

Values come from parameters.yml only; names and strings in the SQL are found by a lexer, never by bare replacement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.supervision.model import Parameter, Scalar

_TOKEN = re.compile(
    r"""(?P<skip>'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/)|\$(?P<name>[A-Za-z_]\w*)|(?P<hits>\{\{hits\}\})""",
    re.DOTALL,
)
AS_OF = "as_of"


def parameter_names(sql: str) -> set[str]:
    """The ``$names`` used in the SQL, without ``as_of``."""
    return {name for name, _ in parameter_uses(sql)} - {AS_OF}


def parameter_uses(sql: str) -> Iterator[tuple[str, int]]:
    """Each ``$name`` with its position in the text, ``as_of`` included."""
    for match in _TOKEN.finditer(sql):
        if match["name"]:
            yield match["name"], match.start()


def bind(
    sql: str,
    parameters: Mapping[str, Parameter],
    *,
    as_of: date | None,
    event_date: str | None = None,
    hits: str | None = None,
    unit: str | None = None,
) -> str:
    """The SQL with literals in place of ``$names`` and the relation ``hits`` in place of ``{{hits}}``.

    A parameter with several dated values becomes a CASE over the column ``event_date``. InputError names an unknown
    parameter, a missing event_date or as_of.
    """

    def value(match: re.Match[str]) -> str:
        if match["skip"]:
            return match[0]
        if match["hits"]:
            if hits is None:
                raise InputError("{{hits}} belongs in evidence.sql only", unit=unit, fix="read the inputs instead")
            return hits
        return _parameter_sql(match["name"], parameters, as_of, event_date, unit)

    return _TOKEN.sub(value, sql)


def _parameter_sql(
    name: str, parameters: Mapping[str, Parameter], as_of: date | None, event_date: str | None, unit: str | None
) -> str:
    if name == AS_OF:
        if as_of is None:
            raise InputError("the SQL reads $as_of but none is given", unit=unit, field="as_of", fix="give as_of")
        return literal(as_of)
    parameter = parameters.get(name)
    if parameter is None:
        known = ", ".join(sorted(parameters)) or "none"
        raise InputError("no such parameter", unit=unit, field=f"${name}", fix=f"parameters.yml has: {known}")
    if len(parameter.values) > 1 and event_date is None:
        raise InputError(
            "a parameter with several dated values needs the rule's event_date",
            unit=unit,
            field=f"${name}",
            fix="name the date column under event_date in rule.yml",
        )
    return dated_sql(parameter, event_date or "")


def dated_sql(parameter: Parameter, event_date: str) -> str:
    """SQL for the value in force on ``event_date``: a literal, or a CASE that is NULL before the first date."""
    if len(parameter.values) == 1:
        return _value_sql(parameter.values[0].value)
    column = quote_ident(event_date)
    branches = " ".join(
        f"WHEN {column} >= {literal(dated.start)} THEN {_value_sql(dated.value)}"
        for dated in reversed(parameter.values)
    )
    return f"(CASE {branches} END)"


def _value_sql(value: Scalar | list[Scalar]) -> str:
    if not isinstance(value, list):
        return literal(value)
    if not value:
        return "CAST([] AS VARCHAR[])"
    return "[" + ", ".join(literal(item) for item in value) + "]"


def literal(value: Scalar) -> str:
    """One value as an exact SQL literal."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, int | Decimal):
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        return f"({text})" if value < 0 else text
    return quote_literal(value)
