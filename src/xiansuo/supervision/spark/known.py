"""The parts of each construct that the translation reads. A part it does not know would be lost without a word."""

from __future__ import annotations

from sqlglot import exp

from xiansuo.supervision.spark.refused import Refused

_ALWAYS = {"this", "expression", "expressions"}
_PARTS: dict[str, set[str]] = {
    "Alias": {"alias"},
    "Between": {"low", "high"},
    "CTE": {"alias"},
    "Case": {"ifs", "default"},
    "Cast": {"to"},
    "Ceil": {"decimals", "to"},
    "Column": {"table"},
    "Concat": {"safe", "coalesce"},
    "Count": {"big_int"},
    "DPipe": {"safe"},
    "DataType": {"nested"},
    "DateDiff": {"unit", "date_part_boundary"},
    "DateTrunc": {"unit"},
    "Distinct": {"on"},
    "Except": {"distinct", "with_", "order", "limit", "offset"},
    "Floor": {"decimals", "to"},
    "Greatest": {"ignore_nulls"},
    "Group": {"all", "grouping_sets", "cube", "rollup"},
    "Identifier": {"quoted"},
    "If": {"true", "false"},
    "In": {"query"},
    "Intersect": {"distinct", "with_", "order", "limit", "offset"},
    "Interval": {"unit"},
    "Join": {"on", "side", "kind", "using", "method"},
    "Lag": {"offset", "default"},
    "Lead": {"offset", "default"},
    "Least": {"ignore_nulls"},
    "Like": {"negate"},
    "Literal": {"is_string"},
    "Ordered": {"desc", "nulls_first"},
    "RegexpExtract": {"group", "null_if_pos_overflow"},
    "RegexpLike": {"flag"},
    "RegexpReplace": {"replacement", "modifiers", "single_replace"},
    "Replace": {"replacement"},
    "Round": {"decimals"},
    "StrPosition": {"substr"},
    "Subquery": {"alias"},
    "Substring": {"start", "length"},
    "Table": {"alias", "db", "pivots", "sample"},
    "TableAlias": {"columns"},
    "TimestampTrunc": {"unit"},
    "Translate": {"from_", "to"},
    "Trim": {"position"},
    "TryCast": {"to", "safe"},
    "Union": {"distinct", "with_", "order", "limit", "offset"},
    "Values": {"alias"},
    "Window": {"partition_by", "order", "over", "spec", "alias"},
    "WindowSpec": {"kind", "start", "start_side", "end", "end_side", "exclude"},
    "With": {"recursive"},
}


def refuse_unknown_parts(tree: exp.Expr) -> None:
    """Refused at the first node that carries a part nobody here reads. SELECT is looked at clause by clause later."""
    for node in tree.walk():
        if not isinstance(node, exp.Select):
            known = _ALWAYS | _PARTS.get(type(node).__name__, set())
            if any(given and name not in known for name, given in node.args.items()):
                raise Refused("construct", node)
