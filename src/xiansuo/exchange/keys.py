"""Ed25519 keys: the office's own, made once in home, and the ones of others it trusts."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from xiansuo.core.errors import InputError, UsageError
from xiansuo.core.files import locked, sync_folder, write_atomic
from xiansuo.core.settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_GROUP = 4


def own_key(settings: Settings) -> Ed25519PrivateKey:
    """The signing key of this home; made, readable by its owner only, when there is none yet."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = _folder(settings) / "own.pem"
    with locked(_folder(settings) / ".lock"):
        if not path.is_file():
            form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            _write_secret(path, Ed25519PrivateKey.generate().private_bytes(*form))
        content = path.read_bytes()
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError("not an Ed25519 key", file=path, fix="move it away; a new one is made")
    return key


def _write_secret(path: Path, content: bytes) -> None:
    """Write a file that nobody but its owner could read at any moment, in one step."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
    sync_folder(path.parent)


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half as base64 text."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")


def fingerprint(public: str) -> str:
    """What people read to each other over the telephone: 32 hex digits of the key's SHA-256 in groups of four."""
    text = hashlib.sha256(base64.b64decode(public)).hexdigest()[:32]
    return " ".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def sign(key: Ed25519PrivateKey, data: bytes) -> str:
    """The signature over ``data`` as base64 text."""
    return base64.b64encode(key.sign(data)).decode("ascii")


def check_signature(public: str, signature: str, data: bytes, file: Path) -> None:
    """InputError when ``signature`` is not the key's over ``data``."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(base64.b64decode(signature), data)
    except (InvalidSignature, ValueError):
        raise InputError(
            "the signature does not fit the package",
            file=file,
            field="signature",
            fix="ask the sender for the file again",
        ) from None


def trust(settings: Settings, public: str, given: str) -> None:
    """Remember a sender's key whose fingerprint somebody has compared; UsageError when it is another."""
    if given.replace(" ", "").lower() != fingerprint(public).replace(" ", ""):
        fix = "compare it with the sender, then give --trust with exactly these digits"
        raise UsageError("the package is signed by another key", field="trust", value=fingerprint(public), fix=fix)
    write_atomic(_folder(settings) / "trusted" / f"{fingerprint(public).replace(' ', '')}.pub", public + "\n")


def is_trusted(settings: Settings, public: str) -> bool:
    """Whether the key is this home's own or one it has been told to trust."""
    name = fingerprint(public).replace(" ", "")
    if (_folder(settings) / "trusted" / f"{name}.pub").is_file():
        return True
    return (_folder(settings) / "own.pem").is_file() and public_text(own_key(settings)) == public


def _folder(settings: Settings) -> Path:
    return settings.home / "keys"
