"""Foreign schemas: views that put another system's datasets onto a model's inputs, and evidence back onto its rows."""

from __future__ import annotations

from collections.abc import Mapping as Table
from typing import TYPE_CHECKING

from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.naming import quote_ident, quote_literal, split_dataset
from xiansuo.supervision.mart_files import PREFIX
from xiansuo.supervision.model import MappedInput, Mapping, Model, Parameter, Rule
from xiansuo.supervision.project import PROVENANCE, Closure, Project
from xiansuo.supervision.sandbox import sql_name

if TYPE_CHECKING:
    import duckdb

SOURCE_SCHEMA = "_foreign"
_PLACE = "struct_pack(_file := _file, _row := _row)"


def find_mapping(model: Model, name: str | None) -> Mapping | None:
    """The model's mapping of that name; UsageError lists those it has."""
    if name is None:
        return None
    if name not in model.mappings:
        known = ", ".join(sorted(model.mappings)) or "none"
        raise UsageError("no such mapping", unit=model.id, field="mapping", value=name, fix=f"it has: {known}")
    return model.mappings[name]


def mapped_rules(model: Model, mapping: Mapping | None) -> tuple[Rule, ...]:
    """The rules a run covers: all, or those the mapping names."""
    if mapping is None:
        return model.rules
    unknown = [name for name in mapping.rules if model.rule(name) is None]
    if unknown:
        raise InputError(
            "the mapping names no rule of the model",
            unit=f"{model.id}@{mapping.id}",
            field="rules",
            value=unknown[0],
            fix=f"it has {', '.join(rule.id for rule in model.rules)}",
        )
    return tuple(rule for rule in model.rules if rule.id in mapping.rules)


def mapped_parameters(model: Model, mapping: Mapping | None) -> dict[str, Parameter]:
    """The model's parameters with the mapping's values in place of the model's own."""
    result = dict(model.parameters)
    for name, value in (mapping.parameters if mapping else {}).items():
        if name not in result:
            raise InputError(
                "the mapping overrides no parameter of the model",
                unit=model.id,
                field="parameters",
                value=name,
                fix="remove it",
            )
        dated = result[name].values[0].model_copy(update={"value": value})
        result[name] = result[name].model_copy(update={"values": [dated]})
    return result


def source_datasets(mapping: Mapping) -> set[str]:
    """The foreign datasets the mapping reads."""
    return {item.source for item in mapping.inputs.values() if item.source is not None}


def register_mapped(
    con: duckdb.DuckDBPyConnection, project: Project, mapping: Mapping, closure: Closure, foreign: Table[str, str]
) -> None:
    """Create every input as a view over the ``foreign`` relations (dataset -> SQL text), marts as views above them."""
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {SOURCE_SCHEMA}")
    for dataset, relation in foreign.items():
        con.execute(f"CREATE OR REPLACE VIEW {foreign_name(dataset)} AS SELECT * FROM {relation}")
    for dataset in closure.datasets:
        given = mapping.inputs.get(dataset)
        if given is not None:
            _create(con, dataset, input_sql(project, dataset, given))
    for mart in closure.marts:
        if all(_exists(con, name) for name in mart.inputs):
            _create(con, mart.sql_name, mart.sql)


def add_missing_subject(con: duckdb.DuckDBPyConnection, model: Model, rules: tuple[Rule, ...]) -> None:
    """Give subjects whose source is not mapped an empty relation: such clues carry no name and no region."""
    for of in {model.subject_of(rule).source: model.subject_of(rule) for rule in rules}.values():
        if not _exists(con, of.source):
            names = [name for name in (of.id, of.name, of.region) if name]
            listed = ", ".join(f"CAST(NULL AS VARCHAR) AS {quote_ident(name)}" for name in names)
            _create(con, of.source, f"SELECT {listed} WHERE false")


def foreign_name(dataset: str) -> str:
    """The SQL name of a foreign dataset inside a mapped session."""
    return f"{SOURCE_SCHEMA}.{quote_ident(dataset)}"


def input_sql(project: Project, dataset: str, given: MappedInput) -> str:
    """The SELECT that yields the input's columns from the foreign dataset; unlisted columns are typed NULL."""
    types = {name: kind for name, kind in project.columns(dataset).items() if name not in PROVENANCE}
    unknown = [name for name in given.columns if name not in types]
    if unknown:
        raise InputError(
            "the input has no such column",
            field=f"inputs.{dataset}.columns",
            value=unknown[0],
            fix=f"it has {', '.join(types)}",
        )
    picked = [
        f"CAST({given.columns.get(name, 'NULL')} AS {kind}) AS {quote_ident(name)}" for name, kind in types.items()
    ]
    if given.source is None:
        empty = [f"CAST(NULL AS {kind}) AS {quote_ident(name)}" for name, kind in PROVENANCE.items()]
        return f"SELECT {', '.join(picked + empty)} WHERE false"
    source = foreign_name(given.source)
    if not given.collapse:
        return f"SELECT {', '.join(picked)}, {', '.join(PROVENANCE)} FROM {source}"
    keys = ", ".join(quote_ident(name) for name in given.collapse)
    inner = (
        f"SELECT {', '.join(picked)}, min(_delivery) AS _delivery, min({_PLACE}) AS _first "
        f"FROM {source} GROUP BY {keys}"
    )
    names = ", ".join(quote_ident(name) for name in types)
    return f"SELECT {names}, _delivery, _first._file AS _file, _first._row AS _row FROM ({inner})"


def expand_evidence(con: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Rewrite the session's evidence from mapped inputs to the foreign rows they stand for, all of them."""
    for dataset, given in mapping.inputs.items():
        if given.source is None or dataset.startswith(PREFIX):
            continue
        target = quote_literal(given.source)
        if not given.collapse:
            con.execute(f"UPDATE evidence SET dataset = {target} WHERE dataset = {quote_literal(dataset)}")
            continue
        keys = ", ".join(quote_ident(name) for name in given.collapse)
        con.execute(
            f"INSERT INTO evidence SELECT DISTINCT e.clue_id, e.hit_id, e.rule_id, {target}, s._file, s._row, e.role "
            f"FROM evidence AS e JOIN (SELECT _file, _row, min({_PLACE}) OVER (PARTITION BY {keys}) AS _first "
            f"FROM {foreign_name(given.source)}) AS s ON s._first._file = e._file AND s._first._row = e._row "
            f"WHERE e.dataset = {quote_literal(dataset)}"
        )
        con.execute(f"DELETE FROM evidence WHERE dataset = {quote_literal(dataset)}")


def _create(con: duckdb.DuckDBPyConnection, name: str, body: str) -> None:
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_ident(split_dataset(name)[0])}")
    con.execute(f"CREATE OR REPLACE VIEW {sql_name(name)} AS {body}")


def _exists(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    schema, table = split_dataset(name)
    row = con.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = ? AND table_name = ?", [schema, table]
    ).fetchone()
    return bool(row and row[0])
