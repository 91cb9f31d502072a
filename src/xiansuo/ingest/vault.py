"""Delivered bytes under their SHA-256: written once, never changed, checked whenever they are read again."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xiansuo.core.errors import InputError
from xiansuo.core.files import sha256_file, sync_folder

_READ_ONLY = 0o444
_BLOCK = 64 * 2**20
FILE_ID_LENGTH = 16


@dataclass(frozen=True)
class Stored:
    """One delivered file in the vault; ``name`` is the name it was delivered under, ``size`` in bytes."""

    name: str
    sha256: str
    size: int
    path: Path

    @property
    def file_id(self) -> str:
        """What lake rows carry in ``_file``."""
        return self.sha256[:FILE_ID_LENGTH]


class Vault:
    """The folder of delivered bytes, ``<root>/ab/<sha256>``."""

    def __init__(self, root: Path, incoming: Path) -> None:
        """``incoming`` is a folder on the same disk where unfinished copies may lie."""
        self.root = root
        self.incoming = incoming

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash are or would be."""
        return self.root / sha256[:2] / sha256

    def store(self, source: Path, name: str) -> Stored:
        """Copy ``source`` into the vault and return it; the hash is that of the copy, not of a file still changing.

        The bytes are on the disk for good only after `sync`.
        """
        self.incoming.mkdir(parents=True, exist_ok=True)
        handle, temporary_name = tempfile.mkstemp(dir=self.incoming, prefix="vault.")
        temporary = Path(temporary_name)
        try:
            _copy(source, handle)
            sha256 = sha256_file(temporary)
            target = self.path(sha256)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                temporary.chmod(_READ_ONLY)
                temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        return Stored(name, sha256, target.stat().st_size, target)

    @staticmethod
    def sync(files: Sequence[Stored]) -> None:
        """Make stored files durable. It waits for the disk, so it may run beside other work; before any publication."""
        for stored in files:
            with stored.path.open("rb") as file:
                os.fsync(file.fileno())
            sync_folder(stored.path.parent)

    def open_verified(self, sha256: str, name: str) -> Stored:
        """The stored file after reading its bytes again; InputError when they are gone or no longer match the hash."""
        path = self.path(sha256)
        if not path.is_file():
            raise InputError("the delivered bytes are not in the vault", file=path, value=name)
        found = sha256_file(path)
        if found != sha256:
            raise InputError(
                "the bytes in the vault no longer match their hash",
                file=path,
                value=f"now {found}",
                fix="restore this file from a backup; nothing drawn from it can be verified before",
            )
        return Stored(name, sha256, path.stat().st_size, path)


def _copy(source: Path, handle: int) -> None:
    with os.fdopen(handle, "wb") as target, source.open("rb") as origin:
        try:
            while os.copy_file_range(origin.fileno(), target.fileno(), _BLOCK):
                pass
        except OSError:
            _copy_blocks(origin.fileno(), target.fileno())


def _copy_blocks(origin: int, target: int) -> None:
    os.lseek(origin, 0, os.SEEK_SET)
    os.ftruncate(target, 0)
    os.lseek(target, 0, os.SEEK_SET)
    with os.fdopen(os.dup(target), "wb") as out:
        while block := os.read(origin, 2**20):
            out.write(block)
