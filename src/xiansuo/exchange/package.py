"""A model as one signed file: its folder, the contracts, assets and marts it needs, a synthetic sample, a manifest.

Belongs here: writing such a file and reading it back with nothing taken on trust. Putting it into a project is
``install``. The format: a zip with ``manifest.json`` (SHA-256 of every other file), ``signature.json`` (Ed25519 over
the manifest's bytes), ``README.md``, ``project/...`` and ``sample/...``.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from xiansuo.clues.what_if import relations_of
from xiansuo.core.errors import InputError
from xiansuo.core.files import write_atomic
from xiansuo.core.naming import canonical_json, split_dataset
from xiansuo.core.settings import Settings
from xiansuo.exchange.keys import check_signature, fingerprint, own_key, public_text, sign
from xiansuo.supervision.lifecycle import spec_text, substance
from xiansuo.supervision.load import find_model
from xiansuo.supervision.model import Model
from xiansuo.supervision.project import Project

FORMAT = 1
SUFFIX = ".xsmodel"
MOST_BYTES = 512 * 2**20
MOST_FILES = 20_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MANIFEST, _SIGNATURE, _README = "manifest.json", "signature.json", "README.md"
_PLACES = re.compile(r"(?:data_contracts|assets)/\w+/(?:files/)?\w+\.(?:yml|csv)|sql/marts/\w+\.sql")
_LEFT_OUT = {"lifecycle.jsonl", "mappings"}  # its life and its foreign tables are each office's own


@dataclass(frozen=True)
class Package:
    """A verified package: the manifest, who signed it, and the content of every file by its path in the zip."""

    path: Path
    manifest: dict[str, Any]
    public: str
    files: dict[str, bytes]

    @property
    def model(self) -> str:
        """The model's id."""
        return str(self.manifest["model"])

    @property
    def signer(self) -> str:
        """The fingerprint of the signing key."""
        return fingerprint(self.public)

    def project_files(self) -> dict[PurePosixPath, bytes]:
        """Files that go into a project, by their path there."""
        return {
            PurePosixPath(name).relative_to("project"): content
            for name, content in self.files.items()
            if name.startswith("project/")
        }


def pack(
    settings: Settings, model_id: str, out: Path, *, sample: Path | None = None, now: datetime | None = None
) -> Path:
    """Write the package of a model to ``out``; ``sample`` is a folder of synthetic deliveries to put in.

    The same content signed with the same key gives the same bytes but for the time of packing.
    """
    model = find_model(settings.project, model_id)
    files = {f"project/{name}": content for name, content in _project_files(settings.project, model)}
    if sample is not None:
        for path in sorted(file for file in sample.rglob("*") if file.is_file()):
            files[f"sample/{path.relative_to(sample).as_posix()}"] = path.read_bytes()
    files[_README] = _readme(model).encode("utf-8")
    closure = Project(settings.project).closure(relations_of(model))
    manifest = {
        "format": FORMAT,
        "model": model.id,
        "title": model.spec.title,
        "version": model.spec.version,
        "substance": substance(model),
        "made_at": (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "datasets": list(closure.datasets),
        "marts": [mart.sql_name for mart in closure.marts],
        "sample": sample is not None,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    key = own_key(settings)
    signed = canonical_json(manifest).encode("utf-8")
    signature = canonical_json({"algorithm": "Ed25519", "public_key": public_text(key), "signature": sign(key, signed)})
    _write_zip(out, {_MANIFEST: signed, _SIGNATURE: signature.encode("utf-8"), **files})
    return out


def _project_files(project: Path, model: Model) -> Iterator[tuple[str, bytes]]:
    closure = Project(project).closure(relations_of(model))
    inside = ((path, path.relative_to(model.folder).parts[0]) for path in sorted(model.folder.rglob("*")))
    paths = [path for path, first in inside if _travels(model.folder, path) and first not in _LEFT_OUT]
    for dataset in closure.datasets:
        domain, name = split_dataset(dataset)
        paths += [project / "data_contracts" / domain / f"{name}.yml", project / "assets" / domain / f"{name}.yml"]
        shipped = project / "assets" / domain / "files" / f"{name}.csv"
        paths += [shipped] if shipped.is_file() else []
    paths += [mart.path for mart in closure.marts]
    for path in paths:
        if path.is_file():
            name, content = path.relative_to(project).as_posix(), path.read_bytes()
            yield name, _as_draft(content) if path == model.folder / "model.yml" else content


def _travels(folder: Path, path: Path) -> bool:
    """Plain files that are not hidden: what a link leads to or an editor left behind is nobody else's business."""
    parts = path.relative_to(folder).parts
    hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
    return path.is_file() and not path.is_symlink() and not hidden


def _as_draft(content: bytes) -> bytes:
    """model.yml with the life of the model taken out: at the receiver it begins as a draft."""
    spec = content.decode("utf-8")
    gone = ("retired_reason", "certified_by_business", "certified_by_digital")
    named = {name: None for name in gone if re.search(rf"^{name}:", spec, re.MULTILINE)}
    return spec_text(spec, {"status": "draft", **named}).encode("utf-8")


def _readme(model: Model) -> str:
    spec = model.spec
    law = "\n".join(
        f"- 《{basis.law}》{basis.article}{'' if basis.verified else '（待核）'}" for basis in spec.legal_basis
    )
    inputs = "\n".join(f"- `{name}`：{'、'.join(columns)}" for name, columns in spec.inputs.items())
    rules = "\n".join(f"- {rule.spec.code} {rule.spec.title}" for rule in model.rules)
    return (
        f"# {spec.title}（{model.id} {spec.version}）\n\n{spec.summary}\n\n研发：{spec.authored_by}，{spec.owner}。\n\n"
        f"## 规则\n{rules}\n\n## 需要的数据\n{inputs}\n\n## 法律依据\n{law}\n\n"
        "## 安装\n先向发送单位核对签名指纹，再执行 `xiansuo model install 文件 --trust 指纹`；"
        "本地表的列名不同时加 `--mapping 映射文件`。\n"
    )


def _write_zip(out: Path, files: Mapping[str, bytes]) -> None:
    import io

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    write_atomic(out, target.getvalue())


def read_package(path: Path) -> Package:
    """Open a package and verify everything: names, sizes, hashes, signature. InputError names what does not hold.

    Whether the signer is to be trusted is the caller's question.
    """
    if not path.is_file():
        raise InputError("no such package", file=path, fix="give the file the other office sent")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(path, archive)
            files = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, UnicodeDecodeError) as error:
        raise InputError("not a package, or a damaged one", file=path, value=error, fix="ask for it again") from None
    manifest, signature = (_json(path, files, name) for name in (_MANIFEST, _SIGNATURE))
    try:
        public = str(signature["public_key"])
        check_signature(public, str(signature["signature"]), files[_MANIFEST], path)
        if manifest["format"] != FORMAT:
            fix = "use the xiansuo it was made with"
            raise InputError("another package format", file=path, field="format", value=manifest["format"], fix=fix)
        listed = dict(manifest["files"])
        _check_places(path, str(manifest["model"]), listed)
        list(manifest["datasets"]), str(manifest["version"])
    except KeyError as error:
        raise InputError("the manifest lacks a key", file=path, field=error.args[0], fix="ask for it again") from None
    except (TypeError, ValueError) as error:
        raise InputError("the manifest is malformed", file=path, value=error, fix="ask for it again") from None
    content = {name: data for name, data in files.items() if name not in (_MANIFEST, _SIGNATURE)}
    _check_files(path, listed, content)
    return Package(path, manifest, public, content)


def _check_places(path: Path, model: str, listed: Mapping[str, str]) -> None:
    """InputError for a file that would go anywhere but into its own model, contracts, assets and marts."""
    if re.fullmatch(r"[a-z][a-z0-9_]*", model) is None:
        raise InputError("not a model's id", file=path, field="model", value=model, fix="refuse it")
    own = f"project/models/{model}/"
    for name in listed:
        inside = name.removeprefix(own)
        allowed = (
            not any(part.startswith(".") for part in inside.split("/")) and inside.split("/")[0] not in _LEFT_OUT
            if name.startswith(own)
            else _PLACES.fullmatch(name.removeprefix("project/")) is not None
        )
        if name.startswith("project/") and not allowed:
            raise InputError("a file of the package does not belong there", file=path, field=name, fix="refuse it")


def _check_size(path: Path, archive: zipfile.ZipFile) -> None:
    infos = archive.infolist()
    size = sum(info.file_size for info in infos)
    if size > MOST_BYTES or len(infos) > MOST_FILES:
        raise InputError(
            "the package is too large", file=path, value=f"{size} bytes, {len(infos)} files", fix="refuse it"
        )
    packed = next(
        (info for info in infos if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)), None
    )
    if packed is not None:
        raise InputError("packed in another way than packages are", file=path, field=packed.filename, fix="refuse it")
    names = [info.filename for info in infos]
    odd = next((name for name in names if _leads_out(name)), None)
    if odd is not None or len(set(names)) < len(names):
        raise InputError(
            "a file name in the package is not allowed", file=path, value=odd or "a name twice", fix="refuse it"
        )


def _leads_out(name: str) -> bool:
    pure = PurePosixPath(name)
    odd = "\\" in name or ":" in name or not name.isprintable() or str(pure) != name.removesuffix("/")
    return odd or pure.is_absolute() or ".." in pure.parts or not pure.parts


def _json(path: Path, files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        found = json.loads(files[name])
        if not isinstance(found, dict):
            raise ValueError(name)
    except (KeyError, ValueError, RecursionError):
        raise InputError("not a package", file=path, field=name, fix="xiansuo model pack writes one") from None
    return found


def _check_files(path: Path, listed: Mapping[str, str], content: Mapping[str, bytes]) -> None:
    for name in sorted({*listed, *content}):
        data = content.get(name)
        if data is None or listed.get(name) != hashlib.sha256(data).hexdigest():
            what = "lacks" if data is None else "does not list" if name not in listed else "has another content of"
            side = "the package" if data is None or name in listed else "the manifest"
            raise InputError(f"{side} {what} a file", file=path, field=name, fix="ask the sender for the file again")
