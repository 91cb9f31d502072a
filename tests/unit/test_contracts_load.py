"""Contract and asset files: what they mean, and that everything unknown is refused with file, field and fix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from xiansuo.contracts.asset import load_assets
from xiansuo.contracts.load import load_contract, load_contracts
from xiansuo.contracts.model import Contract
from xiansuo.core.errors import InputError, UsageError

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: fuel.read
name: 读数
version: 1.0.0
status: active
domain: fuel
description: {purpose: 逐日读数, usage: 试验}
schema:
  - name: read
    physicalType: table
    properties:
      - {name: read_ts, businessName: 时间, semanticType: timestamp, logicalType: timestamp, required: true,
         primaryKey: true, primaryKeyPosition: 2}
      - {name: nozzle, businessName: 枪号, semanticType: code, required: true, primaryKey: true, primaryKeyPosition: 1,
         synonyms: [{synonym: 油枪}]}
      - {name: litres, semanticType: quantity, logicalTypeOptions: {minimum: 0, maximum: 9.5}}
      - {name: source, semanticType: code, enum: [{value: 税控}, {value: 1}], classification: L1}
      - {name: period, semanticType: date, customProperties: [{property: fromDelivery, value: period_from}]}
    quality:
      - {id: sane, type: custom, engine: xiansuo, implementation: "litres < 5 OR source = '税控'", description: 偏多,
         name: too much, severity: error}
customProperties:
  - {property: maxQuarantinedRatio, value: 0.2}
"""


def write(project: Path, change: Any = None) -> Path:
    raw = yaml.safe_load(CONTRACT)
    if change:
        change(raw)
    path = project / "data_contracts" / "fuel" / "read.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


def load(project: Path, change: Any = None) -> Contract:
    return load_contract(write(project, change))


def test_a_contract_is_read_as_written(tmp_path: Path) -> None:
    contract = load(tmp_path)
    assert (contract.dataset, contract.title, contract.description) == ("fuel.read", "读数", "逐日读数")
    assert contract.key == ("nozzle", "read_ts")
    assert contract.schema == {
        "read_ts": "TIMESTAMP",
        "nozzle": "VARCHAR",
        "litres": "DECIMAL(18,4)",
        "source": "VARCHAR",
        "period": "DATE",
    }
    assert contract.max_quarantined_ratio == 0.2
    litres, source = contract.column("litres"), contract.column("source")
    assert (litres.minimum, litres.maximum, litres.title, litres.required) == ("0", "9.5", "litres", False)
    assert (source.enum, source.classification) == (("税控", "1"), "L1")
    assert contract.column("nozzle").synonyms == ("油枪",)
    assert contract.column("period").from_delivery == "period_from"
    assert [(check.code, check.zh, check.en) for check in contract.row_checks] == [("sane", "偏多", "too much")]
    with pytest.raises(UsageError, match="read_ts"):
        contract.column("nope")
    assert list(load_contracts(tmp_path)) == ["fuel.read"]


def column(raw: dict[str, Any], place: int) -> dict[str, Any]:
    found: dict[str, Any] = raw["schema"][0]["properties"][place]
    return found


def check(raw: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = raw["schema"][0]["quality"][0]
    return found


REFUSED = {
    "unknown root key": (lambda r: r.update(colour="red"), "colour"),
    "key of ODCS nobody obeys": (lambda r: r.update(servers=[]), "servers"),
    "misspelt column key": (lambda r: column(r, 0).update(requierd=True), "requierd"),
    "unique is not checked": (lambda r: column(r, 0).update(unique=True), "unique"),
    "unknown semantic type": (lambda r: column(r, 0).update(semanticType="cn.idno"), "cn.idno"),
    "logical type of another kind": (lambda r: column(r, 0).update(logicalType="string"), "logicalType"),
    "unknown class": (lambda r: column(r, 0).update(classification="L9"), "L9"),
    "optional key": (lambda r: column(r, 0).update(required=False), "key column must be required"),
    "gap in the key": (lambda r: column(r, 0).update(primaryKeyPosition=3), "key positions"),
    "key without position": (lambda r: column(r, 0).pop("primaryKeyPosition"), "belong together"),
    "bound that is no number": (lambda r: column(r, 2).update(logicalTypeOptions={"minimum": "x"}), "bound"),
    "unknown option": (lambda r: column(r, 2).update(logicalTypeOptions={"min": 1}), "logicalTypeOptions.min"),
    "pattern on a number": (lambda r: column(r, 2).update(logicalTypeOptions={"pattern": "a"}), "text columns"),
    "pattern that does not compile": (lambda r: column(r, 1).update(logicalTypeOptions={"pattern": "("}), "expression"),
    "column twice": (lambda r: column(r, 1).update(name="read_ts"), "twice"),
    "name in capitals": (lambda r: column(r, 1).update(name="Nozzle"), "not a column name"),
    "reserved name": (lambda r: column(r, 1).update(name="_file"), "not a column name"),
    "unknown delivery field": (
        lambda r: column(r, 4).update(customProperties=[{"property": "fromDelivery", "value": "who"}]),
        "who",
    ),
    "unknown custom property": (
        lambda r: column(r, 4).update(customProperties=[{"property": "frm", "value": "a"}]),
        "frm",
    ),
    "id of another file": (lambda r: r.update(id="fuel.other"), "fuel.other"),
    "domain of another id": (lambda r: r.update(domain="cert"), "domain"),
    "ratio above one": (
        lambda r: r.update(customProperties=[{"property": "maxQuarantinedRatio", "value": 5}]),
        "maxQuarantinedRatio",
    ),
    "no columns": (lambda r: r["schema"][0].update(properties=[]), "no columns"),
    "another standard": (lambda r: r.update(apiVersion="v2.0"), "v3.1.0"),
    "wrong type inside": (lambda r: column(r, 1).update(synonyms=["x"]), "synonyms"),
    "check of an unknown column": (lambda r: check(r).update(implementation="litre > 1"), "no such column"),
    "check that is no SQL": (lambda r: check(r).update(implementation="litres >"), "not SQL"),
    "check with a query": (lambda r: check(r).update(implementation="litres IN (SELECT 1)"), "one row only"),
    "check with an aggregate": (lambda r: check(r).update(implementation="sum(litres) > 1"), "one row only"),
    "check with a window": (lambda r: check(r).update(implementation="row_number() OVER () > 1"), "one row only"),
    "check by the clock": (lambda r: check(r).update(implementation="read_ts < now()"), "from run to run"),
    "check by today": (lambda r: check(r).update(implementation="read_ts < current_date"), "from run to run"),
    "two statements": (lambda r: check(r).update(implementation="1); DROP TABLE a; SELECT (1"), "expression"),
    "check that warns": (lambda r: check(r).update(severity="warning"), "severity"),
    "check of another engine": (lambda r: check(r).update(engine="soda"), "engine"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_understood_is_refused_by_name(tmp_path: Path, name: str) -> None:
    change, told = REFUSED[name]
    with pytest.raises(InputError) as caught:
        load(tmp_path, change)
    assert told in str(caught.value)
    assert caught.value.file is not None
    assert caught.value.file.endswith("read.yml")
    assert caught.value.fix


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "\nname: 又一个\n", encoding="utf-8")
    with pytest.raises(InputError, match="twice"):
        load_contract(path)


def test_the_hash_follows_casts_and_checks_and_nothing_else(tmp_path: Path) -> None:
    base = load(tmp_path).content_hash
    same = (
        lambda r: None,
        lambda r: r.update(version="2.0.0"),
        lambda r: r["description"].update(usage="别的"),
        lambda r: check(r).update(name="much too much"),
    )
    other = (
        lambda r: check(r).update(implementation="litres < 6"),
        lambda r: column(r, 2).update(required=True),
        lambda r: column(r, 2).update(semanticType="money.yuan"),
        lambda r: column(r, 3).pop("enum"),
        lambda r: column(r, 2)["logicalTypeOptions"].update(minimum=1),
        lambda r: r.pop("customProperties"),
        lambda r: r["schema"][0]["properties"].pop(4),
        lambda r: column(r, 1).update(synonyms=[{"synonym": "枪"}]),
    )
    assert [load(tmp_path, change).content_hash for change in same] == [base] * len(same)
    hashes = [load(tmp_path, change).content_hash for change in other]
    assert len({base, *hashes}) == len(other) + 1


ASSET = "dataset: fuel.read\nsender: 税务局\nfrequency: daily\nmode: append\ndescription: 逐日\n"


def write_asset(project: Path, text: str) -> None:
    path = project / "assets" / "fuel" / "read.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_an_asset_has_defaults_and_keeps_what_it_says(tmp_path: Path) -> None:
    write_asset(tmp_path, ASSET + 'reader: {delimiter: "@!@", header_row: 3, quote: null}\n')
    spec = load_assets(tmp_path)["fuel.read"]
    assert (spec.mode, spec.reader.delimiter, spec.reader.header_row, spec.reader.quote) == ("append", "@!@", 3, None)
    assert (spec.reader.format, spec.reader.encoding, spec.optional_columns) == ("auto", "auto", [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ASSET + "colour: red\n", "colour"),
        (ASSET.replace("daily", "hourly"), "frequency"),
        (ASSET.replace("append", "replace"), "mode"),
        (ASSET + "reader: {header_row: 0}\n", "reader.header_row"),
        (ASSET + "reader: {delim: x}\n", "reader.delim"),
        (ASSET + "reader: {footer_patterns: ['(']}\n", "regular expression"),
        (ASSET + "reader: {delimiter: ''}\n", "delimiter"),
        (ASSET.replace("fuel.read", "fuel.reads"), "fuel.reads"),
        ("- a\n", "mapping"),
        ("a: [\n", "YAML"),
    ],
)
def test_an_asset_that_is_not_understood_is_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    write_asset(tmp_path, text)
    with pytest.raises(InputError, match=r"fuel/read\.yml") as caught:
        load_assets(tmp_path)
    assert told in str(caught.value)
