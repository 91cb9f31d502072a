"""Strict splitting of delimited text into numbered records. Decides whatever the fast path refuses.

A quote opens a field only at its start; a quoted field may hold line ends and must close before a delimiter or the
end of the record, spaces aside. A record that breaks these rules is given back whole as a problem, and reading goes on
with the next physical line, so that a runaway quote costs one record and not the rest of the file.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_LINES = 100
MAX_CHARACTERS = 2**20
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_OPEN = "quote:open"


@dataclass(frozen=True)
class Record:
    """Record number ``row`` (from 1) with its cells, or with a problem code and no cells; ``text`` is the original."""

    row: int
    cells: list[str] | None
    text: str
    problem: str | None = None


def lines(blocks: Iterable[str]) -> Iterator[str]:
    r"""Physical lines with their ends kept; ``\n``, ``\r\n`` and a lone ``\r`` all end a line."""
    held: list[str] = []
    for block in blocks:
        held.append(block)
        if "\n" not in block and "\r" not in block:
            continue
        pieces = _LINE.findall("".join(held))
        held = [pieces.pop()]  # it may go on in the next block, and a final \r may be half of \r\n
        yield from pieces
    yield from _LINE.findall("".join(held))


class Splitter:
    """Takes physical lines apart into records; ``delimiter`` is any string, ``quote`` one character or None."""

    def __init__(self, delimiter: str, quote: str | None) -> None:
        self.delimiter = delimiter
        self.quote = quote

    def records(self, physical: Iterable[str]) -> Iterator[Record]:
        """Numbered records; a blank line is a record with one blank cell."""
        source = _Pushback(physical)
        for row, line in enumerate(source, start=1):
            if "\x00" in line:
                yield Record(row, None, bare(line), "row:nul_byte")
            elif self.quote is None or self.quote not in line:
                text = bare(line)
                yield Record(row, text.split(self.delimiter), text)
            else:
                yield self._quoted(row, line, source)

    def _quoted(self, row: int, first: str, source: _Pushback) -> Record:
        taken = [first]
        size = len(first)
        while True:
            text = bare("".join(taken))
            cells, problem = self._cells(text)
            if problem != _OPEN:
                return self._accept(row, text, cells, problem, taken, source)
            following = next(source, None)
            if following is None or len(taken) >= MAX_LINES or size + len(following) > MAX_CHARACTERS:
                source.push(taken[1:] + ([following] if following is not None else []))
                return Record(row, None, bare(first), "row:quote_run_on")
            taken.append(following)
            size += len(following)

    @staticmethod
    def _accept(
        row: int, text: str, cells: list[str], problem: str | None, taken: list[str], source: _Pushback
    ) -> Record:
        if problem is None:
            nul = "\x00" in text
            return Record(row, None if nul else cells, text, "row:nul_byte" if nul else None)
        source.push(taken[1:])
        return Record(row, None, bare(taken[0]), problem)

    def _cells(self, text: str) -> tuple[list[str], str | None]:
        quote, delimiter = self.quote or "", self.delimiter
        cells: list[str] = []
        position = 0
        while True:
            if not text.startswith(quote, position):
                end = text.find(delimiter, position)
                cells.append(text[position:] if end < 0 else text[position:end])
                if end < 0:
                    return cells, None
                position = end + len(delimiter)
                continue
            closing = self._closing(text, position + 1)
            if closing < 0:
                return cells, _OPEN
            cells.append(text[position + 1 : closing].replace(quote * 2, quote))
            position = self._skip_spaces(text, closing + 1)
            if position == len(text):
                return cells, None
            if not text.startswith(delimiter, position):
                return cells, "row:text_after_quote"
            position += len(delimiter)

    def _skip_spaces(self, text: str, position: int) -> int:
        while text.startswith(" ", position) and not text.startswith(self.delimiter, position):
            position += 1
        return position

    def _closing(self, text: str, position: int) -> int:
        quote = self.quote or ""
        while True:
            found = text.find(quote, position)
            if found < 0 or not text.startswith(quote, found + 1):
                return found
            position = found + 2


class _Pushback(Iterator[str]):
    """Lines that can be given back."""

    def __init__(self, source: Iterable[str]) -> None:
        self._source = iter(source)
        self._pushed: deque[str] = deque()

    def __next__(self) -> str:
        return self._pushed.popleft() if self._pushed else next(self._source)

    def push(self, returned: list[str]) -> None:
        """Give ``returned`` back; they come next, in order."""
        self._pushed.extendleft(reversed(returned))


def bare(line: str) -> str:
    """The line without its end."""
    if line.endswith("\r\n"):
        return line[:-2]
    return line[:-1] if line.endswith(("\n", "\r")) else line
