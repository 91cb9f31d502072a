"""docs/rules.md names every key of the YAML shapes and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xiansuo.supervision import model as shapes
from xiansuo.supervision.template import FORMATS

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
SECTIONS = {
    ("model.yml", "model.yml"): shapes.ModelSpec,
    ("model.yml", "hand_off"): shapes.HandOff,
    ("model.yml", "subject"): shapes.Subject,
    ("model.yml", "legal_basis"): shapes.LegalBasis,
    ("model.yml", "limitation"): shapes.Limitation,
    ("parameters.yml", "parameters.yml"): shapes.Parameter,
    ("parameters.yml", "reference"): shapes.Reference,
    ("parameters.yml", "values"): shapes.DatedValue,
    ("rule.yml", "rule.yml"): shapes.RuleSpec,
    ("rule.yml", "exclusions"): shapes.Exclusion,
    ("cases.yml", "cases.yml"): shapes.Case,
    ("cases.yml", "given"): shapes.GivenTable,
    ("mutants.yml", "mutants.yml"): shapes.JustifiedMutant,
    ("mappings/NAME.yml", "mappings/NAME.yml"): shapes.Mapping,
    ("mappings/NAME.yml", "inputs"): shapes.MappedInput,
}


def told() -> dict[tuple[str, str], set[str]]:
    """(chapter, section) -> the names in backticks at the start of table rows."""
    found: dict[tuple[str, str], set[str]] = {}
    chapter = section = ""
    for line in TEXT.splitlines():
        if line.startswith("## "):
            chapter = section = line[3:]
        elif line.startswith("### "):
            section = line[4:]
        elif match := re.match(r"\| `(\w+)` \|", line):
            found.setdefault((chapter, section), set()).add(match[1])
    return found


@pytest.mark.parametrize("place", SECTIONS, ids="/".join)
def test_section_tells_exactly_the_keys(place: tuple[str, str]) -> None:
    keys = {field.alias or name for name, field in SECTIONS[place].model_fields.items()}
    assert told()[place] == keys


def test_formats_are_told_exactly() -> None:
    assert told()[("rule.yml", "Templates")] == set(FORMATS)


def test_every_shape_is_told() -> None:
    every = {
        item
        for item in vars(shapes).values()
        if isinstance(item, type) and issubclass(item, shapes.Spec) and item is not shapes.Spec
    }
    assert set(SECTIONS.values()) == every


def test_no_table_of_keys_is_left_untested() -> None:
    assert set(told()) == {*SECTIONS, ("rule.yml", "Templates")}
