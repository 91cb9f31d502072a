"""What was handed over: delivery.yml, the files beside it, and the identity of the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from xiansuo.core.errors import UsageError
from xiansuo.core.naming import canonical_json, digest
from xiansuo.ingest.refusal import Refused

LETTER = "delivery.yml"
_NOT_DATA = {LETTER, "_SUCCESS"}
_ID_LENGTH = 16


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class DeclaredPeriod(_Strict):
    """The days a delivery covers, both included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")

    @model_validator(mode="after")
    def _forwards(self) -> DeclaredPeriod:
        if self.last < self.first:
            raise ValueError("the period ends before it begins")
        return self


class DeclaredFile(_Strict):
    """One file as the sender announced it; ``rows`` are data rows."""

    name: str
    rows: int | None = None
    sha256: str | None = None


class Letter(_Strict):
    """delivery.yml."""

    dataset: str | None = None
    sender: str | None = None
    letter_no: str | None = None
    period: DeclaredPeriod | None = None
    received: date | None = None
    corrects: str | None = None
    files: list[DeclaredFile] = []
    reader: dict[str, Any] = {}


@dataclass(frozen=True)
class Delivery:
    """A delivery before anything was read: paths, and what the caller and the letter say about it."""

    dataset: str
    paths: list[Path]
    letter: Letter
    sender: str | None
    letter_no: str | None
    period: tuple[date, date] | None
    received: date | None
    corrects: str | None

    def identity(self, hashes: Sequence[str]) -> str:
        """The delivery id: the same bytes for the same period and purpose are the same delivery."""
        content = {
            "dataset": self.dataset,
            "period": None if self.period is None else [day.isoformat() for day in self.period],
            "corrects": self.corrects,
            "files": sorted(hashes),
        }
        return digest(canonical_json(content), _ID_LENGTH)

    def declared(self, name: str) -> DeclaredFile | None:
        """What the letter says about the file called ``name``."""
        return next((file for file in self.letter.files if file.name == name), None)


def read_letter(path: Path) -> Letter:
    """The letter of the delivery at ``path`` (a file has none); Refused when it is not understood."""
    file = path / LETTER
    if not path.is_dir() or not file.is_file():
        return Letter()
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Letter.model_validate({} if content is None else content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refused("letter:unreadable", f"cannot read the letter: {error}", file=file) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise Refused(
            "letter:invalid",
            f"the letter does not say what it must: {first['msg']}",
            file=file,
            field=where,
            value=first.get("input"),
            fix=f"known keys: {', '.join(Letter.model_fields)}",
        ) from error


def dataset_of(path: Path, given: str | None, letter: Letter | None, known: Callable[[str], bool]) -> str:
    """The dataset from the argument, the letter or the landing folder's name; UsageError when none says it."""
    said = letter.dataset if letter else None
    if given and said and given != said:
        raise UsageError("two datasets are named", field="dataset", value=f"{given} and {said}", fix="name one")
    folders = [folder.name for folder in (path.parent, path.parent.parent)]
    found = given or said or next((name for name in folders if known(name)), None)
    if found is None:
        raise UsageError(
            "which dataset is this?", file=path, field="dataset", fix="pass --dataset, or name it in delivery.yml"
        )
    if not known(found):
        raise UsageError("no contract for this dataset", field="dataset", value=found, fix="see data_contracts/")
    return found


def data_files(path: Path) -> list[Path]:
    """The delivered data files, sorted by name; UsageError for links, and when there is nothing at ``path``."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError("nothing is there", file=path, fix="give a file or a delivery folder")
    found = sorted(
        entry
        for entry in path.rglob("*")
        if entry.is_file() and entry.name not in _NOT_DATA and not entry.name.startswith(".")
    )
    link = next((entry for entry in found if entry.is_symlink()), None)
    if link is not None:
        raise UsageError("a link is no delivered file", file=link, fix="put the file itself into the delivery folder")
    return found


def check_inventory(path: Path, paths: Sequence[Path], letter: Letter) -> None:
    """Refused when the folder and the letter's list of files differ, or when there is no file at all."""
    names = {_name(path, file) for file in paths}
    listed = {file.name for file in letter.files}
    if not names:
        raise Refused("delivery:no_files", "the delivery holds no file", file=path)
    if listed and listed != names:
        missing, extra = sorted(listed - names), sorted(names - listed)
        raise Refused(
            "delivery:inventory",
            f"the letter lists other files than were delivered: missing {missing}, extra {extra}",
            file=path,
            field="files",
            fix="ask the sender for the missing files, or for a letter that lists all",
        )


def _name(path: Path, file: Path) -> str:
    return file.name if path.is_file() else file.relative_to(path).as_posix()


def file_names(path: Path, paths: Sequence[Path]) -> list[str]:
    """The names files go by in letter and receipt: relative to the delivery folder."""
    return [_name(path, file) for file in paths]
