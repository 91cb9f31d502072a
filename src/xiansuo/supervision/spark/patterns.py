"""Regular expressions that mean the same in RE2 (DuckDB) and in Java (Spark), and how they are written there."""

from __future__ import annotations

_PLAIN_ESCAPES = frozenset("dDwW.^$*+?()[]{}|\\/-")
_GROUPS = ("?:",)
# A computed pattern is looked at while the query runs: plain characters of any script, classes, counts and groups, $ at
# the end only.
_PLAIN = r"[^\x00-\x1f\\^$.|?*+()\[\]{}]"
_IN_CLASS = r"(?:[^\x00-\x1f\\\[\]&^]|\\d)+"
_COMPUTED = (
    r"\A(?!.*[*+?}][+])(?:" + _PLAIN + r"|\\[dD.*+?()|-]|\[\^?" + _IN_CLASS + r"\]"
    r"|\{[0-9]+(?:,[0-9]*)?\}|\((?:\?:)?|[)|.*+?^])*[$]?\z"
)


def java_pattern(pattern: str) -> str | None:
    """The pattern for Java, or None when it holds something whose meaning is not known to be equal.

    ``(?d)`` makes the dot stop at line feeds only, as in RE2; ``$`` becomes ``\\z``, as Java's ``$`` also matches
    before a last line feed.
    """
    out: list[str] = []
    position, inside = 0, False
    while position < len(pattern):
        step = _in_class(pattern, position) if inside else _outside(pattern, position)
        if step is None:
            return None
        text, length = step
        out.append(text)
        if not inside and text.startswith("["):
            inside = True
        elif inside and text == "]":
            inside = False
        position += length
    return None if inside else "(?d)" + "".join(out)


def computed_match(text: str, pattern: str) -> str:
    """Spark text that matches against a pattern known only while the query runs; other patterns stop the run."""
    java = f"concat('(?d)', regexp_replace({pattern}, '[$]\\z', '\\\\z'))"
    stop = "CAST(raise_error('a regular expression that may mean something else on Spark') AS BOOLEAN)"
    allowed = f"{pattern} IS NULL OR {pattern} RLIKE '{_COMPUTED}'"
    return f"(CASE WHEN {allowed} THEN {text} RLIKE {java} ELSE {stop} END)"


def _outside(pattern: str, position: int) -> tuple[str, int] | None:
    sign = pattern[position]
    if sign == "\\":
        return _escape(pattern, position)
    if sign == "$":
        return "\\z", 1
    if sign == "[":
        return _open_class(pattern, position)
    if sign == "(" and pattern[position + 1 : position + 2] == "?":
        return ("(?:", 3) if pattern[position + 1 : position + 3] in _GROUPS else None
    if sign in "*+?}" and pattern[position + 1 : position + 2] == "+":
        return None  # possessive in Java, an error or a repetition in RE2
    return sign, 1


def _open_class(pattern: str, position: int) -> tuple[str, int] | None:
    start = "[^" if pattern.startswith("[^", position) else "["
    return None if pattern.startswith("]", position + len(start)) else (start, len(start))


def _in_class(pattern: str, position: int) -> tuple[str, int] | None:
    sign = pattern[position]
    if sign == "\\":
        return _escape(pattern, position)
    if sign == "[" or pattern.startswith("&&", position):
        return None
    return sign, 1


def _escape(pattern: str, position: int) -> tuple[str, int] | None:
    following = pattern[position + 1 : position + 2]
    return (pattern[position : position + 2], 2) if following and following in _PLAIN_ESCAPES else None
