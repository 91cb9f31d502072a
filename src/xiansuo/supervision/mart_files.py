"""Mart definitions: reading sql/marts and ordering it. Building tables from them is ``marts``.

A mart is one SELECT in sql/marts/<name>.sql with a header of ``-- key: value`` lines.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from xiansuo.core.errors import InputError, UsageError

_HEADER = re.compile(r"^-- (name|title|grain|inputs|materialise): *(.*)$")
_KEYS = ("name", "title", "grain", "inputs", "materialise")
_KINDS = ("delta", "view")
PREFIX = "marts."


@dataclass(frozen=True)
class Mart:
    """One mart definition. ``inputs`` are dataset ids and ``marts.<name>``."""

    name: str
    title: str
    grain: str
    inputs: tuple[str, ...]
    materialise: str
    sql: str
    path: Path

    @property
    def sql_name(self) -> str:
        """The two-part name SQL uses."""
        return PREFIX + self.name


def load_marts(project: Path) -> dict[str, Mart]:
    """Every mart by its two-part name; InputError names the file and header line at fault."""
    loaded = [load_mart(path) for path in sorted((project / "sql" / "marts").glob("*.sql"))]
    return {mart.sql_name: mart for mart in loaded}


def load_mart(path: Path) -> Mart:
    """Read one mart file with its header."""
    try:
        sql = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text", file=path, field="text", fix="save the file as UTF-8") from None
    header = _header(sql)
    missing = [key for key in _KEYS if not header.get(key)]
    if missing:
        raise InputError("the mart's header lacks a line", file=path, field=missing[0], fix=f"add -- {missing[0]}: ...")
    if header["name"] != path.stem:
        raise InputError(
            "the mart's name is not the file's name",
            file=path,
            field="name",
            value=header["name"],
            fix=f"write -- name: {path.stem}",
        )
    if header["materialise"] not in _KINDS:
        raise InputError(
            "unknown way to materialise",
            file=path,
            field="materialise",
            value=header["materialise"],
            fix=f"write one of {', '.join(_KINDS)}",
        )
    inputs = tuple(name.strip() for name in header["inputs"].split(",") if name.strip())
    return Mart(
        name=header["name"],
        title=header["title"],
        grain=header["grain"],
        inputs=inputs,
        materialise=header["materialise"],
        sql=sql,
        path=path,
    )


def _header(sql: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in sql.splitlines():
        match = _HEADER.match(line)
        if match is None:
            break
        found[match[1]] = match[2].strip()
    return found


def in_order(marts: Mapping[str, Mart], names: Collection[str]) -> list[Mart]:
    """The marts among ``names`` and all marts they rest on, each after its inputs; InputError on a cycle."""
    done: dict[str, Mart] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in done or not name.startswith(PREFIX):
            return
        if name in above:
            raise InputError("marts read each other in a circle", unit=" -> ".join((*above, name)), fix="break it")
        mart = marts.get(name)
        if mart is None:
            raise UsageError("no such mart", field="mart", value=name, fix=f"write sql/marts/{name[len(PREFIX) :]}.sql")
        for source in sorted(mart.inputs):
            visit(source, (*above, name))
        done[name] = mart

    for name in sorted(names):
        visit(name, ())
    return list(done.values())
