"""How the case runner compares what SQL gives with what YAML expects."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xiansuo.core.errors import InputError
from xiansuo.supervision.case_compare import same
from xiansuo.supervision.strict_yaml import line_of, read_yaml


@pytest.mark.parametrize(
    ("actual", "expected", "equal"),
    [
        (Decimal("26230.09"), Decimal("26230.09"), True),
        (Decimal("26230.10"), Decimal("26230.1"), True),
        (Decimal("26230.09"), Decimal("26230.08"), False),
        (Decimal("5"), 5, True),
        (5, "5", False),
        ("330106", 330106, True),
        ("330106", 330107, False),
        (None, None, True),
        (None, 0, False),
        (0, None, False),
        (True, True, True),
        (True, False, False),
        (date(2026, 1, 1), date(2026, 1, 1), True),
        (datetime(2026, 1, 1, 0, 0), date(2026, 1, 1), True),
        (datetime(2026, 1, 1, 8, 0), date(2026, 1, 1), False),
    ],
)
def test_values_compare_by_meaning(actual: Any, expected: Any, equal: bool) -> None:
    assert same(actual, expected) is equal


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "x.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_decimals_keep_their_digits_and_codes_their_zeros(tmp_path: Path) -> None:
    assert read_yaml(written(tmp_path, "a: 1.10\nb: 0123\nc: 12:30\nd: 7\n")) == {
        "a": Decimal("1.10"),
        "b": "0123",
        "c": "12:30",
        "d": 7,
    }


def test_doubled_keys_are_refused_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="twice") as caught:
        read_yaml(written(tmp_path, "a: 1\nb: 2\na: 3\n"))
    assert "line 3" in str(caught.value.field)


def test_missing_and_broken_files_are_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        read_yaml(tmp_path / "none.yml")
    with pytest.raises(InputError, match="not readable"):
        read_yaml(written(tmp_path, "a: [1\n"))


def test_lines_are_found_by_keys_and_positions(tmp_path: Path) -> None:
    path = written(tmp_path, "a:\n  - x: 1\n  - x: 2\n    y: 3\n")
    assert line_of(path, ("a", 1, "y")) == 4
    assert line_of(path, ("a", 1, "unknown")) == 3
    assert line_of(path, ()) == 1
