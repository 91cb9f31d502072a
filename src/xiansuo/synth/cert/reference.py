"""Fixed facts of the certificate domain: trades, categories, registers, official and fake domains, notices.

Belongs here: what is the same in every synthetic city. Who holds which certificate is ``background`` (the
innocent many) and ``violations`` / ``lookalikes`` (the planted few).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

REGISTER_AS_OF = date(2025, 12, 28)
RESIDENT = "居民身份证"
LABOUR = "普工"
LABOUR_TRADES = ("普工", "钢筋工", "木工", "瓦工", "混凝土工", "抹灰工")
WELDING, OLD_WELDING = "焊接与热切割作业", "金属焊接切割作业"
HEIGHT, OLD_HEIGHT = "高处作业", "登高架设作业"
ELECTRIC, COOLING = "电工作业", "制冷与空调作业"
# trade, register, category; the first row of a trade is the certificate most of its workers hold.
REQUIRED = (
    ("焊工", "应急", WELDING),
    ("焊工", "军工", WELDING),
    ("电工", "应急", ELECTRIC),
    ("电工", "煤矿", "煤矿井下电气作业"),
    ("高处安装工", "应急", HEIGHT),
    ("制冷工", "应急", COOLING),
    ("架子工", "住建", "建筑架子工"),
    ("架子工", "应急", HEIGHT),
    ("塔吊司机", "住建", "建筑起重机械司机"),
    ("信号司索工", "住建", "建筑起重信号司索工"),
    ("叉车司机", "市监", "叉车司机"),
    ("锅炉工", "市监", "工业锅炉司炉"),
    ("锅炉工", "应急", "锅炉作业"),
)
RENAMES = (
    (OLD_WELDING, WELDING, date(2010, 7, 1), "安监总局令第30号附件"),
    (OLD_HEIGHT, HEIGHT, date(2010, 7, 1), "安监总局令第30号附件"),
    ("架子工", "建筑架子工", date(2008, 6, 1), "现场登记俗称"),
)
ITEMS = {
    WELDING: "熔化焊接与热切割作业",
    OLD_WELDING: "熔化焊接与热切割作业",
    ELECTRIC: "低压电工作业",
    HEIGHT: "高处安装、维护、拆除作业",
    OLD_HEIGHT: "高处安装、维护、拆除作业",
    COOLING: "制冷与空调设备运行操作作业",
    "锅炉作业": "锅炉司炉作业",
    "建筑架子工": "普通脚手架",
    "建筑起重机械司机": "塔式起重机",
    "建筑起重信号司索工": "起重信号",
    "叉车司机": "N1",
    "工业锅炉司炉": "G1",
    "煤矿井下电气作业": "井下电钳工",
}
ISSUERS = {
    "应急": "浙江省应急管理厅",
    "住建": "浙江省住房和城乡建设厅",
    "市监": "杭州市市场监督管理局",
    "煤矿": "省能源局",
    "军工": "省国防科工办",
}
OFFICIAL_URL = "https://cx.mem.gov.cn/special/index.html?c="
URLS = {
    "应急": OFFICIAL_URL,
    "住建": "https://zlaq.mohurd.gov.cn/fwmh/bjxcjgl/fwmh/query?c=",
    "市监": "https://cnse.samr.gov.cn/query?c=",
}
FAKE_HOSTS = (
    "cx-mem.gov.cn.top",
    "www.cx-mem.com",
    "cx.mem.gov.cn.cert-query.com",
    "cx.mem-gov.cn",
    "aqsc-kaoshi.cn",
)
LISTED_FAKES = ("cx-mem.gov.cn.top", "cx-mem.com", "aqsc-kaoshi.cn")
SCHOOL = "杭州安晟职业培训学校"


def tables() -> dict[str, pl.DataFrame]:
    """The small datasets that are the same everywhere."""
    import polars as pl

    def frame(columns: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
        return pl.DataFrame(rows, schema=columns.split(), orient="row")

    nothing = pl.lit(None, dtype=pl.Date)
    return {
        "cert.trade_category": frame(
            "trade register work_category effective_from basis",
            [(*row, date(2010, 7, 1), "业务部门核定") for row in REQUIRED],
        ),
        "cert.category_rename": frame("old_category new_category effective_from document_no", list(RENAMES)),
        "cert.extension_notice": frame(
            "notice_no issuer register region_prefix kind lapse_from lapse_to extended_to issued_date",
            [
                (
                    "浙应急〔2025〕27号",
                    "浙江省应急管理厅",
                    "应急",
                    "33",
                    "有效期和复审",
                    date(2025, 6, 10),
                    date(2025, 6, 30),
                    date(2025, 8, 31),
                    date(2025, 6, 9),
                )
            ],
        ),
        "cert.official_domain": frame(
            "domain authority effective_from effective_to",
            [
                ("cx.mem.gov.cn", "应急管理部", date(2018, 4, 1), None),
                ("mem.gov.cn", "应急管理部", date(2018, 4, 1), None),
                ("cx.saws.org.cn", "原国家安全生产监督管理总局", date(2010, 1, 1), date(2023, 12, 31)),
                ("zlaq.mohurd.gov.cn", "住房和城乡建设部", date(2015, 1, 1), None),
                ("cnse.samr.gov.cn", "国家市场监督管理总局", date(2018, 4, 1), None),
            ],
        ),
        "cert.fake_domain": frame(
            "domain first_seen source_doc",
            [(domain, date(2023, 5, 1 + 9 * place), "网信办认定函") for place, domain in enumerate(LISTED_FAKES)],
        ).with_columns(takedown=nothing),
    }
