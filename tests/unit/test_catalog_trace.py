"""The trace of a model from contract column to clue field, what a change touches and breaks, and the page of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from xiansuo.catalog.breakage import broken, changes, proposed_contract
from xiansuo.catalog.column_lineage import read_query
from xiansuo.catalog.discover import Units, discover
from xiansuo.catalog.impact import Touch, sources, touched
from xiansuo.catalog.lineage_page import lineage_page
from xiansuo.catalog.trace import ModelTrace, Relations, relations, trace_model
from xiansuo.contracts.model import Contract
from xiansuo.core.errors import UsageError

TOY = Path(__file__).parents[1] / "integration" / "toy_project"


@pytest.fixture(scope="module")
def units() -> Units:
    return discover(TOY)


@pytest.fixture(scope="module")
def known(units: Units) -> Relations:
    return relations(units)


@pytest.fixture(scope="module")
def trace(units: Units, known: Relations) -> ModelTrace:
    return trace_model(known, units.models["toy_model"])


def by_unit(found: list[Touch]) -> dict[tuple[str, str], Touch]:
    return {(touch.kind, touch.unit): touch for touch in found}


def without(contract: Contract, name: str, new: str | None = None) -> Contract:
    columns = [replace(c, name=new or "") if c.name == name else c for c in contract.columns if c.name != name or new]
    return replace(contract, columns=tuple(columns))


def test_mentions_hold_conditions_that_no_output_shows() -> None:
    reading = read_query("SELECT a AS x FROM d.t WHERE b > 1 AND EXISTS (SELECT 1 FROM d.u WHERE u.c = t.a)",
                         {"d.t": ["a", "b"], "d.u": ["c"]})  # fmt: skip
    assert reading.outputs == {"x": {("d.t", "a")}}
    assert reading.mentions == {("d.t", "a"), ("d.t", "b"), ("d.u", "c")}


def test_every_output_column_names_its_contract_columns_and_clue_fields(trace: ModelTrace) -> None:
    volume = next(rule for rule in trace.rules if rule.rule == "volume")
    fields = {field.name: field for field in volume.fields}
    assert fields["gap_l"].columns == {("toy.reading", "litres"), ("toy.declaration", "litres")}
    assert fields["gap_l"].clue_fields == ("explanation",)
    assert fields["amount"].clue_fields == ("amount", "score", "explanation")
    assert fields["exclusion_code"].columns == {("toy.declaration", "approval_no"), ("toy.declaration", "litres")}
    assert fields["approval_no"].clue_fields == ()
    assert ("toy.reading", "read_date") in volume.mentions
    assert trace.subject == {("marts.subject_station", name) for name in ("station_id", "name", "region_code")}


def test_a_column_is_followed_to_rules_fields_mappings_and_subjects(units: Units, known: Relations) -> None:
    found = by_unit(touched(units, known, sources(known, "toy.declaration.approval_no")))
    assert found.keys() == {("rule", "toy_model.volume")}
    touch = found["rule", "toy_model.volume"]
    assert touch.fields == ("exclusion_code", "approval_no")
    volume = units.models["toy_model"].rule("volume")
    assert volume is not None
    assert "approval_no" in volume.hits_sql.splitlines()[touch.line - 1]

    found = by_unit(touched(units, known, sources(known, "toy.station.name")))
    assert found.keys() == {("mart", "marts.subject_station"), ("subject", "toy_model")}
    assert found["subject", "toy_model"].clue_fields == ("subject_name",)

    found = by_unit(touched(units, known, sources(known, "toy.claim.volume")))
    assert found.keys() == {("mapping", "toy_model@elsewhere")}


def test_a_condition_is_told_from_a_value(units: Units, known: Relations) -> None:
    found = by_unit(touched(units, known, sources(known, "toy.declaration.month_start")))
    assert found["rule", "toy_model.late"].fields == ()
    assert found["rule", "toy_model.late"].decides


@pytest.mark.parametrize("target", ["toy.nothing", "toy.reading.nothing", "marts.nothing"])
def test_an_unknown_target_is_named(known: Relations, target: str) -> None:
    with pytest.raises(UsageError, match="no such"):
        sources(known, target)


def test_a_removed_column_breaks_exactly_its_readers(units: Units, known: Relations) -> None:
    old = units.contracts["toy.declaration"]
    new = without(old, "approval_no")
    assert [(c.column, c.what, c.breaking) for c in changes(old, new)] == [("approval_no", "removed", True)]
    found = by_unit(broken(units, new, touched(units, known, sources(known, "toy.declaration.approval_no"))))
    assert {unit: bool(touch.error) for (kind, unit), touch in found.items() if kind == "rule"} == {
        "toy_model.volume": True
    }


def test_a_broken_mart_breaks_the_subjects_that_read_it(units: Units, known: Relations) -> None:
    new = without(units.contracts["toy.station"], "region_code", "area_code")
    assert [c.what for c in changes(units.contracts["toy.station"], new)] == ["renamed to area_code"]
    found = by_unit(broken(units, new, touched(units, known, sources(known, "toy.station.region_code"))))
    assert "region_code" in str(found["mart", "marts.subject_station"].error)
    assert "no longer binds" in str(found["subject", "toy_model"].error)


def test_a_retyped_column_breaks_what_calculates_with_it_only(units: Units, known: Relations) -> None:
    old = units.contracts["toy.reading"]
    text = next(column for column in units.contracts["toy.station"].columns if column.name == "name")
    retyped = replace(text, name="litres")
    new = replace(old, columns=tuple(retyped if c.name == "litres" else c for c in old.columns))
    found = by_unit(broken(units, new, touched(units, known, sources(known, "toy.reading.litres"))))
    assert found["rule", "toy_model.volume"].error
    assert found["rule", "toy_model.late"].error


def test_harmless_changes_break_nothing(units: Units) -> None:
    old = units.contracts["toy.reading"]
    extra = replace(old.columns[-1], name="remark", title="备注")
    new = replace(old, columns=(*old.columns, extra))
    assert [(c.column, c.what, c.breaking) for c in changes(old, new)] == [("remark", "added", False)]
    assert broken(units, new, []) == []


def test_a_proposed_contract_may_lie_anywhere_but_needs_a_standing_one(units: Units, tmp_path: Path) -> None:
    text = (TOY / "data_contracts" / "toy" / "reading.yml").read_text(encoding="utf-8")
    proposal = tmp_path / "proposal.yml"
    proposal.write_text(text, encoding="utf-8")
    assert proposed_contract(units, proposal).dataset == "toy.reading"
    proposal.write_text(
        text.replace("toy.reading", "toy.other").replace("name: reading", "name: other"), encoding="utf-8"
    )
    with pytest.raises(UsageError, match="no contract of this dataset"):
        proposed_contract(units, proposal)


def test_components_carry_their_links_columns(tmp_path: Path) -> None:
    shutil.copytree(TOY, tmp_path / "p")
    graphs = tmp_path / "p" / "models" / "toy_model" / "graphs"
    graphs.mkdir()
    (graphs / "ring.sql").write_text(
        "-- links\nSELECT station_id AS left_id, approval_no AS right_id FROM toy.declaration\n", encoding="utf-8"
    )
    rule = tmp_path / "p" / "models" / "toy_model" / "rules" / "late" / "hits.sql"
    changed = rule.read_text(encoding="utf-8").replace("FROM toy.reading AS r\n",
        "FROM toy.reading AS r JOIN graphs.ring AS g ON g.node = r.station_id\n")  # fmt: skip
    rule.write_text(changed.replace("sum(r.litres) AS read_l", "sum(r.litres) AS read_l, min(g.component) AS ring"),
                    encoding="utf-8")  # fmt: skip
    units = discover(tmp_path / "p")
    known = relations(units)
    late = next(r for r in trace_model(known, units.models["toy_model"]).rules if r.rule == "late")
    ring = next(field for field in late.fields if field.name == "ring")
    assert ring.columns == {("toy.declaration", "station_id"), ("toy.declaration", "approval_no")}
    found = by_unit(touched(units, known, sources(known, "toy.declaration.approval_no")))
    assert ("graph", "toy_model.ring") in found
    assert found["rule", "toy_model.late"].fields == ("ring",)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.paths = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        self.paths += tag == "path"


def test_the_page_shows_every_rule_and_loads_nothing(units: Units, trace: ModelTrace) -> None:
    page = lineage_page(units, trace)
    reader = _Reader()
    reader.feed(page)
    assert reader.links == []
    assert page.count("<svg") == 1 + len(trace.rules)
    assert reader.paths > sum(len(field.direct) for rule in trace.rules for field in rule.fields)
    for rule in trace.rules:
        assert f"{rule.code} {rule.title}" in page
    assert "读数·升数" in page
