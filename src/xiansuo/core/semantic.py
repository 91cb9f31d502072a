"""The registry of semantic types: one entry per kind of value, from which casts, checks, masks and docs follow.

All SQL is DuckDB SQL over a column called ``x``: ``normalise`` maps delivered text to text (blank to NULL), ``cast``
maps normalised text to the typed value (NULL when it is none), ``validate`` judges the typed value, ``mask`` hides
it. ``clean`` is the cheap road: where it holds, normalise(x) = x and ``quick`` may stand for ``cast``. ``aid`` is an
expression over the typed value that is computed once and that ``validate`` calls ``aid``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from xiansuo.core import semantic_sql as sql
from xiansuo.core.errors import UsageError


@dataclass(frozen=True)
class SemanticType:
    """One kind of value. ``good`` pairs delivered text with the text of its typed value; ``bad`` texts must fail."""

    name: str
    title_zh: str
    duckdb_type: str
    normalise: str
    good: tuple[tuple[str, str], ...]
    bad: tuple[str, ...] = ()
    cast: str = "x"
    clean: str = "false"
    quick: str = "x"
    aid: str | None = None
    validate: str | None = None
    invalid_zh: str = ""
    invalid_en: str = ""
    mask: str = "x"
    classification: str = "L2"

    @property
    def keeps_words(self) -> bool:
        """Whether text of letters, digits and Han characters alone is its own typed value."""
        return self.name in ("code", "text")

    @property
    def can_fail(self) -> bool:
        """Whether non-blank text may have no typed value."""
        return self.cast != "x"


_PLAIN_CODE = (  # url_encode changes all but ASCII letters, digits and -._~, and costs half a regular expression
    f"CASE WHEN url_encode(x) = x THEN true ELSE NOT regexp_matches(x, '[{sql.BLANK}{sql.WIDE}''+]') END AND x <> ''"
)
_ID_SHAPE = "[1-9][0-9]{5}(18|19|20)[0-9]{9}[0-9X]"
_NO_SCIENTIFIC = (
    "CASE WHEN contains(x, '+') AND regexp_full_match(x, '[+-]?[0-9]([.][0-9]+)?[Ee][+][0-9]+') THEN NULL ELSE x END"
)
_STARS = "repeat('*', greatest(length(x) - {keep}, 1))"
_COMPOUND_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "夏侯",
    "长孙",
    "宇文",
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def _keep_ends(first: int, last: int) -> str:
    tail = f" || right(x, {last})" if last else ""
    return f"left(x, {first}) || {_STARS.format(keep=first + last)}{tail}"


# The registry reads as a table, so its layout is kept.
# fmt: off
def _documents() -> Iterable[SemanticType]:
    yield SemanticType(
        "cn.id_number", "公民身份号码", "VARCHAR",
        normalise=sql.id_text(), cast=sql.matching(_ID_SHAPE), clean=f"regexp_full_match(x, '{_ID_SHAPE}')",
        aid=sql.id_as_number(), validate=sql.id_check_holds(),
        invalid_zh="出生日期或校验码不符", invalid_en="birth date or check digit is wrong",
        mask=_keep_ends(6, 4), classification="L3",
        good=(("11010519491231002X", "11010519491231002X"), ("110105491231002", "11010519491231002X"),
              ("'１１０１０５19491231002ｘ ", "11010519491231002X")),
        bad=("110105194912310021", "1.10105E+17", "1.10105194912310E+17", "110105194912310", "11010519490231002X"),
    )
    yield SemanticType(
        "id_document", "证件号码", "VARCHAR",
        normalise=f"nullif(upper(ltrim({sql.squeeze(sql.half('x'))}, '''')), '')", cast=_NO_SCIENTIFIC,
        clean="regexp_full_match(x, '[0-9A-Z]+')",
        mask=_keep_ends(2, 2), classification="L3",
        good=(("g12345678", "G12345678"), ("１１０1", "1101"), ("11010519491231002x", "11010519491231002X")),
        bad=("1.10105E+17",),
    )
    yield SemanticType(
        "cn.uscc", "统一社会信用代码", "VARCHAR",
        normalise=f"nullif(upper(ltrim({sql.squeeze(sql.half('x'))}, '''')), '')",
        cast=sql.matching("[0-9A-HJ-NPQRTUWXY]{18}"), clean="regexp_full_match(x, '[0-9A-HJ-NPQRTUWXY]{18}')",
        validate=sql.uscc_check_holds(), invalid_zh="校验码不符", invalid_en="check character is wrong",
        good=(("9144030071526726XG", "9144030071526726XG"), ("91330100799655058b", "91330100799655058B")),
        bad=("91350100M000100Y44", "9135O100M000100Y43", "91350100M000100Y4"),
    )
    yield SemanticType(
        "cn.bank_card", "银行卡号", "VARCHAR",
        normalise=f"regexp_replace(ltrim({sql.squeeze(sql.half('x'))}, ''''), '-', '', 'g')",
        cast=sql.matching("[0-9]{13,19}"), clean="regexp_full_match(x, '[0-9]{13,19}')",
        validate=sql.luhn_holds(), invalid_zh="校验码不符", invalid_en="Luhn check digit is wrong",
        mask=_keep_ends(0, 4), classification="L4",
        good=(("6222021001000000007", "6222021001000000007"), ("6222 0210 0100 0000 007", "6222021001000000007")),
        bad=("6222021001000000008", "6.22202E+18", "12345"),
    )
    yield SemanticType(
        "cn.phone", "电话号码", "VARCHAR",
        normalise="nullif(regexp_replace("
        f"regexp_replace(ltrim({sql.squeeze(sql.half('x'))}, ''''), '[-()]', '', 'g'), "
        "'^([+]|00)?86(1[3-9][0-9]{9}|0[0-9]{10,11})$', '\\2'), '')",
        cast=sql.matching("1[3-9][0-9]{9}|0[0-9]{9,11}|[48]00[0-9]{7}|9[0-9]{4,5}|1[0-9]{2,4}"),
        clean="regexp_full_match(x, '1[3-9][0-9]{9}')", mask=_keep_ends(3, 4), classification="L3",
        good=(("+86 138-1234-5678", "13812345678"), ("0571-87654321", "057187654321"), ("12345", "12345")),
        bad=("1381234567", "1.38123E+10", "无"),
    )
    yield SemanticType(
        "cn.plate", "机动车号牌", "VARCHAR",
        normalise=f"nullif(regexp_replace(upper({sql.squeeze(sql.half('x'))}), '[·•・.-]', '', 'g'), '')",
        cast=sql.matching(f"[{_PROVINCES}][A-Z][A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳领试超]|使[0-9]{{6}}"),
        clean=f"regexp_full_match(x, '[{_PROVINCES}][A-Z][A-HJ-NP-Z0-9]{{5,6}}')", mask=_keep_ends(2, 2),
        classification="L3",
        good=(("浙a·12345", "浙A12345"), ("浙AD12345", "浙AD12345"), ("浙A1234挂", "浙A1234挂")),
        bad=("A12345", "浙A1234", "浙AI2345"),
    )


def _texts() -> Iterable[SemanticType]:
    dirt = f"NOT regexp_matches(x, '[{sql.BLANK}{sql.WIDE}"
    yield SemanticType(
        "cn.region_code", "行政区划代码", "VARCHAR", normalise=sql.code("x"), cast=sql.matching("[1-9][0-9]{5}"),
        clean="regexp_full_match(x, '[1-9][0-9]{5}')", classification="L1",
        good=(("330106", "330106"), ("３３０１００ ", "330100")), bad=("33010", "330106001000", "杭州市"),
    )
    yield SemanticType(
        "code", "代码", "VARCHAR", normalise=sql.code("x"), cast=_NO_SCIENTIFIC,
        clean=_PLAIN_CODE,
        good=((" 0０1 ", "001"), ("X B01", "X B01"), ("税控", "税控"), ("'007", "007")), bad=("1.10105E+17",),
    )
    yield SemanticType(
        "text", "文本", "VARCHAR", normalise=sql.strip("x"),
        clean=f"NOT regexp_matches(x, '[{sql.BLANK}]') AND x <> ''",
        good=((" 甲 乙　", "甲 乙"), ("（一）", "（一）")),
    )
    yield SemanticType(
        "person_name", "姓名", "VARCHAR",
        normalise=sql.join_words(
            f"regexp_replace(regexp_replace({sql.half('x')}, '[•・‧∙]', '·', 'g'), "
            "'(\\p{Han})[.](\\p{Han})', '\\1·\\2', 'g')"
        ),
        clean=f"{dirt}•・‧∙.]') AND x <> ''", classification="L3",
        mask=f"CASE WHEN length(x) > 2 AND left(x, 2) IN ({', '.join(repr(s) for s in _COMPOUND_SURNAMES)}) "
        f"THEN {_keep_ends(2, 0)} ELSE {_keep_ends(1, 0)} END",
        good=((" 张 三 ", "张三"), ("阿卜杜•热合曼", "阿卜杜·热合曼"), ("John  Smith", "John Smith")),
    )
    yield SemanticType(
        "org_name", "单位名称", "VARCHAR",
        normalise=sql.join_words(sql.half("x")),
        clean=f"{dirt}]') AND x <> ''", classification="L1",
        good=(("浙江（杭州）某某 有限公司 ", "浙江(杭州)某某有限公司"), ("ABC Trading", "ABC Trading")),
    )
    yield SemanticType(
        "address", "地址", "VARCHAR", normalise=sql.strip(sql.half("x")),
        clean=f"{dirt}]') AND x <> ''", classification="L3", mask=_keep_ends(6, 0),
        good=(("文三路１号 ", "文三路1号"),),
    )
    yield SemanticType(
        "url", "网址", "VARCHAR", normalise=sql.strip("x"), cast=sql.matching("https?://[!-~]+"), classification="L1",
        clean="false", good=((" https://example.org/a?b=1", "https://example.org/a?b=1"),), bad=("example", "ftp://a"),
    )
    yield SemanticType(
        "icd10", "疾病诊断编码", "VARCHAR", normalise=f"upper({sql.code('x')})",
        cast=sql.matching("[A-Z][0-9][0-9A-Z]([.][0-9A-Z]{1,4}([A-Z][0-9]{1,3})?)?[+*]?"),
        clean="regexp_full_match(x, '[A-Z][0-9]{2}([.][0-9]{1,3})?')", mask="left(x, 3)", classification="L4",
        good=(("z51.100", "Z51.100"), ("I10", "I10"), ("A00.000x001", "A00.000X001")), bad=("肺炎", "51.1"),
    )


_NO_NUMBER = ("1e3", "NaN", "Infinity", "1_000", "--1", "12,34", "无", "0x1F")
_NUMBER_GOOD = {
    "money.yuan": (
        ("￥1,234.50", "1234.50"), ("12.340", "12.34"), ("-5", "-5.00"), ("1234.5元", "1234.50"), ("１２．５", "12.50"),
    ),
    "quantity": (("1,000.1234", "1000.1234"), (".5", "0.5000"), ("5.", "5.0000")),
    "ratio": (("0.123456", "0.123456"), ("12.3%", "0.123000"), ("１００％", "1.000000")),
}
_NUMBER_BAD = {
    "money.yuan": (*_NO_NUMBER, "12.345", "1.2万元", "99999999999999999"),
    "quantity": (*_NO_NUMBER, "1.23456"),
    "ratio": (*_NO_NUMBER, "0.1234567", "12.34567%"),
}


def _numbers() -> Iterable[SemanticType]:
    for name, title, scale, marks in (
        ("money.yuan", "金额（元）", 2, "^[￥¥]|元$|^人民币"),
        ("quantity", "数量", 4, ""),
        ("ratio", "比率", 6, ""),
    ):
        yield SemanticType(
            name, title, f"DECIMAL(18,{scale})",
            normalise=sql.number_text(marks), cast=sql.ratio() if name == "ratio" else sql.decimal(scale),
            clean=sql.written_as(f"DECIMAL(18,{scale})"), quick=f"try_cast(x AS DECIMAL(18,{scale}))",
            good=_NUMBER_GOOD[name], bad=_NUMBER_BAD[name],
        )
    yield SemanticType(
        "integer", "整数", "BIGINT", normalise=sql.number_text(), cast=sql.integer(),
        clean=sql.written_as("BIGINT"), quick="try_cast(x AS BIGINT)",
        good=(("12", "12"), ("1,234", "1234"), ("１２.0", "12"), ("-007", "-7")),
        bad=("12.7", "1e3", "0x1F", "1_000", "12,34", "99999999999999999999"),
    )
    yield SemanticType(
        "boolean", "是否", "BOOLEAN", normalise=sql.code("x"), cast=sql.boolean_cast(), clean=_PLAIN_CODE,
        quick=sql.boolean_cast(),
        good=(("是", "true"), ("0", "false"), ("y", "true"), ("FALSE ", "false")), bad=("有", "2", "t"),
    )


def _times() -> Iterable[SemanticType]:
    year_1000_to_9999 = "x >= '1' AND x < ':' AND strlen(x) = "
    yield SemanticType(
        "date", "日期", "DATE", normalise=sql.temporal_text(), cast=sql.date_cast(),
        clean=f"{year_1000_to_9999}10 AND {sql.written_as('DATE')}", quick="try_cast(x AS DATE)",
        good=(("2024-03-05", "2024-03-05"), ("2024/3/5", "2024-03-05"), ("20240305", "2024-03-05"),
              ("2024.03.05", "2024-03-05"), ("2024年3月5日", "2024-03-05"), ("45356", "2024-03-05"),
              ("２０２４－０３－０５ ", "2024-03-05"), ("2024-03-05 00:00:00", "2024-03-05"),
              ("1900-01-01", "1900-01-01"), ("9999-12-31", "9999-12-31")),
        bad=("2023-02-30", "24-03-05", "2024-03-05 10:00:00", "2024-13-01", "infinity", "epoch", "20240231", "2024",
             "03/05/2024", "2024-03", "4.5356E+4"),
    )
    yield SemanticType(
        "timestamp", "时间", "TIMESTAMP", normalise=sql.temporal_text(), cast=sql.timestamp_cast(),
        clean=f"{year_1000_to_9999}19 AND {sql.written_as('TIMESTAMP')}", quick="try_cast(x AS TIMESTAMP)",
        good=(("2024-03-05 10:00:00", "2024-03-05 10:00:00"), ("2024/3/5 9:05", "2024-03-05 09:05:00"),
              ("2024-03-05T10:00:00.123", "2024-03-05 10:00:00.123"), ("20240305102030", "2024-03-05 10:20:30"),
              ("2024年3月5日 10时5分6秒", "2024-03-05 10:05:06"), ("2024-03-05", "2024-03-05 00:00:00"),
              ("45356.4166666667", "2024-03-05 10:00:00")),
        bad=("2024-03-05 25:00:00", "2024-03-05 24:00:00", "2023-02-30 10:00:00", "2024-03-05 10:00:60",
             "2024-03-05T10:00:00+08:00", "infinity"),
    )
    yield SemanticType(
        "month", "月份", "DATE", normalise=sql.temporal_text(), cast=sql.month_cast(),
        good=(("202501", "2025-01-01"), ("2025-01", "2025-01-01"), ("2025年1月", "2025-01-01"),
              ("2025/1", "2025-01-01"), ("2025-01-01", "2025-01-01")),
        bad=("202513", "2025-01-15", "2025", "0001-01", "25-01"),
    )


# fmt: on
SEMANTIC_TYPES: Final[dict[str, SemanticType]] = {
    kind.name: kind for group in (_documents(), _texts(), _numbers(), _times()) for kind in group
}


def semantic_type(name: str) -> SemanticType:
    """The registered type called ``name``; UsageError listing the known ones otherwise."""
    if name not in SEMANTIC_TYPES:
        raise UsageError(
            "unknown semantic type", field="semanticType", value=name, fix="use one of " + ", ".join(SEMANTIC_TYPES)
        )
    return SEMANTIC_TYPES[name]
