"""Names and digests: dataset ids, SQL identifiers and literals, canonical JSON, content digests."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from xiansuo.core.errors import UsageError

_DATASET = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


def split_dataset(dataset: str) -> tuple[str, str]:
    """Split ``"fuel.totalizer_read"`` into domain and name; UsageError when it is no dataset id."""
    if not _DATASET.fullmatch(dataset):
        raise UsageError(
            "not a dataset id", field="dataset", value=dataset, fix="write <domain>.<dataset> in lower-case snake_case"
        )
    domain, _, name = dataset.partition(".")
    return domain, name


def quote_ident(name: str) -> str:
    """Quote one SQL identifier (DuckDB and Spark-through-sqlglot); NUL is refused."""
    if not name or "\x00" in name:
        raise UsageError("not a usable SQL identifier", field="name", value=repr(name))
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """Quote text as a SQL string literal; NUL is refused because DuckDB would cut the statement there."""
    if "\x00" in text:
        raise UsageError("a SQL literal cannot hold NUL", field="text", value=repr(text))
    return "'" + text.replace("'", "''") + "'"


def canonical_json(obj: Any) -> str:
    """JSON with sorted keys, no spaces and real characters: equal objects give equal text."""
    return json.dumps(obj, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(content: str | bytes, length: int = 20) -> str:
    """The first ``length`` hexadecimal characters of the SHA-256 of ``content`` (text as UTF-8)."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()[:length]
