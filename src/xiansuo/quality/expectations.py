"""From a contract to Great Expectations: one expectation for each check that ingest makes.

The plan is built from the contract's columns, not from the casting SQL, so that the audit is a second opinion. Two
shapes of table can be audited: a lake table (typed columns only) and a staged one, which has the delivered text of
every column beside it as `<column>__text`, so that lost values can be told from empty ones.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xiansuo.contracts.model import Column, Contract
from xiansuo.core.naming import quote_ident, quote_literal
from xiansuo.core.semantic_sql import over, with_aid

TEXT_SUFFIX = "__text"


@dataclass(frozen=True)
class Planned:
    """One check: its code as ingest names it, a Chinese title, and how to make the expectation from GX's module."""

    code: str
    title: str
    build: Callable[[Any], Any]


def plan(contract: Contract, *, staged: bool = False) -> list[Planned]:
    """All expectations of a contract in column order, then row checks, then the key."""
    planned: list[Planned] = []
    for column in contract.columns:
        planned += _column(column, staged)
    for check in contract.row_checks:
        planned.append(Planned(check.code, check.zh, _no_row(f"TRY(coalesce(({check.expression}), true)) IS NOT TRUE")))
    if contract.key and not staged:
        planned.append(_key(contract))
    return planned


def _column(column: Column, staged: bool) -> Iterator[Planned]:
    name, title, kind = column.name, column.title, column.kind
    if column.required:
        required = name + TEXT_SUFFIX if staged else name
        yield Planned(
            f"{name}:required", f"{title}必填", lambda gxe: gxe.ExpectColumnValuesToNotBeNull(column=required)
        )
    if staged and kind.can_fail:
        yield Planned(f"{name}:cast", f"{title}是有效的{kind.title_zh}", _survives(name))
    if kind.validate is not None:
        yield Planned(f"{name}:valid", f"{title}自身规则成立（如校验位）", _no_row(f"NOT ({_own_rule(column)})"))
    if column.enum:
        values = list(column.enum)
        yield Planned(
            f"{name}:enum",
            f"{title}在允许的取值内",
            lambda gxe: gxe.ExpectColumnValuesToBeInSet(column=name, value_set=values),
        )
    if column.minimum is not None:
        low = _bound(column, column.minimum)
        yield Planned(
            f"{name}:min",
            f"{title}不小于{column.minimum}",
            lambda gxe: gxe.ExpectColumnValuesToBeBetween(column=name, min_value=low),
        )
    if column.maximum is not None:
        high = _bound(column, column.maximum)
        yield Planned(
            f"{name}:max",
            f"{title}不大于{column.maximum}",
            lambda gxe: gxe.ExpectColumnValuesToBeBetween(column=name, max_value=high),
        )
    if column.pattern is not None:
        broken = f"NOT regexp_full_match({quote_ident(name)}, {quote_literal(column.pattern)})"
        yield Planned(f"{name}:pattern", f"{title}符合规定格式", _no_row(broken))


def _own_rule(column: Column) -> str:
    """The semantic type's rule over the typed column; the helper value it may call `aid` is written out in place."""
    name, kind = quote_ident(column.name), column.kind
    aid = f"({over(kind.aid, name)})" if kind.aid is not None else ""
    return with_aid(kind.validate or "true", name, aid)


def _bound(column: Column, text: str) -> float | datetime:
    if column.type in ("DATE", "TIMESTAMP"):
        return datetime.fromisoformat(text)
    return float(text)


def _survives(name: str) -> Callable[[Any], Any]:
    def build(gxe: Any) -> Any:
        from great_expectations.expectations.row_conditions import Column as ConditionColumn

        return gxe.ExpectColumnValuesToNotBeNull(
            column=name, row_condition=ConditionColumn(name + TEXT_SUFFIX).is_not_null()
        )

    return build


def _no_row(condition: str) -> Callable[[Any], Any]:
    """No row fulfils `condition`; the query returns a constant, so that no value can reach a result."""
    query = "SELECT 1 AS broken FROM {batch} WHERE " + condition.replace("{", "{{").replace("}", "}}")
    return lambda gxe: gxe.UnexpectedRowsExpectation(unexpected_rows_query=query)


def _key(contract: Contract) -> Planned:
    columns = list(contract.key)
    title = "、".join(contract.column(name).title for name in columns)
    if len(columns) == 1:
        return Planned("key:unique", f"{title}不重复", lambda gxe: gxe.ExpectColumnValuesToBeUnique(column=columns[0]))
    return Planned("key:unique", f"{title}不重复", lambda gxe: gxe.ExpectCompoundColumnsToBeUnique(column_list=columns))
