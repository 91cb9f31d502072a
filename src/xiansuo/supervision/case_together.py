"""Cases put together: the rows of many in one database, told apart by identifiers of their own, each found as before.

What is right for one matter must stay right when others lie beside it. Such a case notices a forgotten join condition
that no case with a single person, station or firm can notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xiansuo.core.errors import InputError
from xiansuo.supervision.mart_files import PREFIX as MARTS
from xiansuo.supervision.model import Case, GivenTable

_SUBJECT = "subject_id"


def put_together(cases: Sequence[Case]) -> list[Case]:
    """The cases, with ``given`` and ``expect`` filled in where ``together`` asks for those of others before.

    InputError names a case that cannot be made.
    """
    return [_filled(case, cases[:position]) if case.together else case for position, case in enumerate(cases)]


def _filled(case: Case, before: Sequence[Case]) -> Case:
    members = _members(case, before)
    apart = frozenset(case.together)
    counts = [member.evidence for member in members]
    return case.model_copy(
        update={
            "given": _given(case, members, apart),
            "expect": [
                {key: _own(value, number) if value in names or key == _SUBJECT else value for key, value in row.items()}
                for number, member in enumerate(members, start=1)
                for names in [_identifiers(member, apart)]
                for row in member.expect
            ],
            "evidence": None if None in counts else sum(count for count in counts if count is not None),
        }
    )


def _identifiers(member: Case, apart: frozenset[str]) -> set[Any]:
    """The values that the case has in the columns told apart."""
    return {
        value
        for table in member.given.values()
        for row in table.rows
        for name, value in zip(table.columns, row, strict=True)
        if name in apart and isinstance(value, str)
    }


def _members(case: Case, before: Sequence[Case]) -> list[Case]:
    plain = {member.case: member for member in before if not member.together}
    unknown = [name for name in case.without if name not in plain]
    if unknown:
        raise InputError(
            "no such case before this one", field=f"{case.case}.without", value=unknown[0], fix="name another"
        )
    members = [one for one in plain.values() if one.as_of == case.as_of and one.case not in case.without]
    if len(members) < 2:
        raise InputError(
            "fewer than two cases of this as_of stand before it",
            field=f"{case.case}.together",
            value=str(case.as_of),
            fix="give the as_of of those cases",
        )
    return members


def _given(case: Case, members: Sequence[Case], apart: frozenset[str]) -> dict[str, GivenTable]:
    made: dict[str, GivenTable] = {}
    for relation in dict.fromkeys(name for member in members for name in member.given):
        tables = [(number, member.given.get(relation)) for number, member in enumerate(members, start=1)]
        if relation.startswith(MARTS) and any(table is None for _, table in tables):
            raise InputError(
                f"some of the cases give {relation}, others let it be computed",
                field=f"{case.case}.together",
                value=relation,
                fix="leave some out with without",
            )
        made[relation] = _merged([(number, table) for number, table in tables if table is not None], apart)
    return made


def _merged(tables: Sequence[tuple[int, GivenTable]], apart: frozenset[str]) -> GivenTable:
    """One table of all rows; rows of tables that no identifier tells apart, such as code lists, stand there once."""
    columns = list(dict.fromkeys(name for _, table in tables for name in table.columns))
    rows: list[list[Any]] = []
    for number, table in tables:
        for row in table.rows:
            values = dict(zip(table.columns, row, strict=True))
            full = [_own(values.get(name), number) if name in apart else values.get(name) for name in columns]
            if full not in rows or not apart.isdisjoint(columns):
                rows.append(full)
    return GivenTable(columns=columns, rows=rows)


def _own(value: Any, number: int) -> Any:
    """The identifier as the case of that number has it; the first keeps its own."""
    return value if value is None or number == 1 else f"{value}#{number}"
