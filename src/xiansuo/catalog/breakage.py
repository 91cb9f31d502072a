"""What a proposed contract breaks: how it differs from the standing one, and every statement that no longer binds.

Belongs here: judging. Who reads a column at all is ``impact``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo.catalog.impact import Kind, Touch
from xiansuo.core.errors import UsageError
from xiansuo.supervision.bind import bind
from xiansuo.supervision.graphs import create_graphs, drop_graphs
from xiansuo.supervision.mart_files import PREFIX, Mart, in_order

if TYPE_CHECKING:
    import duckdb

    from xiansuo.catalog.discover import Units
    from xiansuo.contracts.model import Column, Contract
    from xiansuo.supervision.model import Model, Rule

_ANY_DAY = date(2000, 1, 1)  # every day binds alike


@dataclass(frozen=True)
class Change:
    """One difference between a contract that stands and a proposed one; ``breaking`` when readers can fail or shift."""

    column: str
    what: str
    breaking: bool


def changes(old: Contract, new: Contract) -> list[Change]:
    """Column by column; a removed and a new column of one Chinese name are a renaming."""
    before = {column.name: column for column in old.columns}
    after = {column.name: column for column in new.columns}
    renamed = {
        gone.name: name
        for gone in old.columns
        for name, column in after.items()
        if gone.name not in after and name not in before and column.title == gone.title
    }
    found = [Change(name, f"renamed to {to}", True) for name, to in renamed.items()]
    found += [Change(name, "removed", True) for name in before if name not in after and name not in renamed]
    for name in before.keys() & after.keys():
        found += _column_changes(before[name], after[name])
    found += [Change(name, "added", False) for name in after if name not in before and name not in renamed.values()]
    if old.key != new.key:
        found.append(Change(", ".join(old.key), f"key becomes {', '.join(new.key)}", True))
    return sorted(found, key=lambda change: (change.column, change.what))


def _column_changes(old: Column, new: Column) -> list[Change]:
    found = []
    if (old.type, old.semantic) != (new.type, new.semantic):
        found.append(Change(old.name, f"{old.semantic} ({old.type}) becomes {new.semantic} ({new.type})", True))
    if old.required and not new.required:
        found.append(Change(old.name, "may be missing from now on", True))
    if old.enum != new.enum:
        gone = sorted(set(old.enum) - set(new.enum))
        more = sorted(set(new.enum) - set(old.enum))
        listed = "; ".join(
            filter(None, [f"without {', '.join(gone)}" * bool(gone), f"with {', '.join(more)}" * bool(more)])
        )
        found.append(Change(old.name, f"other codes: {listed or 'any'}", True))
    if (old.minimum, old.maximum, old.pattern) != (new.minimum, new.maximum, new.pattern):
        found.append(Change(old.name, "other bounds or pattern", False))
    return found


def broken(units: Units, proposed: Contract, found: Sequence[Touch]) -> list[Touch]:
    """The touches again with the reason why each no longer binds once ``proposed`` stands, if it does not.

    What does not read the changed columns itself but a mart that no longer binds is added.
    """
    contracts = {**units.contracts, proposed.dataset: proposed}
    failing: dict[tuple[Kind, str], str] = {}
    names = {touch.unit.partition(".")[0] for touch in found if touch.kind in ("rule", "evidence")}
    con, dead = _empty_lake(contracts, units.marts)
    names |= {name for name, model in units.models.items() if not dead.keys().isdisjoint(_relations_of(model))}
    try:
        failing |= {("mart", name): why for name, why in dead.items()}
        for name in sorted(names):
            failing |= _bind_model(con, units.models[name], dead)
    finally:
        con.close()
    judged = [replace(touch, error=failing.pop((touch.kind, touch.unit), None)) for touch in found]
    return judged + [_through_mart(units, kind, unit, why) for (kind, unit), why in sorted(failing.items())]


def _relations_of(model: Model) -> set[str]:
    return {*model.spec.inputs, *(model.subject_of(rule).source for rule in model.rules)}


def _through_mart(units: Units, kind: Kind, unit: str, why: str) -> Touch:
    if kind == "mart":
        return Touch(kind, unit, units.marts[unit].path, 1, (), error=why)
    model, _, name = unit.partition(".")
    if kind == "graph":
        return Touch(kind, unit, units.models[model].folder / "graphs" / f"{name}.sql", 1, (), error=why)
    rule = units.models[model].rule(name)
    folder = rule.folder if rule is not None else units.models[model].folder
    file = {"rule": "hits.sql", "evidence": "evidence.sql"}.get(kind, "rule.yml" if rule is not None else "model.yml")
    return Touch(kind, unit, folder / file, 1, (), error=why)


def _empty_lake(
    contracts: Mapping[str, Contract], marts: Mapping[str, Mart]
) -> tuple[duckdb.DuckDBPyConnection, dict[str, str]]:
    """Typed empty tables and mart views; the marts that do not bind with their reasons."""
    import duckdb

    from xiansuo.supervision.project import PROVENANCE
    from xiansuo.supervision.sandbox import Sandbox

    sandbox = Sandbox()
    for name, contract in contracts.items():
        sandbox.add_table(name, {column.name: column.type for column in contract.columns} | PROVENANCE)
    dead: dict[str, str] = {}
    for mart in in_order(dict(marts), list(marts)):
        try:
            sandbox.add_mart(mart)
        except duckdb.Error as error:
            dead[mart.sql_name] = _reason(error, dead)
    return sandbox.con, dead


def _bind_model(con: duckdb.DuckDBPyConnection, model: Model, dead: Mapping[str, str]) -> dict[tuple[Kind, str], str]:
    import duckdb

    failing: dict[tuple[Kind, str], str] = {}
    for graph in model.graphs:
        sql = bind(graph.sql, model.parameters, as_of=_ANY_DAY, unit=model.id)
        try:
            con.execute(f"DESCRIBE {sql}")
        except duckdb.Error as error:
            failing["graph", f"{model.id}.{graph.name}"] = _reason(error, dead)
    create_graphs(con, model.graphs)
    for rule in model.rules:
        failing |= _bind_rule(con, model, rule, dead)
        failing |= _bind_subject(con, model, rule, dead)
    drop_graphs(con, model.graphs)
    return failing


def _bind_rule(
    con: duckdb.DuckDBPyConnection, model: Model, rule: Rule, dead: Mapping[str, str]
) -> dict[tuple[Kind, str], str]:
    import duckdb

    unit, spec = f"{model.id}.{rule.id}", rule.spec

    def bound(sql: str, hits: str | None) -> str:
        return bind(sql, model.parameters, as_of=_ANY_DAY, event_date=spec.event_date, hits=hits, unit=unit)

    try:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE touched_hits AS SELECT '' AS hit_id, * FROM ({bound(rule.hits_sql, None)})"
        )
    except duckdb.Error as error:
        return {("rule", unit): _reason(error, dead), ("evidence", unit): "hits.sql does not bind"}
    try:
        con.execute(f"DESCRIBE {bound(rule.evidence_sql, 'touched_hits')}")
    except duckdb.Error as error:
        return {("evidence", unit): _reason(error, dead)}
    return {}


def _bind_subject(
    con: duckdb.DuckDBPyConnection, model: Model, rule: Rule, dead: Mapping[str, str]
) -> dict[tuple[Kind, str], str]:
    import duckdb

    from xiansuo.core.naming import quote_ident
    from xiansuo.supervision.sandbox import sql_name

    of = model.subject_of(rule)
    columns = ", ".join(quote_ident(name) for name in (of.id, of.name, of.region) if name)
    try:
        con.execute(f"DESCRIBE SELECT {columns} FROM {sql_name(of.source)}")
    except duckdb.Error as error:
        return {("subject", f"{model.id}.{rule.id}" if rule.spec.subject else model.id): _reason(error, dead)}
    return {}


def _reason(error: Exception, dead: Mapping[str, str]) -> str:
    text = str(error).strip().splitlines()[0]
    named = next((name for name in dead if re.search(rf"\b{re.escape(name.removeprefix(PREFIX))}\b", text)), None)
    return f"{text} (the mart {named} no longer binds)" if named else text


def proposed_contract(units: Units, path: Path) -> Contract:
    """Read a contract that is not in force yet; InputError for a bad file, UsageError when no such dataset stands."""
    from xiansuo.contracts.load import load_contract

    contract = load_contract(path, in_place=False)
    if contract.dataset not in units.contracts:
        raise UsageError(
            "there is no contract of this dataset to compare with",
            file=path,
            field="id",
            value=contract.dataset,
            fix="xiansuo impact compares a proposed contract with the standing one of the same id",
        )
    return contract
