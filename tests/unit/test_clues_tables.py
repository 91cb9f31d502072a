"""Identity: the clue id rests on model, subject and bucket alone, and is what SHA-256 says it is."""

from __future__ import annotations

import hashlib

import duckdb
import pytest

from xiansuo.clues.tables import clue_id_sql, owner_of, run_key
from xiansuo.supervision.model import Grain


@pytest.mark.parametrize(
    ("grain", "bucket"),
    [
        ("hit", "2025-03-05/2025-04-02"),
        ("month", "2025-03"),
        ("quarter", "2025Q1"),
        ("year", "2025"),
        ("all", "all"),
    ],
)
def test_clue_id_is_a_digest_of_owner_subject_and_bucket(grain: Grain, bucket: str) -> None:
    rows = duckdb.sql(
        f"SELECT {clue_id_sql('m', grain)} FROM "
        "(SELECT 'S1' AS subject_id, DATE '2025-03-05' AS occurred_from, DATE '2025-04-02' AS occurred_to)"
    ).fetchall()
    expected = hashlib.sha256("\x1f".join(["m", "S1", bucket]).encode()).hexdigest()[:20]
    assert rows == [(expected,)]


def test_mapped_clues_have_their_own_history() -> None:
    assert owner_of("m", None) == "m"
    assert owner_of("m", "us") != owner_of("m", None)


def test_run_key_does_not_depend_on_the_order_of_facts() -> None:
    assert run_key({"a": 1, "b": {"x": 1, "y": 2}}) == run_key({"b": {"y": 2, "x": 1}, "a": 1})
    assert run_key({"a": 1}) != run_key({"a": 2})
