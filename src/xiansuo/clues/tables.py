"""The tables a model writes: their columns, and the digests that identify clues and runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiansuo.core.naming import canonical_json, digest, quote_literal
from xiansuo.supervision.model import Grain

ENGINE_VERSION = "1"
RUN = "_run"

HITS = {
    "hit_id": "VARCHAR",
    "clue_id": "VARCHAR",
    "rule_id": "VARCHAR",
    "rule_code": "VARCHAR",
    "subject_type": "VARCHAR",
    "subject_id": "VARCHAR",
    "occurred_from": "DATE",
    "occurred_to": "DATE",
    "amount": "DECIMAL(18,2)",
    "exclusion_code": "VARCHAR",
    "exclusion_effect": "VARCHAR",
    "measures": "VARCHAR",
    "parameters": "VARCHAR",
    "evidence_count": "BIGINT",
}
EVIDENCE = {
    "clue_id": "VARCHAR",
    "hit_id": "VARCHAR",
    "rule_id": "VARCHAR",
    "dataset": "VARCHAR",
    "_file": "VARCHAR",
    "_row": "BIGINT",
    "role": "VARCHAR",
}
FOUND = {
    "clue_id": "VARCHAR",
    "model_id": "VARCHAR",
    "model_version": "VARCHAR",
    "subject_type": "VARCHAR",
    "subject_id": "VARCHAR",
    "subject_name": "VARCHAR",
    "region_code": "VARCHAR",
    "occurred_from": "DATE",
    "occurred_to": "DATE",
    "amount": "DECIMAL(18,2)",
    "amount_basis": "VARCHAR",
    "score": "INTEGER",
    "severity": "VARCHAR",
    "rules": "VARCHAR[]",
    "explanation": "VARCHAR",
    "exclusions_tested": "VARCHAR[]",
    "legal_basis": "VARCHAR[]",
    "suggested_line": "VARCHAR",
    "suggested_instrument": "VARCHAR",
    "limitation_date": "DATE",
    "evidence_count": "BIGINT",
    "content_hash": "VARCHAR",
}
CLUES = {**FOUND, "run_id": "VARCHAR", "change": "VARCHAR", "changed_why": "VARCHAR"}
RUNS = {
    "run_id": "VARCHAR",
    "run_key": "VARCHAR",
    "sequence": "BIGINT",
    "model_id": "VARCHAR",
    "model_version": "VARCHAR",
    "model_hash": "VARCHAR",
    "mapping": "VARCHAR",
    "parameters": "VARCHAR",
    "input_versions": "VARCHAR",
    "input_fingerprints": "VARCHAR",
    "as_of": "DATE",
    "clues": "BIGINT",
    "clues_new": "BIGINT",
    "clues_same": "BIGINT",
    "clues_changed": "BIGINT",
    "clues_withdrawn": "BIGINT",
    "hits": "BIGINT",
    "hits_excluded": "BIGINT",
    "evidence_rows": "BIGINT",
    "clues_hash": "VARCHAR",
    "started_at": "TIMESTAMP",
    "finished_at": "TIMESTAMP",
}
TABLES: dict[str, dict[str, str]] = {"hits": HITS, "evidence": EVIDENCE, "clues": CLUES, "runs": RUNS}

_GRAIN_KEYS: dict[Grain, str] = {
    "hit": "concat_ws('/', occurred_from, occurred_to)",
    "month": "strftime(occurred_from, '%Y-%m')",
    "quarter": "concat(year(occurred_from), 'Q', quarter(occurred_from))",
    "year": "strftime(occurred_from, '%Y')",
    "all": "'all'",
}


def clue_id_sql(owner: str, grain: Grain) -> str:
    """SQL for the clue id of a hit row: a digest of owner (model, and mapping if any), subject and grain bucket."""
    key = f"concat_ws(chr(31), {quote_literal(owner)}, subject_id, {_GRAIN_KEYS[grain]})"
    return f"substr(sha256({key}), 1, 20)"


def owner_of(model_id: str, mapping: str | None) -> str:
    """What the history of clues belongs to: the model, or the model seen through one mapping."""
    return model_id if mapping is None else f"{model_id}@{mapping}"


def run_key(facts: Mapping[str, Any]) -> str:
    """The digest that is equal exactly when a run would compute the same clues."""
    return digest(canonical_json({"engine": ENGINE_VERSION, **facts}))
