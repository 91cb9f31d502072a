"""Writes new units from templates: a model with its first rule, or one more rule. Never overwrites anything.

A template is a folder of ordinary files; ``__name__`` in them is put in here. What plays which part is
``scaffold_inputs``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xiansuo.core.errors import UsageError
from xiansuo.core.files import write_atomic
from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Model
from xiansuo.supervision.model_edit import add_inputs
from xiansuo.supervision.project import Project
from xiansuo.supervision.scaffold_inputs import TEMPLATES, Chosen, Shape, choose, find_shape

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_TITLE = re.compile(r"[^\x00-\x1f\"'\\{}\[\],:#&*!|>%@`]+")
_PLACE = re.compile(r"__([a-z]+(?:_[a-z]+)*)__")
_RULE_FILES = ("rule.yml", "hits.sql", "evidence.sql", "cases.yml")
_SUBJECTS = {
    "cn.uscc": ("entity", "marts.subject_entity", "uscc"),
    "cn.id_number": ("person", "marts.subject_person", "person_id"),
    "id_document": ("person", "marts.subject_person", "person_id"),
}


@dataclass(frozen=True)
class Wanted:
    """What to write: ids, titles (None = the shape's), shape, and which datasets and columns play its parts."""

    model: str
    rule: str
    shape: str
    model_title: str | None = None
    rule_title: str | None = None
    inputs: Sequence[str] = ()
    columns: Sequence[str] = ()


@dataclass(frozen=True)
class Written:
    """Files written and changed, and which columns play which part: dataset -> ``subject=uscc`` and so on."""

    model: str
    rule: str
    new: list[Path]
    changed: list[Path]
    reads: dict[str, list[str]]


def new_model(project: Path, wanted: Wanted, *, today: date) -> Written:
    """Write models/<model>/ with one rule. UsageError when it exists or the shape's inputs do not."""
    _check_names(wanted)
    folder = project / "models" / wanted.model
    if folder.exists():
        raise UsageError("the model exists already", file=folder, fix="take another id, or use xiansuo rule new")
    name, shape = find_shape(wanted.shape)
    contents = Project(project)
    chosen = choose(contents, shape, wanted.inputs, wanted.columns)
    subject, declared = _subject(contents, chosen[0])
    values = _values(wanted, shape, chosen, today) | {
        "rule_code": f"{wanted.model[0].upper()}1",
        "subject": subject,
        "next_review": today.replace(year=today.year + 1, day=min(today.day, 28)).isoformat(),
        "sources": "\n".join(f"- {item.title}（`{item.contract.dataset}`）" for item in chosen),
    }
    inputs = _inputs(chosen) | declared
    values["inputs"] = "\n  ".join(f"{dataset}: [{', '.join(names)}]" for dataset, names in inputs.items())
    files = {folder / item: _filled(TEMPLATES / "model" / item, values) for item in ("model.yml", "README.md")}
    files |= _rule_files(folder, wanted.rule, name, values)
    files[folder / "parameters.yml"] = _filled(TEMPLATES / name / "parameters.yml", values)
    return Written(wanted.model, wanted.rule, _write(files), [], _reads(chosen))


def new_rule(project: Path, wanted: Wanted, *, today: date) -> Written:
    """Write a rule folder into a model, and declare in the model what it reads. UsageError when it exists."""
    _check_names(wanted)
    model = find_model(project, wanted.model)
    folder = model.folder / "rules" / wanted.rule
    if folder.exists():
        raise UsageError("the rule exists already", file=folder, fix="take another name")
    name, shape = find_shape(wanted.shape)
    chosen = choose(Project(project), shape, wanted.inputs, wanted.columns)
    values = _values(wanted, shape, chosen, today) | {"rule_code": next_code(model)}
    parameters = model.folder / "parameters.yml"
    added = _filled(TEMPLATES / name / "parameters.yml", values)
    doubled = sorted(set(re.findall(r"^(\w+):", added, re.MULTILINE)) & set(model.parameters))
    if doubled:
        raise UsageError(
            "the model has such a parameter already", field="rule", value=doubled[0], fix="rename the rule"
        )
    changed = {
        parameters: parameters.read_text(encoding="utf-8").rstrip("\n") + "\n" + added,
        model.folder / "model.yml": add_inputs(model.folder / "model.yml", _inputs(chosen)),
    }
    new = _write(_rule_files(model.folder, wanted.rule, name, values))
    for path, text in changed.items():
        write_atomic(path, text)
    return Written(wanted.model, wanted.rule, new, list(changed), _reads(chosen))


def next_code(model: Model) -> str:
    """A rule code the model does not use: its rules' letters and the next number."""
    codes = [match for rule in model.rules if (match := re.fullmatch(r"([A-Za-z]+)(\d+)", rule.spec.code))]
    prefix = codes[0][1] if codes else model.id[0].upper()
    return f"{prefix}{max((int(match[2]) for match in codes if match[1] == prefix), default=0) + 1}"


def _check_names(wanted: Wanted) -> None:
    for field, name in (("model", wanted.model), ("rule", wanted.rule)):
        if not _NAME.fullmatch(name):
            raise UsageError(
                "not a folder name", field=field, value=name, fix="use lower-case letters, digits and single _"
            )
    for title in (wanted.model_title, wanted.rule_title):
        if title is not None and not _TITLE.fullmatch(title):
            raise UsageError(
                "the title has a character that YAML or SQL would misread",
                field="--title",
                value=title,
                fix="use full-width punctuation, such as ： ， “ ”",
            )


def _values(wanted: Wanted, shape: Shape, chosen: Sequence[Chosen], today: date) -> dict[str, str]:
    values = {
        "model_id": wanted.model,
        "model_title": wanted.model_title or wanted.model,
        "rule_id": wanted.rule,
        "rule_title": wanted.rule_title or shape.title,
        "shape_says": shape.says,
        "today": today.isoformat(),
    }
    for item in chosen:
        values[item.part] = item.contract.dataset
        values[f"{item.part}_title"] = item.title
        values |= {f"{item.part}_{name}": column for name, column in item.columns.items()}
    return values


def _subject(project: Project, first: Chosen) -> tuple[str, dict[str, list[str]]]:
    """The model's subject as YAML, and the columns it adds to the inputs."""
    column = first.contract.column(first.columns["subject"])
    known = _SUBJECTS.get(column.semantic)
    if known is not None and known[1] in project.marts:
        kind, mart, key = known
        text = f"{{type: {kind}, from: {mart}, id: {key}, name: name, region: region_code}}"
        return text, {mart: [key, "name", "region_code"]}
    return f"{{type: other, from: {first.contract.dataset}, id: {column.name}}}", {}


def _inputs(chosen: Sequence[Chosen]) -> dict[str, list[str]]:
    return {item.contract.dataset: list(item.columns.values()) for item in chosen}


def _reads(chosen: Sequence[Chosen]) -> dict[str, list[str]]:
    return {
        item.contract.dataset: [f"{item.part}.{name}={column}" for name, column in item.columns.items()]
        for item in chosen
    }


def _rule_files(model: Path, rule: str, shape: str, values: Mapping[str, str]) -> dict[Path, str]:
    template = TEMPLATES / shape
    files = {model / "rules" / rule / name: _filled(template / name, values) for name in _RULE_FILES}
    graphs = sorted((template / "graphs").glob("*.sql"))
    return files | {model / "graphs" / f"{rule}_{path.name}": _filled(path, values) for path in graphs}


def _filled(template: Path, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda match: values[match[1]], template.read_text(encoding="utf-8"))


def _write(files: Mapping[Path, str]) -> list[Path]:
    for path in files:
        if path.exists():
            raise UsageError("the file exists already", file=path, fix="take another name")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, text)
    return list(files)
