"""Functions that Spark can answer exactly as DuckDB does: how each is written there. All others are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from xiansuo.supervision.spark.casting import aligned, cast
from xiansuo.supervision.spark.patterns import computed_match, java_pattern
from xiansuo.supervision.spark.refused import FUNCTIONS, Refused
from xiansuo.supervision.spark.types import INTEGERS, NULL, Value, decimal_parts, is_exact

if TYPE_CHECKING:
    from xiansuo.supervision.spark.values import Context

Handler = Callable[["Context", Any], Value]
SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# All letters that DuckDB and Java write differently in lower case: dotted I, sigma, and letters newer than Unicode 13.
_UNLIKE_LETTERS = (
    "\u0130\u03a3\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc\U00010d50-\U00010d65\U00016ea0-\U00016eb8"
)
_UNITS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")
_SAFE_DIGITS = 9
_LIBRARY = {exp.Cos: "cos", exp.Sin: "sin", exp.Tan: "tan", exp.Atan: "atan", exp.Exp: "exp", exp.Ln: "ln"}


def _text(context: Context, node: exp.Expr) -> str:
    value = context.value(node)
    if value.type not in ("VARCHAR", NULL):
        raise Refused("comparison of unlike types", node)
    return value.text if value.type == "VARCHAR" else "CAST(NULL AS STRING)"


def _number(context: Context, node: exp.Expr) -> str:
    value = context.value(node)
    if value.type not in INTEGERS:
        raise Refused("comparison of unlike types", node)
    return f"CAST({value.text} AS INT)"


def _coalesce(context: Context, node: exp.Coalesce) -> Value:
    return context.joined("coalesce", [node.this, *node.expressions], node)


def _greatest(context: Context, node: exp.Greatest | exp.Least) -> Value:
    name = "greatest" if isinstance(node, exp.Greatest) else "least"
    return context.joined(name, [node.this, *node.expressions], node)


def _nullif(context: Context, node: exp.Nullif) -> Value:
    left, right = context.value(node.this), context.value(node.expression)
    kind = context.type_of("nullif({}, {})", [left, right], node)
    first, second = aligned([left, right], node)
    return Value(f"(CASE WHEN {first} = {second} THEN NULL ELSE {cast(left, kind, node)} END)", kind)


def _if(context: Context, node: exp.If) -> Value:
    return context.branches([(node.this, node.args["true"])], node.args.get("false"), node)


def _abs(context: Context, node: exp.Abs) -> Value:
    value = context.value(node.this)
    return Value(f"abs({value.text})", context.type_of("abs({})", [value], node))


def _floor(context: Context, node: exp.Floor | exp.Ceil) -> Value:
    name = "floor" if isinstance(node, exp.Floor) else "ceil"
    value = context.value(node.this)
    if node.args.get("decimals") or node.args.get("to"):
        raise Refused("function", node)
    kind = context.type_of(f"{name}({{}})", [value], node)
    if value.type == "DOUBLE":  # Spark makes a BIGINT of it; beyond 2^53 a double is whole already
        return Value(
            f"(CASE WHEN abs({value.text}) < 9E15 THEN CAST({name}({value.text}) AS DOUBLE) ELSE {value.text} END)",
            kind,
        )
    return Value(cast(Value(f"CAST({name}({value.text}) AS DECIMAL(38,0))", "DECIMAL(38,0)"), kind, node), kind)


def _round(context: Context, node: exp.Round) -> Value:
    digits = context.value(node.args["decimals"]).whole if node.args.get("decimals") else 0
    if digits is None or digits < 0:
        raise Refused("function", node)
    inner = node.this.unnest()
    library = _LIBRARY.get(type(inner))
    if library:
        return Value(_guarded(_library_call(context, inner, library), digits, node), "DOUBLE")
    value = context.value(node.this)
    kind = context.type_of(f"round({{}}, {digits})" if node.args.get("decimals") else "round({})", [value], node)
    if value.type == "DOUBLE":
        return Value(_rounded(value.text, digits), kind)
    if value.type in INTEGERS:
        return value
    return Value(cast(Value(f"round({value.text}, {digits})", _scaled(value.type, digits)), kind, node), kind)


def _scaled(kind: str, digits: int) -> str:
    return f"DECIMAL(38,{min(digits, (decimal_parts(kind) or (38, 0))[1])})"


def _rounded(text: str, digits: int) -> str:
    """DuckDB's round of a double: times a power of ten, to the nearest whole number, halves away from zero, back."""
    return f"(round({text} * {10**digits}E0) / {10**digits}E0)" if digits else f"round({text})"


def _library_call(context: Context, node: exp.Expr, name: str) -> str:
    return f"{name}({cast(context.value(node.this), 'DOUBLE', node)})"


def _guarded(text: str, digits: int, node: exp.Expr) -> str:
    """Rounding of a library function: the last digit of the two libraries may differ, so values near a tie stop."""
    if digits > _SAFE_DIGITS:
        raise Refused("cos", node, FUNCTIONS["cos"])
    scaled = f"abs({text} * {10**digits}E0)"
    near = f"{scaled} > 1E9 OR abs({scaled} - floor({scaled}) - 0.5E0) < 1E-6"
    stop = "CAST(raise_error('a rounded value lies too near a tie to be equal on both engines') AS DOUBLE)"
    return f"(CASE WHEN {near} THEN {stop} ELSE {_rounded(text, digits)} END)"


def _radians(context: Context, node: exp.Radians) -> Value:
    return Value(f"radians({cast(context.value(node.this), 'DOUBLE', node)})", "DOUBLE")


def _sqrt(context: Context, node: exp.Sqrt) -> Value:
    return Value(f"sqrt({cast(context.value(node.this), 'DOUBLE', node)})", "DOUBLE")


def _length(context: Context, node: exp.Length) -> Value:
    return Value(f"CAST(length({_text(context, node.this)}) AS BIGINT)", "BIGINT")


def _substring(context: Context, node: exp.Substring) -> Value:
    text, start = _text(context, node.this), context.value(node.args["start"])
    size = context.value(node.args["length"]) if node.args.get("length") else None
    first = _number(context, node.args["start"])
    if size is None:
        return Value(f"substr({text}, {first})", "VARCHAR")
    length = _number(context, node.args["length"])
    if size.whole is None or size.whole < 0:
        length = (
            f"(CASE WHEN {length} < 0 THEN CAST(raise_error('substr with a negative length') AS INT) ELSE {length} END)"
        )
    if start.whole is None or start.whole == 0:  # position 0 is before the first character and takes up one of them
        length = f"(CASE WHEN {first} = 0 THEN greatest({length} - 1, 0) ELSE {length} END)"
    return Value(f"substr({text}, {first}, {length})", "VARCHAR")


def _left(context: Context, node: exp.Left | exp.Right) -> Value:
    name = "left" if isinstance(node, exp.Left) else "right"
    text, size = _text(context, node.this), context.value(node.expression)
    count = _number(context, node.expression)
    if size.whole is None or size.whole < 0:
        count = f"(CASE WHEN {count} >= 0 THEN {count} ELSE greatest(length({text}) + {count}, 0) END)"
    return Value(f"{name}({text}, {count})", "VARCHAR")


def _position(context: Context, node: exp.StrPosition) -> Value:
    if node.args.get("position") or node.args.get("occurrence"):
        raise Refused("function", node)
    return Value(f"CAST(instr({_text(context, node.this)}, {_text(context, node.args['substr'])}) AS BIGINT)", "BIGINT")


def _starts(context: Context, node: exp.StartsWith | exp.EndsWith | exp.Contains) -> Value:
    name = {exp.StartsWith: "startswith", exp.EndsWith: "endswith"}.get(type(node), "contains")
    return Value(f"{name}({_text(context, node.this)}, {_text(context, node.expression)})", "BOOLEAN")


def _concat(context: Context, node: exp.Concat) -> Value:
    parts = [cast(context.value(item), "VARCHAR", item) for item in node.expressions]
    return Value("concat(" + ", ".join(f"coalesce({part}, '')" for part in parts) + ")", "VARCHAR")


def _replace(context: Context, node: exp.Replace) -> Value:
    texts = [_text(context, item) for item in (node.this, node.expression, node.args["replacement"])]
    return Value(f"replace({', '.join(texts)})", "VARCHAR")


def _translate(context: Context, node: exp.Translate) -> Value:
    texts = [_text(context, item) for item in (node.this, node.args["from_"], node.args["to"])]
    return Value(f"translate({', '.join(texts)})", "VARCHAR")


def _trim(context: Context, node: exp.Trim) -> Value:
    side = str(node.args.get("position") or "BOTH").upper()
    signs = _text(context, node.expression) if node.expression else f"'{SPACES}'"
    return Value(f"trim({side} {signs} FROM {_text(context, node.this)})", "VARCHAR")


def _lower(context: Context, node: exp.Lower) -> Value:
    text = _text(context, node.this)
    stop = "CAST(raise_error('lower() of a letter that the engines write differently') AS STRING)"
    return Value(f"(CASE WHEN {text} RLIKE '[{_UNLIKE_LETTERS}]' THEN {stop} ELSE lower({text}) END)", "VARCHAR")


def _pattern(context: Context, node: exp.Expr) -> str:
    value = context.value(node)
    pattern = java_pattern(value.literal[1:-1].replace("''", "'")) if value.literal and value.is_text_literal else None
    if pattern is None:
        raise Refused("regular expression", node)
    return "'" + pattern.replace("'", "''") + "'"


def _regexp_like(context: Context, node: exp.RegexpLike) -> Value:
    if node.args.get("flag"):
        raise Refused("regular expression", node)
    text, pattern = _text(context, node.this), context.value(node.expression)
    if pattern.is_text_literal:
        return Value(f"({text} RLIKE {_pattern(context, node.expression)})", "BOOLEAN")
    return Value(computed_match(text, _text(context, node.expression)), "BOOLEAN")


def _regexp_replace(context: Context, node: exp.RegexpReplace) -> Value:
    """All matches (option g); the replacement is plain text."""
    replacement = context.value(node.args["replacement"])
    flags = {str(node.args[name].this) for name in ("modifiers",) if node.args.get(name)}
    if flags != {"g"} or not replacement.is_text_literal or any(sign in replacement.text for sign in "\\$"):
        raise Refused("regular expression", node)
    text, pattern = _text(context, node.this), _pattern(context, node.expression)
    return Value(f"regexp_replace({text}, {pattern}, {replacement.text})", "VARCHAR")


def _regexp_extract(context: Context, node: exp.RegexpExtract) -> Value:
    group = node.args.get("group")
    number = context.value(group).whole if group else 0
    if number is None or node.args.get("parameters"):
        raise Refused("regular expression", node)
    text, pattern = _text(context, node.this), _pattern(context, node.expression)
    return Value(f"regexp_extract({text}, {pattern}, {number})", "VARCHAR")


def _contains_item(context: Context, node: exp.ArrayContains) -> Value:
    given = node.this.unnest()
    if not isinstance(given, exp.Array) or not given.expressions:
        raise Refused("list column", node)
    items = [context.value(item) for item in given.expressions]
    if any(item.type == NULL for item in items):
        raise Refused("list column", node)
    wanted, *listed = aligned([context.value(node.expression), *items], node)
    return Value(f"({wanted} IN ({', '.join(listed)}))", "BOOLEAN")


def _part(name: str) -> Handler:
    def write(context: Context, node: exp.Expr) -> Value:
        return _date_part(context, name, node.this, node)

    return write


def _extract(context: Context, node: exp.Extract) -> Value:
    return _date_part(context, node.name.lower(), node.expression, node)


_PARTS = {"year": "year", "month": "month", "day": "day", "quarter": "quarter", "week": "weekofyear"}
_PARTS |= {"doy": "dayofyear", "dayofyear": "dayofyear", "hour": "hour", "minute": "minute"}


def _date_part(context: Context, name: str, given: exp.Expr, node: exp.Expr) -> Value:
    value = context.value(given)
    if value.type not in ("DATE", "TIMESTAMP") or (name in ("hour", "minute") and value.type == "DATE"):
        raise Refused("comparison of unlike types", node)
    if name in ("dow", "dayofweek", "weekday"):
        return Value(f"CAST(dayofweek({value.text}) - 1 AS BIGINT)", "BIGINT")
    if name not in _PARTS:
        raise Refused("isodow" if name == "isodow" else "function", node)
    return Value(f"CAST({_PARTS[name]}({value.text}) AS BIGINT)", "BIGINT")


def _truncated(text: str, unit: str) -> str:
    return f"CAST(date_trunc('{unit}', {text}) AS TIMESTAMP_NTZ)"


def _date_trunc(context: Context, node: exp.TimestampTrunc | exp.DateTrunc) -> Value:
    unit = str(node.args["unit"].name).upper()
    value = context.value(node.this)
    if unit not in _UNITS or value.type not in ("DATE", "TIMESTAMP"):
        raise Refused("function", node)
    kind = context.type_of(f"date_trunc('{unit}', {{}})", [value], node)
    moment = Value(_truncated(cast(value, "TIMESTAMP", node), unit), "TIMESTAMP")
    return Value(cast(moment, kind, node), kind)


def _date_diff(context: Context, node: exp.DateDiff) -> Value:
    """DuckDB counts the borders between two moments: midnights, full hours, firsts of a month."""
    unit = str(node.args.get("unit") or "DAY").upper().strip("'")
    late, early = (context.value(item) for item in (node.this, node.expression))
    if not {late.type, early.type} <= {"DATE", "TIMESTAMP"} or unit not in _UNITS or unit == "WEEK":
        raise Refused("function", node)
    return Value(
        f"CAST({_borders(unit, cast(early, 'TIMESTAMP', node), cast(late, 'TIMESTAMP', node))} AS BIGINT)", "BIGINT"
    )


def _borders(unit: str, early: str, late: str) -> str:
    if unit == "DAY":
        return f"datediff({late}, {early})"
    if unit in ("HOUR", "MINUTE", "SECOND"):
        return f"timestampdiff({unit}, {_truncated(early, unit)}, {_truncated(late, unit)})"
    per_year = {"YEAR": "", "QUARTER": " * 4 + quarter({0})", "MONTH": " * 12 + month({0})"}[unit]
    ends = [f"(year({item}){per_year.format(item)})" for item in (late, early)]
    return f"({ends[0]} - {ends[1]})"


def _last_day(context: Context, node: exp.LastDay) -> Value:
    return Value(f"last_day({cast(context.value(node.this), 'DATE', node)})", "DATE")


def _count(context: Context, node: exp.Count) -> Value:
    if isinstance(node.this, exp.Star) or node.this is None:
        return Value("count(*)", "BIGINT")
    if isinstance(node.this, exp.Distinct):
        if len(node.this.expressions) != 1:
            raise Refused("function", node)
        return Value(f"count(DISTINCT {context.value(node.this.expressions[0]).text})", "BIGINT")
    return Value(f"count({context.value(node.this).text})", "BIGINT")


def _sum(context: Context, node: exp.Sum) -> Value:
    distinct = "DISTINCT " if isinstance(node.this, exp.Distinct) else ""
    value = context.value(node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this)
    if value.type == "DOUBLE":
        raise Refused("sum of DOUBLE", node)
    if not is_exact(value.type):
        raise Refused("comparison of unlike types", node)
    kind = context.type_of("sum({})", [value], node)
    call, around = f"sum({distinct}{value.text})", context.as_type("{}", kind)
    return Value(around.format(call), kind, call=(call, around))


def _extreme(context: Context, node: exp.Min | exp.Max) -> Value:
    name = "min" if isinstance(node, exp.Min) else "max"
    if node.expressions:
        raise Refused("function", node)
    value = context.value(node.this)
    if value.type == NULL or value.type.endswith("[]"):
        raise Refused("list column", node)
    return Value(f"{name}({value.text})", value.type)


def _arg_extreme(context: Context, node: exp.ArgMax | exp.ArgMin) -> Value:
    """DuckDB leaves out rows where either is NULL. Ties are the rule's fault: no engine says which row it takes."""
    name = "max_by" if isinstance(node, exp.ArgMax) else "min_by"
    if node.args.get("count"):
        raise Refused("list column", node)
    value, by = context.value(node.this), context.value(node.expression)
    both = f"{value.text} IS NOT NULL AND {by.text} IS NOT NULL"
    return Value(f"{name}({value.text}, {by.text}) FILTER (WHERE {both})", value.type)


def _logical(context: Context, node: exp.LogicalAnd | exp.LogicalOr) -> Value:
    name = "bool_and" if isinstance(node, exp.LogicalAnd) else "bool_or"
    return Value(f"{name}({context.boolean(node.this)})", "BOOLEAN")


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Coalesce: _coalesce, exp.Greatest: _greatest, exp.Least: _greatest, exp.Nullif: _nullif, exp.If: _if,
    exp.Abs: _abs, exp.Floor: _floor, exp.Ceil: _floor, exp.Round: _round, exp.Radians: _radians, exp.Sqrt: _sqrt,
    exp.Length: _length, exp.Substring: _substring, exp.Left: _left, exp.Right: _left, exp.StrPosition: _position,
    exp.StartsWith: _starts, exp.EndsWith: _starts, exp.Contains: _starts, exp.Concat: _concat, exp.Replace: _replace,
    exp.Translate: _translate, exp.Trim: _trim, exp.Lower: _lower, exp.RegexpLike: _regexp_like,
    exp.RegexpExtract: _regexp_extract, exp.RegexpReplace: _regexp_replace,
    exp.ArrayContains: _contains_item, exp.Year: _part("year"),
    exp.Month: _part("month"), exp.Day: _part("day"), exp.Hour: _part("hour"), exp.Minute: _part("minute"),
    exp.Quarter: _part("quarter"), exp.Extract: _extract,
    exp.DayOfWeek: _part("dow"), exp.DayOfYear: _part("doy"), exp.TimestampTrunc: _date_trunc,
    exp.DateTrunc: _date_trunc, exp.DateDiff: _date_diff, exp.LastDay: _last_day, exp.Count: _count, exp.Sum: _sum,
    exp.Min: _extreme, exp.Max: _extreme, exp.ArgMax: _arg_extreme, exp.ArgMin: _arg_extreme,
    exp.LogicalAnd: _logical, exp.LogicalOr: _logical,
}  # fmt: skip


def anonymous(context: Context, node: exp.Anonymous) -> Value:
    """Functions sqlglot gives no class of their own."""
    name, given = node.name.lower(), node.expressions
    if name == "date_part" and given and isinstance(given[0], exp.Literal):
        return _date_part(context, given[0].this.lower(), given[1], node)
    raise Refused(name if name in FUNCTIONS else "function", node)
