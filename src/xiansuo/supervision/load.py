"""Find and read model folders. A folder that is not understood is an error with file, field and fix, never skipped."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.naming import canonical_json, digest
from xiansuo.supervision.case_together import put_together
from xiansuo.supervision.case_words import as_written, in_english
from xiansuo.supervision.model import Case, Graph, JustifiedMutant, Mapping, Model, ModelSpec, Parameter, Rule, RuleSpec
from xiansuo.supervision.strict_yaml import line_of, read_yaml

_T = TypeVar("_T")
_PARAMETERS: TypeAdapter[dict[str, Parameter]] = TypeAdapter(dict[str, Parameter])
_CASES: TypeAdapter[list[Case]] = TypeAdapter(list[Case])
_JUSTIFIED: TypeAdapter[list[JustifiedMutant]] = TypeAdapter(list[JustifiedMutant])
_MODEL_ENTRIES = {"model.yml", "parameters.yml", "README.md", "rules", "mappings", "graphs", "lifecycle.jsonl"}
_RULE_ENTRIES = {"rule.yml", "hits.sql", "evidence.sql", "cases.yml", "mutants.yml"}


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one file."""

    file: Path
    location: tuple[str | int, ...]
    message: str
    fix: str
    value: Any = None
    code: str = "XS001"

    @property
    def line(self) -> int:
        """The line the location points at."""
        return line_of(self.file, self.location) if self.file.suffix == ".yml" else 1

    @property
    def field(self) -> str:
        """The location as dotted text."""
        return ".".join(str(part) for part in self.location)


class ModelProblems(InputError):
    """A model folder that cannot be loaded; carries every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(
            first.message + more,
            file=first.file,
            field=first.field or None,
            value=first.value,
            fix=first.fix,
        )
        self.problems = problems


def model_folders(project: Path) -> list[Path]:
    """Folders under models/ that hold a model.yml, by name."""
    return sorted(path.parent for path in (project / "models").glob("*/model.yml"))


def load_models(project: Path) -> dict[str, Model]:
    """Every model of the project by id; ModelProblems on the first folder that is not understood."""
    return {folder.name: load_model(folder) for folder in model_folders(project)}


def find_model(project: Path, model_id: str) -> Model:
    """One model by id; UsageError lists the ids that exist."""
    folder = project / "models" / model_id
    if not (folder / "model.yml").is_file():
        known = ", ".join(path.name for path in model_folders(project)) or "none"
        raise UsageError("no such model", field="model", value=model_id, fix=f"models here: {known}")
    return load_model(folder)


def load_model(folder: Path) -> Model:
    """Read one model folder; ModelProblems carries everything wrong with it."""
    problems: list[Problem] = []
    spec = _read(ModelSpec, folder / "model.yml", problems)
    parameters = _read(_PARAMETERS, folder / "parameters.yml", problems)
    rules = [_load_rule(path, problems) for path in sorted((folder / "rules").glob("*")) if path.is_dir()]
    problems += _stray(folder / "rules", {path.name for path in (folder / "rules").glob("*") if path.is_dir()})
    problems += _stray(folder / "mappings", {path.name for path in (folder / "mappings").glob("*.yml")})
    mappings = [_read(Mapping, path, problems) for path in sorted((folder / "mappings").glob("*.yml"))]
    graphs = _load_graphs(folder / "graphs", problems)
    problems += _stray(folder, _MODEL_ENTRIES)
    if spec is not None:
        problems += _named_as_folder(folder / "model.yml", spec.id, folder.name)
    if not rules:
        problems.append(Problem(folder / "model.yml", (), "the model has no rule", "add rules/<name>/"))
    if problems or spec is None or parameters is None:
        raise ModelProblems(problems)
    return Model(
        spec=spec,
        parameters=parameters,
        rules=tuple(rule for rule in rules if rule is not None),
        mappings={mapping.id: mapping for mapping in mappings if mapping is not None},
        folder=folder,
        content_hash=_content_hash(folder),
        graphs=graphs,
    )


def load_cases(rule: Rule) -> list[Case]:
    """The worked examples beside a rule; ModelProblems when cases.yml is not understood."""
    problems: list[Problem] = []
    path = rule.folder / "cases.yml"
    cases = _read(_CASES, path, problems, in_english)
    if cases is None:
        raise ModelProblems(problems)
    try:
        return put_together(cases)
    except InputError as error:
        place = next((number for number, case in enumerate(cases) if str(error.field).startswith(case.case)), 0)
        raise ModelProblems([Problem(path, (place,), error.message, error.fix or "", error.value)]) from None


def load_justified(rule: Rule) -> list[JustifiedMutant]:
    """The mutants somebody has judged harmless, none without a file; ModelProblems when it is not understood."""
    path = rule.folder / "mutants.yml"
    if not path.is_file():
        return []
    problems: list[Problem] = []
    listed = _read(_JUSTIFIED, path, problems) or []
    for position, item in enumerate(listed):
        if item.mutant in {earlier.mutant for earlier in listed[:position]}:
            problems.append(Problem(path, (position,), "the mutant is justified twice", "keep one", item.mutant))
    if problems:
        raise ModelProblems(problems)
    return listed


def load_parameters(path: Path) -> dict[str, Parameter]:
    """A file of dated parameters; ModelProblems when it is not understood."""
    problems: list[Problem] = []
    parameters = _read(_PARAMETERS, path, problems)
    if parameters is None:
        raise ModelProblems(problems)
    return parameters


def _load_rule(folder: Path, problems: list[Problem]) -> Rule | None:
    spec = _read(RuleSpec, folder / "rule.yml", problems)
    texts = [_text(folder / name, problems) for name in ("hits.sql", "evidence.sql")]
    problems += _stray(folder, _RULE_ENTRIES)
    if spec is None:
        return None
    problems += _named_as_folder(folder / "rule.yml", spec.id, folder.name)
    return Rule(spec=spec, hits_sql=texts[0], evidence_sql=texts[1], folder=folder)


def _load_graphs(folder: Path, problems: list[Problem]) -> tuple[Graph, ...]:
    paths = sorted(folder.glob("*.sql"))
    problems += _stray(folder, {path.name for path in paths})
    return tuple(Graph(path.stem, _text(path, problems), path) for path in paths)


def _text(path: Path, problems: list[Problem]) -> str:
    if not path.is_file():
        problems.append(Problem(path, (), "the file is missing", f"write {path.name}"))
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        problems.append(Problem(path, (), "not UTF-8 text", "save the file as UTF-8"))
        return ""


def _named_as_folder(file: Path, given: str, folder: str) -> list[Problem]:
    if given == folder:
        return []
    return [Problem(file, ("id",), "the id is not the folder's name", f"write id: {folder}", given)]


def _stray(folder: Path, allowed: set[str]) -> list[Problem]:
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir() if path.name not in allowed | {"__pycache__"})
    names = [name for name in names if not name.startswith(".")]
    return [
        Problem(folder / name, (), f"{name} belongs to no unit", f"remove {name}, or see docs/rules.md", code="XS007")
        for name in names
    ]


def _read(
    shape: type[_T] | TypeAdapter[_T],
    path: Path,
    problems: list[Problem],
    translate: Callable[[Any], Any] | None = None,
) -> _T | None:
    data = None
    try:
        data = read_yaml(path)
        adapter = shape if isinstance(shape, TypeAdapter) else TypeAdapter(shape)
        return adapter.validate_python(data if translate is None else translate(data))
    except InputError as error:
        problems.append(Problem(path, (), error.message, error.fix or "mend the file", error.field))
    except ValidationError as error:
        found = _problems(path, shape, error)
        problems += (
            found if translate is None else [replace(one, location=as_written(data, one.location)) for one in found]
        )
    return None


def _problems(path: Path, shape: Any, error: ValidationError) -> Iterator[Problem]:
    for item in error.errors(include_url=False):
        location = tuple(part for part in item["loc"] if not _is_union_branch(part))
        value = item["input"] if isinstance(item["input"], str | int) else None
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            message, fix = f"unknown key {location[-1]!r}", _nearest(str(location[-1]), shape)
        elif item["type"] == "missing":
            message, fix = f"key {location[-1]!r} is missing", f"add {location[-1]}:"
        else:
            fix = "see docs/rules.md for what the key takes"
        yield Problem(path, location, message, fix, value)


def _is_union_branch(part: str | int) -> bool:
    return isinstance(part, str) and (part in ("bool", "int", "decimal", "date", "str") or part.startswith("list["))


def _nearest(key: str, shape: Any) -> str:
    names = sorted(_keys(shape))
    close = difflib.get_close_matches(key, names, n=1)
    return f"did you mean {close[0]}?" if close else "remove it, or see docs/rules.md for the keys"


def _keys(shape: Any) -> set[str]:
    if not (isinstance(shape, type) and issubclass(shape, BaseModel)):
        return set()
    return {field.alias or name for name, field in shape.model_fields.items()}


def _content_hash(folder: Path) -> str:
    files = [folder / "model.yml", *sorted((folder / "graphs").glob("*.sql"))]
    for name in ("rule.yml", "hits.sql", "evidence.sql"):
        files += sorted((folder / "rules").glob(f"*/{name}"))
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}
    return digest(canonical_json(texts))
