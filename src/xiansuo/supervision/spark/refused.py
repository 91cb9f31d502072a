"""What Spark does differently and no rewrite proves equal: the one list that linter and translation share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True)
class Refusal:
    """Why a construct does not go to Spark and what to write instead."""

    why: str
    fix: str


_ORDER = Refusal("takes rows as they come", "use min, max, count or sum")
_LIBRARY = Refusal(
    "is computed by another mathematics library on Spark and may differ in the last digit",
    "round it: round(f(x), n) with n from 0 to 9 is proven equal; write x * x for a square",
)
_FLOAT = Refusal("adds floating-point numbers in the order of rows", "add DECIMAL values; write avg as sum / count")
_BYTES = Refusal("compares bytes, and Chinese text has three to a character", "compare exactly, or normalised")
_CLOCK = Refusal("gives another value on another day or run", "use $as_of, or a column of the data")
_LISTS = Refusal("builds or takes apart lists, which the two engines order and count differently", "output rows")
_PATTERN = Refusal("has another meaning on Spark", "use regexp_matches, starts_with or strpos")

FUNCTIONS: dict[str, Refusal] = {
    **dict.fromkeys(("first", "last", "any_value", "arbitrary", "mode"), _ORDER),
    **dict.fromkeys(
        ("list", "array_agg", "string_agg", "group_concat", "listagg", "unnest", "list_sort", "list_transform"), _LISTS
    ),
    **dict.fromkeys(("string_split", "str_split", "list_value", "range", "generate_series", "flatten"), _LISTS),
    **dict.fromkeys(("pow", "power", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "exp", "ln"), _LIBRARY),
    **dict.fromkeys(("log", "log2", "log10", "cbrt", "degrees"), _LIBRARY),
    **dict.fromkeys(("avg", "mean", "stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "corr"), _FLOAT),
    **dict.fromkeys(("median", "quantile", "quantile_cont", "quantile_disc", "percentile_cont", "fsum"), _FLOAT),
    **dict.fromkeys(("levenshtein", "damerau_levenshtein", "hamming", "jaccard", "jaro_similarity"), _BYTES),
    **dict.fromkeys(("jaro_winkler_similarity", "editdist3", "mismatches"), _BYTES),
    **dict.fromkeys(("now", "today", "random", "uuid", "gen_random_uuid", "current_date", "current_timestamp"), _CLOCK),
    **dict.fromkeys(("ilike", "glob", "similar to", "regexp_split_to_array", "printf", "format"), _PATTERN),
    "upper": Refusal("writes some letters differently on Spark", "compare with lower(), or normalise by contract"),
    "isodow": Refusal("numbers weekdays differently on Spark", "use dayofweek, or join a calendar dataset"),
    "hash": Refusal("is another function on Spark", "compare the values themselves"),
    "strftime": Refusal("knows other format letters than Spark", "cast to VARCHAR, or use year(), month()"),
    "strptime": Refusal("reads other formats than Spark", "let the contract type the column"),
    "age": Refusal("gives an interval Spark has not", "compare dates, or count days with datediff"),
}
CONSTRUCTS: dict[str, Refusal] = {
    "ASOF JOIN": Refusal("Spark has none", "use a window function with QUALIFY"),
    "PIVOT": Refusal("names and orders its columns differently on Spark", "use sum(CASE ...) per column"),
    "NATURAL JOIN": Refusal("joins by whatever columns happen to agree", "name the columns"),
    "LATERAL": Refusal("is planned differently on Spark", "join, or use a window function"),
    "RIGHT or FULL JOIN USING": Refusal("merges its columns differently on Spark", "join ON and coalesce"),
    "RECURSIVE": Refusal("Spark stops after a fixed number of rounds", "use graphs/ for connected components"),
    "SELECT *": Refusal("takes columns nobody declared", "list the columns"),
    "GROUPING SETS": Refusal("marks missing groups differently", "write one SELECT per grouping with UNION ALL"),
    "TABLESAMPLE": _CLOCK,
    "DISTINCT ON": Refusal("takes whichever row comes first", "use QUALIFY row_number()"),
    "TRY_CAST": Refusal("accepts other spellings on Spark", "let the contract type the column"),
    "VARCHAR to number or date": Refusal("accepts other spellings on Spark", "let the contract type the column"),
    "DOUBLE to VARCHAR": Refusal("prints digits differently on Spark", "round to DECIMAL first"),
    "interval arithmetic": Refusal("counts months and days differently on Spark", "use datediff, or add whole units"),
    "sum of DOUBLE": _FLOAT,
    "LIMIT without ORDER BY": _ORDER,
    "list column": _LISTS,
    "comparison of unlike types": Refusal("casts differently on Spark", "cast both sides to one type"),
    "regular expression": Refusal("means something else in Java", "use plain classes, groups and quantifiers"),
    "window frame": Refusal("is not known to be equal on Spark", "use ROWS, or RANGE over whole numbers"),
    "IGNORE NULLS": Refusal("is not known to be equal on Spark", "filter the NULLs first"),
    "function": Refusal("is not known to be equal on Spark", "see docs/spark.md for what is"),
    "construct": Refusal("is not known to be equal on Spark", "see docs/spark.md for what is"),
    "type": Refusal("Spark has no such type", "cast it to a type the lake stores"),
}


class Refused(Exception):
    """A construct that is not translated, with the node it stands at."""

    def __init__(self, construct: str, node: exp.Expr, refusal: Refusal | None = None) -> None:
        super().__init__(construct)
        self.construct = construct
        self.node = node
        self.refusal = refusal or FUNCTIONS.get(construct) or CONSTRUCTS[construct]
