"""What the acceptance tests share: cheap copies of a home, shuffled deliveries, and what a reader of a home sees."""

from __future__ import annotations

import codecs
import os
import random
import shutil
from pathlib import Path
from typing import Any

import duckdb
import yaml

from xiansuo.contracts.asset import load_assets
from xiansuo.core.files import sha256_file
from xiansuo.core.settings import Settings
from xiansuo.ingest.landing import Waiting, waiting

PROJECT = Path(__file__).resolve().parents[2]
MODELS = tuple(sorted(path.parent.name for path in (Path(__file__).parents[2] / "models").glob("*/model.yml")))
TEXT = (".csv", ".txt")
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}


def settings_of(home: Path, *, threads: int = 2, project: Path = PROJECT) -> Settings:
    """Settings over a home with a fixed number of threads."""
    return Settings(project=project, home=home, threads=threads, memory_limit="2GiB")


def linked_copy(home: Path, target: Path, *leaving_out: str) -> Path:
    """The home under another name; data files are hard links, since nothing may write into them."""
    gone = {home / name for name in ("catalog.duckdb", *leaving_out)}

    def ignored(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if Path(folder, name) in gone]

    shutil.copytree(home, target, copy_function=os.link, ignore=ignored)
    return target


def shuffle_landing(landing: Path, target: Path, seed: int) -> list[Path]:
    """Copy deliveries with the records of text files in another order; returns the files that changed.

    Headers, repeated headers and whatever else is no record stay in their lines. Files in which a record spans lines
    and binary files stay as they are.
    """
    shutil.copytree(landing, target)
    draw = random.Random(seed)
    changed = []
    for letter in sorted(target.glob("*/*/delivery.yml")):
        content = yaml.safe_load(letter.read_text(encoding="utf-8"))
        for entry in content["files"]:
            path = letter.parent / entry["name"]
            if _shuffle_file(path, entry["rows"], draw):
                entry["sha256"] = sha256_file(path)
                changed.append(path)
        letter.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return changed


def _shuffle_file(path: Path, rows: int, draw: random.Random) -> bool:
    if path.suffix not in (*TEXT, ".jsonl") or rows < 2:
        return False
    data = path.read_bytes()
    encoding = _encoding(data)
    text = data.decode(encoding)
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(ending)
    head = lines[0] if path.suffix in TEXT else None
    places = [at for at, line in enumerate(lines) if line not in ("", head)]
    if len(places) != rows:
        return False
    order = places[:]
    draw.shuffle(order)
    mixed = lines[:]
    for place, origin in zip(places, order, strict=True):
        mixed[place] = lines[origin]
    path.write_bytes(ending.join(mixed).encode(encoding))
    return mixed != lines


def _encoding(data: bytes) -> str:
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def appends_backwards(landing: Path) -> list[Waiting]:
    """The deliveries in their order, except that append datasets come last and newest first."""
    assets = load_assets(PROJECT)
    deliveries = waiting(landing)
    appended = [one for one in deliveries if assets[one.dataset].mode == "append"]
    return [one for one in deliveries if one not in appended] + appended[::-1]


def written(home: Path) -> dict[str, tuple[int, int]]:
    """Every receipt, commit and data file of a home with its size and time of writing."""
    files = [*home.glob("receipts/*/*.json"), *home.glob("lake/**/_delta_log/*"), *home.glob("lake/**/*.parquet")]
    found = {str(path.relative_to(home)): path.stat() for path in [*files, *home.glob("vault/*/*")]}
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in found.items()}


def rows(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a query in a connection of its own."""
    with duckdb.connect() as con:
        return con.execute(sql, parameters).fetchall()
