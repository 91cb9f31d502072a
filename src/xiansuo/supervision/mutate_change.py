"""One change of a SQL tree, and how its texts are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True)
class Change:
    """One change: ``node`` of the tree becomes ``replacement``.

    ``original`` and ``mutated`` are texts for people; ``anchor`` is surrounding text that tells it from others.
    """

    kind: str
    node: exp.Expr
    replacement: exp.Expr
    original: str
    mutated: str
    advice: str
    anchor: str = ""
    at: exp.Expr | None = None


def text_of(node: Any) -> str:
    """The SQL of a node, without comments."""
    return str(node.sql(dialect="duckdb", comments=False))


def _as(kind: type[exp.Expr], node: exp.Expr) -> exp.Expr:
    """A copy of the node as another class."""
    made = node.copy()
    return kind(**made.args)


def swapped(kind: str, node: exp.Expr, other: type[exp.Expr], advice: str) -> Change:
    """The node as another class with the same operands."""
    replacement = _as(other, node)
    return Change(kind, node, replacement, text_of(node), text_of(replacement), advice)
