"""Whether a zip container (xlsx) may be opened at all: whole, of sane size, not encrypted."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass

from xiansuo.ingest.refusal import Refused
from xiansuo.ingest.vault import Stored


@dataclass(frozen=True)
class ZipLimits:
    """What a workbook may unpack to; ``ratio`` is looked at for members above ``ratio_from`` bytes."""

    total: int = 2 * 2**30
    ratio: int = 200
    ratio_from: int = 16 * 2**20
    members: int = 10_000


def check_zip(stored: Stored, limits: ZipLimits) -> None:
    """Refused when the container is damaged, encrypted or unpacks to more than ``limits`` allow.

    The declared sizes are checked first; then every member is unpacked and thrown away, which a member that lies about
    its size does not survive.
    """
    try:
        with zipfile.ZipFile(stored.path) as archive:
            _check_directory(archive, stored, limits)
            broken = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _damaged(stored, str(error)) from error
    if broken:
        raise _damaged(stored, f"wrong checksum of {broken}")


def _check_directory(archive: zipfile.ZipFile, stored: Stored, limits: ZipLimits) -> None:
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > limits.members or total > limits.total:
        raise _bomb(stored, f"{len(members)} members, {total} bytes unpacked")
    for member in members:
        if member.file_size > limits.ratio_from and member.file_size > limits.ratio * max(member.compress_size, 1):
            raise _bomb(stored, f"{member.filename}: {member.compress_size} bytes unpack to {member.file_size}")


def _bomb(stored: Stored, why: str) -> Refused:
    return Refused(
        "file:zip_bomb",
        f"the file unpacks to far more than a workbook does: {why}",
        file=stored.name,
        fix="ask the sender for a csv export",
    )


def _damaged(stored: Stored, why: str) -> Refused:
    return Refused(
        "file:damaged", f"the workbook is not whole: {why}", file=stored.name, fix="ask the sender for the file again"
    )
