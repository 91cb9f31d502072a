"""Which encoding a text file is in, decided strictly: a byte that does not decode refuses the file, naming its offset.

Order: byte order mark, strict UTF-8, strict GB18030 (GBK lacks the four-byte characters of rare names), else refuse.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xiansuo.ingest.refusal import Refused

_BLOCK = 2**20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = {"utf-8": "utf-8", "gb18030": "gb18030", "utf-16": "utf-16"}
# GB18030 text rarely passes as UTF-8 for this many characters; if it does, the file is UTF-8 and damaged.
_CONVINCING = 8
_NUL_SHARE = 0.1


@dataclass(frozen=True)
class Encoding:
    """A Python codec name and the length in bytes of the mark before the text."""

    codec: str
    mark: int

    @property
    def label(self) -> str:
        """The name the receipt carries."""
        return f"{self.codec} (BOM)" if self.mark else self.codec


@dataclass(frozen=True)
class _Failure:
    offset: int
    truncated: bool
    characters: int  # non-ASCII characters that decoded before


def guess(path: Path, declared: str, name: str) -> Encoding:
    """The encoding the first block speaks for; cheap, and to be confirmed by whoever decodes the rest."""
    head = _head(path)
    marked = _marked(head, declared, name)
    if marked or declared == "utf-8":
        return marked or Encoding("utf-8", 0)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return decide(path, declared, name)
    return Encoding("utf-8", 0) if declared == "auto" else decide(path, declared, name)


def decide(path: Path, declared: str, name: str) -> Encoding:
    """The encoding under which every byte of the file decodes; Refused when there is none."""
    head = _head(path)
    marked = _marked(head, declared, name)
    if marked:
        return _demand(path, marked, name)
    if declared == "utf-16":
        raise Refused(
            "encoding:no_mark",
            "UTF-16 without a byte order mark",
            file=name,
            fix="ask for UTF-8, or UTF-16 with a byte order mark",
        )
    if declared != "auto":
        return _demand(path, Encoding(_DECLARED[declared], 0), name)
    utf8 = _failure(path, Encoding("utf-8", 0))
    if utf8 is None:
        return Encoding("utf-8", 0)
    gb18030 = _failure(path, Encoding("gb18030", 0))
    if gb18030 is None and utf8.characters < _CONVINCING:
        return Encoding("gb18030", 0)
    if gb18030 is None or utf8.offset >= gb18030.offset:
        raise _refusal(name, "UTF-8", utf8)
    raise _refusal(name, "GB18030", gb18030)


def text_blocks(path: Path, encoding: Encoding) -> Iterator[str]:
    """The file's text in blocks; the encoding must have been decided before."""
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    with path.open("rb") as file:
        file.seek(encoding.mark)
        while block := file.read(_BLOCK):
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_BLOCK)


def _by_mark(head: bytes) -> Encoding | None:
    if head.startswith(codecs.BOM_UTF32_LE):
        return None
    return next((Encoding(codec, len(mark)) for mark, codec in _BOMS if head.startswith(mark)), None)


def _marked(head: bytes, declared: str, name: str) -> Encoding | None:
    """The encoding of the byte order mark; Refused when it contradicts what is declared or is plainly lacking."""
    marked = _by_mark(head)
    if marked is None:
        _refuse_unmarked_utf16(head, name)
        return None
    wanted = _DECLARED.get(declared)
    if wanted and not marked.codec.startswith(wanted):
        raise Refused(
            "encoding:contradiction",
            f"the file starts with the mark of {marked.codec} but {declared} is declared",
            file=name,
            field="encoding",
            value=declared,
            fix="correct the reader option or leave it at auto",
        )
    return marked


def _demand(path: Path, encoding: Encoding, name: str) -> Encoding:
    failure = _failure(path, encoding)
    if failure:
        raise _refusal(name, encoding.codec.upper(), failure)
    return encoding


def _refusal(name: str, codec: str, failure: _Failure) -> Refused:
    what = "the file ends inside a multi-byte character" if failure.truncated else "bytes that do not decode"
    return Refused(
        "encoding:truncated" if failure.truncated else "encoding:undecodable",
        f"{what}: {codec}, byte offset {failure.offset}",
        file=name,
        field="encoding",
        value=f"byte offset {failure.offset}",
        fix="ask the sender for the file again, exported whole and in one encoding",
    )


def _failure(path: Path, encoding: Encoding) -> _Failure | None:
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    characters, consumed = 0, encoding.mark
    with path.open("rb") as file:
        file.seek(encoding.mark)
        while True:
            block = file.read(_BLOCK)
            held = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(encoding.codec, "ignore")
                characters += _beyond_ascii(before)
                return _Failure(consumed - held + error.start, not block, characters)
            if not block:
                return None
            consumed += len(block)
            if characters < _CONVINCING:
                characters += _beyond_ascii(text)


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _refuse_unmarked_utf16(head: bytes, name: str) -> None:
    if head.count(0) > len(head) * _NUL_SHARE:
        raise Refused(
            "encoding:no_mark",
            "every few bytes are NUL: UTF-16 or UTF-32 without a usable byte order mark",
            file=name,
            field="encoding",
            fix="ask for UTF-8, or UTF-16 with a byte order mark",
        )
