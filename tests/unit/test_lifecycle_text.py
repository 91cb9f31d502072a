"""Setting keys in a model.yml and reading the chain of acts: comments, quotes, odd characters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from xiansuo.core.errors import InputError
from xiansuo.supervision.lifecycle import FILE, Entry, append, read_history, spec_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("status: draft  # where it stands\nowner: 某部\n", "published"),
        ('a: 1\nretired_reason: "见#3号文"\nowner: 某部\n', None),
        ("retired_reason: '见 #3 号''文'  # old\nowner: 某部\n", None),
        ("retired_reason: >-\n  two\n  lines\nowner: 某部\n", "并入 #2 号模型"),
        ("retired_reason: see#3\nowner: 某部\n", None),
        ("retired_reason:\nowner: 某部\n", "不再使用"),
        ("owner: 某部\n", "不再使用"),
    ],
)
def test_a_key_is_set_and_nothing_else_changes(text: str, value: str | None) -> None:
    name = "status" if text.startswith("status") else "retired_reason"
    before: dict[str, Any] = yaml.safe_load(text)
    found = spec_text(text, {name: value})
    assert yaml.safe_load(found) == {**before, name: value}
    assert ("  # " in found) == ("  # " in text)
    assert yaml.safe_load(spec_text(found, {name: None if name != "status" else "draft"}))["owner"] == "某部"


def test_a_note_with_odd_line_breaks_can_be_read_again(tmp_path: Path) -> None:
    entry = Entry("2026-01-01T00:00:00Z", "王某", "return", "draft", "draft", "1.0.0", "s", note="一\u2028二\u0085三")
    sealed = append(tmp_path, (), entry)
    assert read_history(tmp_path) == (sealed,)


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('"x"\n', encoding="utf-8")
    with pytest.raises(InputError, match="not an act"):
        read_history(tmp_path)
