"""Which dataset and which of its columns play each part of a rule template. Writing files is ``scaffold``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from xiansuo.contracts.model import Column, Contract
from xiansuo.core.errors import InputError, UsageError
from xiansuo.supervision.model import Spec
from xiansuo.supervision.project import Project
from xiansuo.supervision.strict_yaml import read_yaml

TEMPLATES = Path(__file__).parent / "templates"
SHAPE_FILE = "shape.yml"
_DATES = ("DATE", "TIMESTAMP")
_KINDS: dict[str, tuple[str, ...]] = {
    "key": ("code", "id_document", "cn.id_number", "cn.uscc"),
    "subject": ("cn.uscc", "cn.id_number", "id_document", "code"),
    "partner": ("cn.uscc", "cn.id_number", "id_document", "code"),
    "person": ("cn.id_number", "id_document", "cn.phone", "cn.bank_card", "code"),
    "amount": ("money.yuan", "quantity"),
    "text": ("text", "org_name", "address"),
}
_FAMILIES = (frozenset({"cn.uscc"}), frozenset({"cn.id_number", "id_document"}), frozenset({"code"}))
_UNSAFE = re.compile(r"[\x00-\x1f\"'\\{}\[\],:#&*!|>%@`]")


class Part(Spec):
    """One input of a template: what it stands for, and the dataset and columns it reads unless told otherwise."""

    title: str
    dataset: str
    columns: dict[str, str]


class Shape(Spec):
    """shape.yml: one rule template."""

    title: str
    says: str
    inputs: dict[str, Part]


@dataclass(frozen=True)
class Chosen:
    """A part with the dataset and columns that play it. ``columns`` maps the template's name to the contract's."""

    part: str
    title: str
    contract: Contract
    columns: Mapping[str, str]


@dataclass(frozen=True)
class _Place:
    """A part before its columns are chosen; ``wanted`` maps the template's name to a column, or to nothing."""

    part: str
    title: str
    contract: Contract
    wanted: Mapping[str, str]

    def subjects(self) -> set[str]:
        fixed = self.wanted.get("subject")
        return {column.semantic for column in self.contract.columns if not fixed or column.name == fixed}


def shapes() -> dict[str, Shape]:
    """Every rule template by its folder name."""
    adapter = TypeAdapter(Shape)
    found: dict[str, Shape] = {}
    for path in sorted(TEMPLATES.glob(f"*/{SHAPE_FILE}")):
        try:
            found[path.parent.name] = adapter.validate_python(read_yaml(path))
        except ValidationError as error:
            raise InputError("the template's shape is not understood", file=path, value=str(error)) from None
    return found


def find_shape(name: str) -> tuple[str, Shape]:
    """A template by folder name or Chinese title; UsageError lists what there is."""
    known = shapes()
    for folder, shape in known.items():
        if name in (folder, shape.title):
            return folder, shape
    listed = ", ".join(f"{folder} {shape.title}" for folder, shape in known.items())
    raise UsageError("no such shape", field="--shape", value=name, fix=f"use one of {listed}")


def choose(project: Project, shape: Shape, inputs: Sequence[str], columns: Sequence[str]) -> list[Chosen]:
    """The parts of a shape with datasets and columns.

    ``inputs`` holds ``PART=DATASET``, or datasets alone, which fill the parts in order; ``columns`` holds
    ``PART.NAME=COLUMN``. UsageError names what does not exist or does not fit.
    """
    datasets = _datasets(shape, inputs)
    named = _named_columns(shape, columns)
    twice = {dataset for dataset in datasets.values() if list(datasets.values()).count(dataset) > 1}
    if twice:
        raise UsageError(
            "one dataset cannot play two parts", field="--input", value=min(twice), fix="name another dataset"
        )
    places = [_place(project, part, spec, datasets[part], named.get(part, {})) for part, spec in shape.inputs.items()]
    family = _family(places)
    return [_chosen(place, family) for place in places]


def _datasets(shape: Shape, inputs: Sequence[str]) -> dict[str, str]:
    datasets = {part: spec.dataset for part, spec in shape.inputs.items()}
    bare = [item for item in inputs if "=" not in item]
    if len(bare) > len(datasets):
        raise UsageError("too many inputs", field="--input", value=bare[-1], fix=f"parts: {', '.join(datasets)}")
    given = [*zip(datasets, bare, strict=False), *(item.split("=", 1) for item in inputs if "=" in item)]
    for part, dataset in given:
        if part not in datasets:
            raise UsageError("no such part", field="--input", value=part, fix=f"parts: {', '.join(datasets)}")
        datasets[part] = dataset
    return datasets


def _named_columns(shape: Shape, columns: Sequence[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    known = [f"{part}.{name}" for part, spec in shape.inputs.items() for name in spec.columns]
    for item in columns:
        place, _, column = item.partition("=")
        if place not in known or not column:
            raise UsageError("no such place", field="--column", value=item, fix=f"PLACE=COLUMN of {', '.join(known)}")
        part, _, name = place.partition(".")
        found.setdefault(part, {})[name] = column
    return found


def _place(project: Project, part: str, spec: Part, dataset: str, named: Mapping[str, str]) -> _Place:
    if not project.contract_path(dataset).is_file():
        known = sorted(f"{path.parent.name}.{path.stem}" for path in project.root.glob("data_contracts/*/*.yml"))
        close = difflib.get_close_matches(dataset, known, n=3) or known
        raise UsageError(
            f"no contract for the part {part} ({spec.title})",
            field="--input",
            value=dataset,
            fix=f"give --input {part}=DATASET, such as {', '.join(close[:8]) or 'one you have written a contract for'}",
        )
    columns = spec.columns if dataset == spec.dataset else dict.fromkeys(spec.columns, "")
    return _Place(part, spec.title, project.contract(dataset), columns | dict(named))


def _family(places: Sequence[_Place]) -> Collection[str]:
    """Semantic types of the subject that every part has a column for; of parts that fix theirs, that one's."""
    return next((family for family in _FAMILIES if all(family & place.subjects() for place in places)), ())


def _chosen(place: _Place, family: Collection[str]) -> Chosen:
    columns: dict[str, str] = {}
    for name, wanted in place.wanted.items():
        taken = {*columns.values(), *place.wanted.values()}
        columns[name] = _fitting(place, name, wanted, taken, family)
    title = place.title if _UNSAFE.search(place.contract.title) else place.contract.title
    return Chosen(place.part, title, place.contract, columns)


def _fitting(place: _Place, name: str, wanted: str, taken: set[str], family: Collection[str]) -> str:
    fits = _in_preference(place.contract, name)
    names = [column.name for column in fits]
    if wanted:
        if wanted not in names:
            raise UsageError(
                f"{place.contract.dataset} has no column of that name and kind",
                field=f"--column {place.part}.{name}",
                value=wanted,
                fix=f"use one of {', '.join(names) or 'another dataset'}",
            )
        return wanted
    free = [column for column in fits if column.name not in taken]
    if name == "subject":
        free.sort(key=lambda column: column.semantic not in family)
    if not free:
        raise UsageError(
            f"{place.contract.dataset} has no column left for {place.part}.{name}",
            field="--column",
            value=f"{place.part}.{name}",
            fix=f"name one of {', '.join(names)}" if names else f"give another dataset for {place.part}",
        )
    return free[0].name


def _in_preference(contract: Contract, name: str) -> list[Column]:
    kinds = _KINDS.get(name)
    if kinds is None:
        return [column for column in contract.columns if column.type in _DATES]
    found = [column for column in contract.columns if column.semantic in kinds]
    if name == "key":
        return sorted(found, key=lambda column: (column.key_position or len(contract.columns), column.name))
    return sorted(found, key=lambda column: kinds.index(column.semantic))
