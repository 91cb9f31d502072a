"""What a synthetic insurer knows besides its people: institutions, items, drugs, diagnoses and rule rows.

Belongs here: constants and the small tables made of them. Item codes follow the national 15-digit pattern and drug
codes the national prefix pattern; prices and most drug codes are invented. Rule rows restate published facts (an
emergency monitoring fee holds bed, nursing and consultation; one bed, nursing and consultation fee a day; 24 hours a
day of monitoring, ventilation and blood purification), they are not a copy of the published list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from xiansuo.synth.world import World

HOSPITALS = 18
PHARMACIES = 6
HOSPITAL_LEVELS = ("04", "05", "07", "08", "11")


@dataclass(frozen=True, slots=True)
class Item:
    """One chargeable item: catalogue code, name, fee category (01 bed .. 11 patent medicine) and price in cents."""

    code: str
    name: str
    kind: str
    cents: int


ITEMS = {
    "bed": Item("001109000010000", "普通病房床位费", "01", 4500),
    "visit_ward": Item("001102000050000", "住院诊查费", "02", 2000),
    "visit": Item("001102000010000", "普通门诊诊查费", "02", 1500),
    "visit_emergency": Item("001102000030000", "急诊诊查费", "02", 2000),
    "nursing1": Item("001201000030000", "Ⅰ级护理", "07", 3000),
    "nursing2": Item("001201000040000", "Ⅱ级护理", "07", 1800),
    "icu": Item("001201000010000", "重症监护", "07", 900),
    "emergency_watch": Item("001107000010000", "急诊监护费", "05", 12000),
    "oxygen": Item("001203000010000", "氧气吸入", "05", 300),
    "ventilator": Item("003106030010000", "呼吸机辅助呼吸", "05", 1500),
    "purification": Item("003110000060000", "连续性血液净化", "05", 9000),
    "monitor": Item("003107010220000", "心电监测", "05", 500),
    "ecg": Item("003107010010000", "常规心电图检查", "03", 2400),
    "dressing": Item("001206000020000", "大换药", "05", 3200),
    "dressing_extra": Item("001206000020001", "大换药加收（面积超过10%）", "05", 1600),
    "infusion": Item("001204000060000", "静脉输液", "05", 900),
    "blood_count": Item("002501010150000", "血细胞分析", "04", 2000),
    "liver": Item("002503050070000", "肝功能检查", "04", 3800),
    "ct": Item("002103000010000", "X线计算机体层平扫", "03", 18000),
    "phaco": Item("003304060060000", "白内障超声乳化摘除术", "06", 180000),
    "phaco_open": Item("003304060020000", "白内障囊外摘除术", "06", 90000),
    "phaco_extra": Item("003304060020001", "白内障囊外摘除术加收（疑难）", "06", 30000),
    "dialysis": Item("003110000020000", "血液透析", "05", 42000),
    "hysterogram": Item("002101020130000", "子宫造影", "03", 26000),
    "breast": Item("002202010040000", "女性乳腺超声检查", "03", 9000),
    "prostate": Item("003111000120000", "前列腺液检查", "04", 3500),
    "lipid_drug": Item("XC10AAA012B001010100001", "阿托伐他汀钙片", "09", 260),
    "pressure_drug": Item("XC08CAA001A001010100002", "氨氯地平片", "09", 150),
    "sugar_drug": Item("XA10BAE001A001010100003", "二甲双胍片", "09", 90),
    "heart_drug": Item("XB01ACA011A001010100004", "氯吡格雷片", "09", 420),
    "graft_drug": Item("XL04ADH012B001010100005", "他克莫司胶囊", "09", 1800),
    "oral_drug": Item("XJ01CAA040A001010100006", "阿莫西林胶囊", "09", 120),
    "prostate_cancer_drug": Item("XL02BBA201A001010100007", "阿帕他胺片", "09", 9000),
    "womb_pill": Item("ZA09CAA0010010100008", "艾附暖宫丸", "11", 800),
    "child_syrup": Item("ZA04BAX0020010100009", "小儿止咳糖浆", "11", 600),
    "adult_drug": Item("XN05BAD001A001010100010", "地西泮片（成人）", "09", 110),
}
CHRONIC_DRUGS = ("lipid_drug", "pressure_drug", "sugar_drug", "heart_drug")
# diagnosis, name, department: what ordinary people are admitted for
ADMISSIONS = (
    ("J18.900", "肺炎", "A03"),
    ("I63.900", "脑梗死", "A0304"),
    ("I20.000", "不稳定性心绞痛", "A0302"),
    ("K80.100", "胆囊结石伴胆囊炎", "A04"),
    ("M51.200", "腰椎间盘突出", "A0403"),
    ("E11.900", "2型糖尿病", "A0307"),
    ("S82.100", "胫骨骨折", "A0403"),
    ("N20.000", "肾结石", "A0404"),
)
OUTPATIENT_DIAGNOSES = (
    ("J06.900", "上呼吸道感染"),
    ("I10.x00", "高血压病"),
    ("K29.500", "慢性胃炎"),
    ("M54.500", "腰痛"),
)
RULES_FROM = date(2024, 1, 1)


def institutions(world: World, scale: int) -> pl.DataFrame:
    """medins.fixmedins: hospitals H.., pharmacies P.. and one custodial hospital, each with a company's uscc."""
    import polars as pl

    codes = hospital_codes(scale)
    shops = pharmacy_codes(scale)
    everyone = [*codes, *shops, custodial_code()]
    counties = world.regions["region_code"].to_list()
    uscc = world.companies["uscc"].to_list()
    rows = []
    for number, code in enumerate(everyone):
        county = counties[number % len(counties)]
        name = world.regions["name"].to_list()[number % len(counties)]
        hospital = code.startswith("H")
        rows.append(
            {
                "fixmedins_code": code,
                "fixmedins_name": _institution_name(code, name, number),
                "fixmedins_type": "1" if hospital else "2",
                "uscc": uscc[number % len(uscc)],
                "admdvs": county,
                "hosp_lv": HOSPITAL_LEVELS[number % len(HOSPITAL_LEVELS)] if hospital else None,
                "bed_cnt": 80 + 40 * (number % 9) if hospital else None,
                "group_code": f"YGT{number // 2:03d}" if hospital and number < 4 else None,
                "custodial_flag": "1" if code == custodial_code() else "0",
                "scope": "综合" if hospital else None,
                "valid_from": RULES_FROM,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"bed_cnt": pl.Int64})


def _institution_name(code: str, county: str, number: int) -> str:
    if code == custodial_code():
        return "市监管医院"
    kind = "医院" if code.startswith("H") else "大药房"
    return f"{county}第{number % 24 + 1}{'人民' if kind == '医院' else '惠民'}{kind}"


def hospital_codes(scale: int) -> list[str]:
    """Codes of the ordinary hospitals."""
    return [f"H33010{number:06d}" for number in range(1, HOSPITALS * scale + 1)]


def pharmacy_codes(scale: int) -> list[str]:
    """Codes of the retail pharmacies."""
    return [f"P33010{number:06d}" for number in range(1, PHARMACIES * scale + 1)]


def custodial_code() -> str:
    """The hospital of the prison and detention system."""
    return "H33010900001"


EXCLUSIVE_PAIRS = [
    ("EP001", "emergency_watch", "001109", "床位费", "单日"),
    ("EP002", "emergency_watch", "0012010000", "护理费", "单日"),
    ("EP003", "emergency_watch", "001102", "诊查费", "单日"),
    ("EP004", "icu", "001201000030000", "Ⅰ级护理", "单日"),
    ("EP005", "phaco", "00330406002", "白内障囊外摘除术", "单次就诊"),
    ("EP006", "ventilator", "001203000010000", "氧气吸入", "6小时"),
    ("EP007", "monitor", "003107010010000", "常规心电图检查", "同一小时"),
]
DAILY_CAPS = [
    ("DC001", "001109", "床位费", 1, "次"),
    ("DC002", "001201000030000", "Ⅰ级护理", 1, "次"),
    ("DC003", "001201000040000", "Ⅱ级护理", 1, "次"),
    ("DC004", "001102000050000", "住院诊查费", 1, "次"),
    ("DC005", "001201000010000", "重症监护", 24, "小时"),
    ("DC006", "003106030010000", "呼吸机辅助呼吸", 24, "小时"),
    ("DC007", "003110000060000", "连续性血液净化", 24, "小时"),
    ("DC008", "00120600002", "大换药", 1, "次"),
]
SEX_LIMITS = [
    ("SX001", "hysterogram", "项目", "2"),
    ("SX002", "breast", "项目", "2"),
    ("SX003", "womb_pill", "药品", "2"),
    ("SX004", "prostate", "项目", "1"),
    ("SX005", "prostate_cancer_drug", "药品", "1"),
]
AGE_LIMITS = [("AG001", "child_syrup", None, 14), ("AG002", "adult_drug", 18, None)]
IN_FORCE = {"valid_from": RULES_FROM, "valid_to": None}


def rule_tables() -> dict[str, pl.DataFrame]:
    """The four rule tables and the local price file."""
    import polars as pl

    local = {"medins_list_codg": "LOC001", "document_no": "杭医保发〔2024〕18号", **IN_FORCE}
    tables: dict[str, list[dict[str, object]]] = {
        **_item_rules(),
        **_person_rules(),
        "medins.local_price_item": [
            {
                **local,
                "med_list_codg": ITEMS["dressing"].code,
                "item_name": "大换药（本地内涵）",
                "connotation": "按部位计价，每部位一次",
            },
            {
                **local,
                "medins_list_codg": "LOC002",
                "med_list_codg": "003109020050000",
                "item_name": "纤维胃十二指肠镜检查（本地内涵）",
                "connotation": "含镇静监护",
            },
            {
                **local,
                "medins_list_codg": "LOC003",
                "med_list_codg": "003310040020000",
                "item_name": "阑尾切除术（本地内涵）",
                "connotation": "经另一切口，单独计价",
            },
        ],
    }
    return {name: pl.DataFrame(rows, schema_overrides={"valid_to": pl.Date}) for name, rows in tables.items()}


def _item_rules() -> dict[str, list[dict[str, object]]]:
    return {
        "medins.rule_exclusive_pair": [
            {
                "rule_no": no,
                "main_code": ITEMS[main].code,
                "main_name": ITEMS[main].name,
                "sub_code": sub,
                "sub_name": name,
                "time_window": window,
                "batch": 7,
                **IN_FORCE,
            }
            for no, main, sub, name, window in EXCLUSIVE_PAIRS
        ],
        "medins.rule_daily_cap": [
            {
                "rule_no": no,
                "item_code": code,
                "item_name": name,
                "cap_cnt": float(cap),
                "cap_unit": unit,
                "batch": 8,
                **IN_FORCE,
            }
            for no, code, name, cap, unit in DAILY_CAPS
        ],
    }


def _person_rules() -> dict[str, list[dict[str, object]]]:
    return {
        "medins.rule_sex": [
            {
                "rule_no": no,
                "item_code": ITEMS[key].code,
                "item_name": ITEMS[key].name,
                "list_kind": kind,
                "sex_limit": sex,
                "batch": 1,
                **IN_FORCE,
            }
            for no, key, kind, sex in SEX_LIMITS
        ],
        "medins.rule_age": [
            {
                "rule_no": no,
                "item_code": ITEMS[key].code,
                "item_name": ITEMS[key].name,
                "list_kind": "药品",
                "min_age": low,
                "max_age": high,
                "batch": 1,
                **IN_FORCE,
            }
            for no, key, low, high in AGE_LIMITS
        ],
    }
