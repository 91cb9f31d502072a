"""From hits to clues: fills the small lookup tables that sql/compose.sql joins, runs it, digests the result."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from xiansuo.clues.find import Search, dated_or_null
from xiansuo.clues.tables import FOUND
from xiansuo.core.errors import InputError
from xiansuo.core.naming import quote_ident
from xiansuo.supervision.load import load_parameters
from xiansuo.supervision.model import Parameter, Rule

UNVERIFIED_MARK = "（依据待核）"
_STRENGTH_RANK = {"A": 1, "B": 2, "C": 3}
_SCORING = {
    "strength_points": "DOUBLE[]",
    "amount_points": "DOUBLE",
    "unknown_amount_share": "DOUBLE",
    "source_points": "DOUBLE",
    "full_sources": "DOUBLE",
    "recency_points": "DOUBLE",
    "recency_days": "DOUBLE",
    "severity_from": "DOUBLE[]",
    "hits_shown": "BIGINT",
}


def load_scoring(project: Path) -> dict[str, Parameter]:
    """The scoring weights of models/scoring.yml; InputError when one is lacking or unknown."""
    path = project / "models" / "scoring.yml"
    found = load_parameters(path)
    if set(found) != set(_SCORING):
        wrong = sorted(set(found) ^ set(_SCORING))
        raise InputError(
            "scoring.yml does not hold exactly the known weights",
            file=path,
            field=wrong[0],
            fix=f"it holds {', '.join(_SCORING)}",
        )
    return found


def compose(search: Search, scoring: Mapping[str, Parameter]) -> str:
    """Fill the temp table ``clue_found`` from ``hit``, ``evidence`` and ``subject``; returns its content hash."""
    _lookups(search)
    _scoring(search, scoring)
    threshold = search.parameters.get(search.model.spec.filing_threshold or "")
    sql = _compose_sql().replace("{{threshold}}", dated_or_null(threshold, "occurred_to"))
    search.con.execute(f"CREATE TEMP TABLE clue_found AS {sql}")
    return content_hash(search)


def content_hash(search: Search) -> str:
    """Digest of all found clues in clue_id order: what the model found, without run ids and history."""
    packed = ", ".join(f"{quote_ident(name)} := {quote_ident(name)}" for name in FOUND)
    row = search.con.execute(
        "SELECT sha256(coalesce(string_agg(line, chr(10) ORDER BY clue_id), '')) FROM "
        f"(SELECT clue_id, sha256(CAST(to_json(struct_pack({packed})) AS VARCHAR)) AS line FROM clue_found)"
    ).fetchone()
    return str(row[0]) if row else ""


@lru_cache(maxsize=1)
def _compose_sql() -> str:
    return files("xiansuo.clues").joinpath("sql/compose.sql").read_text(encoding="utf-8")


def _lookups(search: Search) -> None:
    search.con.execute(
        "CREATE TEMP TABLE rule_info (rule_id VARCHAR, rule_order BIGINT, title VARCHAR, strength_rank BIGINT, "
        "amount_basis VARCHAR, amount_group VARCHAR, limitation_years BIGINT, limitation_from VARCHAR)"
    )
    search.con.execute(
        "CREATE TEMP TABLE exclusion_info (rule_id VARCHAR, rule_code VARCHAR, rule_order BIGINT, place BIGINT, "
        "code VARCHAR, name VARCHAR, effect VARCHAR)"
    )
    search.con.execute(
        "CREATE TEMP TABLE legal_info (rule_id VARCHAR, place BIGINT, text VARCHAR, effective_from DATE, "
        "effective_to DATE)"
    )
    for order, rule in enumerate(in_reading_order(search.rules)):
        _insert(search, "rule_info", [_rule_row(search, rule, order)])
        _insert(
            search,
            "exclusion_info",
            [
                [rule.id, rule.spec.code, order, place, item.code, item.name, item.effect]
                for place, item in enumerate(rule.spec.exclusions)
            ],
        )
        _insert(search, "legal_info", _legal_rows(search, rule, order))


def in_reading_order(rules: tuple[Rule, ...]) -> list[Rule]:
    """Strongest first, then by code with numbers in order."""
    return sorted(rules, key=lambda rule: (_STRENGTH_RANK[rule.spec.strength], len(rule.spec.code), rule.spec.code))


def _rule_row(search: Search, rule: Rule, order: int) -> list[Any]:
    limitation = search.model.limitation_of(rule)
    spec = rule.spec
    return [
        rule.id,
        order,
        spec.title,
        _STRENGTH_RANK[spec.strength],
        spec.amount_basis,
        spec.amount_group,
        limitation.years if limitation else None,
        limitation.start if limitation else None,
    ]


def _legal_rows(search: Search, rule: Rule, order: int) -> list[list[Any]]:
    known = {basis.id: basis for basis in search.model.spec.legal_basis}
    rows = []
    for place, basis_id in enumerate(rule.spec.legal_basis):
        basis = known.get(basis_id)
        if basis is None:
            raise InputError(
                "no such legal basis in model.yml",
                file=rule.folder / "rule.yml",
                field="legal_basis",
                value=basis_id,
                fix="add it under legal_basis in model.yml",
            )
        text = f"《{basis.law}》{basis.article}" + ("" if basis.verified else UNVERIFIED_MARK)
        rows.append([rule.id, order * 1000 + place, text, basis.effective_from, basis.effective_to])
    return rows


def _scoring(search: Search, scoring: Mapping[str, Parameter]) -> None:
    spec = search.model.spec
    values: dict[str, Any] = {name: _number(scoring[name].at(search.as_of)) for name in _SCORING}
    columns = {
        **_SCORING,
        "as_of": "DATE",
        "model_id": "VARCHAR",
        "model_version": "VARCHAR",
        "suggested_line": "VARCHAR",
        "suggested_instrument": "VARCHAR",
    }
    values |= {
        "as_of": search.as_of,
        "model_id": spec.id,
        "model_version": spec.version,
        "suggested_line": spec.hand_off[0].line,
        "suggested_instrument": spec.hand_off[0].instrument,
    }
    listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    search.con.execute(f"CREATE TEMP TABLE scoring ({listed})")
    _insert(search, "scoring", [[values[name] for name in columns]])


def _number(value: Any) -> Any:
    if isinstance(value, list):
        return [_number(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def _insert(search: Search, table: str, rows: list[list[Any]]) -> None:
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        search.con.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
