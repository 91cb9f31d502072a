"""What a case expects against what the rule gave: values by meaning, rows paired so that the difference shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from xiansuo.supervision.case_plan import Row
from xiansuo.supervision.model import Case


@dataclass(frozen=True)
class RowDifference:
    """An expected row that was not found as it is, a found row that nothing expects, or both: the nearest pair.

    ``cells`` are the keys in which a pair differs.
    """

    expected: Mapping[str, Any] | None
    actual: Mapping[str, Any] | None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """The outcome of one case: ``failures`` in words, ``differences`` row by row, ``matched`` rows in order."""

    failures: tuple[str, ...] = ()
    differences: tuple[RowDifference, ...] = ()
    matched: tuple[Row, ...] = ()


def compare(case: Case, hits: Sequence[Row], evidence: Sequence[Row], known: Collection[str]) -> Comparison:
    """Hold hits and evidence against the case; ``known`` are the relations evidence may name."""
    left, unmet, matched = list(hits), [], []
    for expected in case.expect:
        unknown = [key for key in expected if hits and key not in hits[0]]
        if unknown:
            text = f"expect names {unknown[0]!r}, which hits.sql does not output; it has {', '.join(hits[0])}"
            return Comparison((text,))
        found = next((row for row in left if not _differing(expected, row)), None)
        if found is None:
            unmet.append(expected)
        else:
            left.remove(found)
            matched.append(found)
    failures = [f"expected {len(case.expect)} rows, got {len(hits)}"] if len(case.expect) != len(hits) else []
    differences = _paired(unmet, left)
    failures += [_in_words(difference) for difference in differences]
    failures += _evidence_failures(case, hits, evidence, known)
    return Comparison(tuple(failures), tuple(differences), tuple(matched))


def _paired(unmet: Sequence[Mapping[str, Any]], left: Sequence[Row]) -> list[RowDifference]:
    """Expected rows beside the found rows they differ least from, then what is left on either side."""
    rest = list(left)
    found: list[RowDifference] = []
    for expected in unmet:
        nearest = min(rest, key=lambda row: len(_differing(expected, row)), default=None)
        if nearest is None or len(_differing(expected, nearest)) == len(expected) > 1:
            found.append(RowDifference(expected, None))
            continue
        rest.remove(nearest)
        found.append(RowDifference(expected, nearest, _differing(expected, nearest)))
    return found + [RowDifference(None, row) for row in rest]


def _differing(expected: Mapping[str, Any], actual: Row) -> tuple[str, ...]:
    return tuple(key for key, value in expected.items() if not same(actual[key], value))


def _in_words(difference: RowDifference) -> str:
    expected, actual = difference.expected, difference.actual
    if actual is None:
        return f"missing: {_show(expected or {})}"
    if expected is None:
        return f"not expected: {_show(actual)}"
    cells = ", ".join(f"{key} is {actual[key]}, not {expected[key]}" for key in difference.cells)
    return f"{_show(expected)}: {cells}"


def _evidence_failures(case: Case, hits: Sequence[Row], evidence: Sequence[Row], known: Collection[str]) -> list[str]:
    failures = []
    if case.evidence is not None and case.evidence != len(evidence):
        failures.append(f"expected {case.evidence} evidence rows, got {len(evidence)}")
        failures += [f"  {_show(row)}" for row in evidence]
    proven = {row["hit_id"] for row in evidence}
    failures += [f"a hit has no evidence row: {_show(hit)}" for hit in hits if hit["hit_id"] not in proven]
    for row in evidence:
        dataset = str(row["dataset"])
        given = case.given.get(dataset)
        if dataset not in known:
            failures.append(f"evidence names a dataset the model does not read: {dataset!r}")
        elif given is not None and "_row" not in given.columns and not 1 <= (row["_row"] or 0) <= len(given.rows):
            failures.append(f"evidence points at no given row: {_show(row)}")
    return failures


def same(actual: Any, expected: Any) -> bool:
    """Whether a value from DuckDB equals one written in YAML; numbers by value, dates by day, texts exactly."""
    if actual is None or expected is None:
        return actual is expected
    if isinstance(actual, bool) or isinstance(expected, bool):
        return bool(actual == expected)
    if isinstance(actual, int | float | Decimal):
        return isinstance(expected, int | Decimal) and Decimal(str(actual)) == Decimal(expected)
    if isinstance(actual, datetime) and type(expected) is date:
        return actual.date() == expected and actual.time() == time.min
    if isinstance(actual, str):
        return actual == str(expected)
    return bool(actual == expected)


def _show(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in row.items() if key != "hit_id")
