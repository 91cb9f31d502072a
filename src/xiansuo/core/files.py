"""Files: atomic writes, locks between processes, content hashes. No knowledge of what the files hold."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xiansuo.core.errors import EnvironmentProblem

_LOCK_POLL_SECONDS = 0.05


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write ``content`` so that a reader, or a crash, sees the old file or the new one and nothing between.

    Text is written as UTF-8. The folder is created when lacking.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames inside ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, *, timeout: float | None = None) -> Iterator[None]:
    """Hold an exclusive lock on the file ``path`` (created when lacking), waiting for other holders.

    The lock ends with the block or with the process. It is not reentrant. After ``timeout`` seconds of waiting:
    EnvironmentProblem.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        _acquire(file.fileno(), path, timeout)
        try:
            yield
        finally:
            fcntl.flock(file.fileno(), fcntl.LOCK_UN)


def _acquire(descriptor: int, path: Path, timeout: float | None) -> None:
    if timeout is None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise EnvironmentProblem(
                    f"another process held the lock for more than {timeout:g} s",
                    file=path,
                    fix="wait for the other run to end, then repeat the command",
                ) from None
            time.sleep(_LOCK_POLL_SECONDS)


def sha256_file(path: Path) -> str:
    """The SHA-256 of the file's bytes, 64 hexadecimal characters, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
