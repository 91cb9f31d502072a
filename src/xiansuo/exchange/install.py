"""Putting a packaged model into a project: nothing of the project is overwritten, nothing is left half done.

Belongs here: comparing what the package brings with what stands, trying it in a copy, moving it in.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from xiansuo.contracts.load import load_contract
from xiansuo.core.errors import InputError, ProblemsFound, UsageError
from xiansuo.core.files import write_atomic
from xiansuo.core.settings import Settings
from xiansuo.exchange.keys import is_trusted, trust
from xiansuo.exchange.package import Package, read_package
from xiansuo.lake.delta import Lake
from xiansuo.supervision.cases import run_cases
from xiansuo.supervision.lint import check_project

_UNITS = ("assets", "data_contracts", "models", "sql")


@dataclass(frozen=True)
class Installed:
    """What was done: files written, those that stood already, cases run, datasets nothing was delivered of yet."""

    model: str
    version: str
    signer: str
    written: tuple[str, ...]
    kept: tuple[str, ...]
    cases: int
    missing_data: tuple[str, ...]
    mapping: str | None


def install(settings: Settings, path: Path, *, trusted: str | None = None, mapping: Path | None = None) -> Installed:
    """Verify a package, try it in a copy of the project, then write it there.

    ``trusted`` is the signer's fingerprint, needed once per signer; ``mapping`` a file that puts the project's own
    datasets onto the model's inputs. UsageError for an unknown signer, ProblemsFound for clashes or failing cases;
    the project is untouched then.
    """
    package = read_package(path)
    if trusted is not None:
        trust(settings, package.public, trusted)
    elif not is_trusted(settings, package.public):
        fix = f'compare the fingerprint with the sender, then: xiansuo model install {path} --trust "{package.signer}"'
        raise UsageError(
            "the package is signed by a key nobody here trusts yet", file=path, value=package.signer, fix=fix
        )
    if mapping is not None and (mapping.suffix != ".yml" or not mapping.is_file()):
        raise InputError("no such mapping", file=mapping, field="mapping", fix="give a file NAME.yml")
    new, kept = _sorted_out(settings.project, package)
    if mapping is not None:
        new[PurePosixPath("models") / package.model / "mappings" / mapping.name] = mapping.read_bytes()
    cases = _try_out(settings.project, package, new)
    for name in sorted(new, key=lambda item: (item.parts[0] == "models", item)):  # the model last: it needs the rest
        write_atomic(settings.project / name, new[name])
    foreign = _mapped_sources(settings.project, package.model, mapping)
    needed = foreign or [name for name in package.manifest["datasets"]]
    lake = Lake(settings)
    return Installed(
        model=package.model,
        version=str(package.manifest["version"]),
        signer=package.signer,
        written=tuple(sorted(map(str, new))),
        kept=tuple(sorted(map(str, kept))),
        cases=cases,
        missing_data=tuple(name for name in needed if lake.dataset(name).version() is None),
        mapping=mapping.stem if mapping is not None else None,
    )


def _sorted_out(project: Path, package: Package) -> tuple[dict[PurePosixPath, bytes], list[PurePosixPath]]:
    """Files to write and files that stand already; ProblemsFound lists every clash."""
    new: dict[PurePosixPath, bytes] = {}
    kept: list[PurePosixPath] = []
    clashes: list[str] = []
    if (project / "models" / package.model).exists():
        clashes.append(f"models/{package.model}: a model of this name stands here")
    for name, content in package.project_files().items():
        standing = project / name
        if name.parts[0] == "models" or not standing.exists():
            new[name] = content
        elif standing.read_bytes() == content:
            kept.append(name)
        else:
            clash = _clash(project, name, content)
            clashes += [clash] if clash else []
            kept.append(name)
    if clashes:
        listed = "".join(f"\n  {clash}" for clash in clashes)
        fix = "rename one side, or agree on one definition; a mapping (--mapping) reads tables of other names"
        raise ProblemsFound(f"the package and the project disagree:{listed}", file=package.path, fix=fix)
    return new, kept


def _clash(project: Path, name: PurePosixPath, content: bytes) -> str | None:
    """Why the project's own file cannot stand in for the package's: its own wins when it offers all columns."""
    if name.parts[0] == "assets":
        return None  # how data arrives here is this project's matter
    if name.parts[0] != "data_contracts":
        return f"{name}: another definition stands here"
    with TemporaryDirectory() as scratch:
        copy = Path(scratch) / name.parts[1] / name.parts[2]
        write_atomic(copy, content)
        theirs, ours = load_contract(copy), load_contract(project / name)
    known = {column.name: column for column in ours.columns}
    lacking = [column.name for column in theirs.columns if column.name not in known]
    other = [c.name for c in theirs.columns if c.name in known and known[c.name].type != c.type]
    if not lacking and not other:
        return None
    parts = [
        f"lacks {', '.join(lacking)}" if lacking else "",
        f"has other types for {', '.join(other)}" if other else "",
    ]
    return f"{name}: the contract here {' and '.join(filter(None, parts))}"


def _try_out(project: Path, package: Package, new: Mapping[PurePosixPath, bytes]) -> int:
    """Lint and run the cases in a copy of the project's units with the new files; returns how many cases ran."""
    with TemporaryDirectory() as scratch:
        copy = Path(scratch) / "project"
        for unit in _UNITS:
            if (project / unit).is_dir():
                shutil.copytree(project / unit, copy / unit, symlinks=True)
        for name, content in new.items():
            write_atomic(copy / name, content)
        if not (copy / "models" / "scoring.yml").is_file():
            raise ProblemsFound(
                "the project has no models/scoring.yml", file=project, fix="copy one and set its weights"
            )
        own = {copy / name for name in new}
        findings = [item for item in check_project(copy) if _is_of(item.file, own) and item.severity == "error"]
        results = [] if findings else run_cases(copy, model=package.model)
        failed = [result for result in results if not result.passed]
        if findings or failed:
            lines = [f"{item.file.relative_to(copy)}:{item.line}: {item.code} {item.message}" for item in findings]
            lines += [f"{item.rule}: {item.case}: {'; '.join(item.failures)}" for item in failed]
            listed = "".join(f"\n  {line}" for line in lines[:20])
            raise ProblemsFound(f"the model does not work here:{listed}", file=package.path, fix="mend the mapping")
        return len(results)


def _is_of(file: Path, own: set[Path]) -> bool:
    """Whether a finding is about a file that is new, or a folder of one."""
    return any(item.is_relative_to(file) for item in own)


def _mapped_sources(project: Path, model: str, mapping: Path | None) -> list[str]:
    from xiansuo.supervision.load import find_model

    if mapping is None:
        return []
    inputs = find_model(project, model).mappings[mapping.stem].inputs.values()
    return sorted({given.source for given in inputs if given.source is not None})
