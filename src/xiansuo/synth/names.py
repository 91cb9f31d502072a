"""Names: of people, companies and streets, drawn from common characters, some rare ones on purpose.

Belongs here: character stocks and vectorised name makers. The stocks hold 4-byte characters (outside the basic
plane, which GBK cannot write) and names with a middle dot, because real deliveries break on exactly those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Strings = np.ndarray[Any, np.dtype[np.str_]]

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈"
    "姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔"
)
COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "夏侯", "令狐")
MALE = "伟强磊军勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆峰亮成建国庆志文海龙林东旭宏毅博涵轩睿泽晨阳子豪天翔永福根荣"
FEMALE = "芳娜敏静秀丽娟英华慧巧美莹雪琳晶妍茜秋珊莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇菁梦岚苑婕"
RARE = "𠮷𫖯𬭎𬬭𡞱𬀩𬍛𫍽𬣙𪻐𫓧𬱖㛃㵾䶮犇翯璟"
DOTTED_FIRST = ("阿卜杜拉", "买买提", "艾合买提", "古丽娜尔", "阿依古丽", "吐尔逊", "热依汗", "玉素甫", "扎西", "卓玛")
DOTTED_LAST = ("艾尼瓦尔", "吐尔地", "库尔班", "阿布来提", "司马义", "托合提", "尼亚孜", "多吉", "顿珠", "央金")

BRANDS = "华盛恒泰瑞鑫宏达兴隆安康永和嘉诚联创新远博海天正源金鼎富民通利信德润丰佳美龙腾飞跃顺昌祥云星光明东方"
TRADES: tuple[tuple[str, str], ...] = (
    ("建筑工程", "E"),
    ("建筑劳务", "E"),
    ("机电安装", "E"),
    ("装饰工程", "E"),
    ("机械制造", "C"),
    ("五金制品", "C"),
    ("食品", "C"),
    ("化工", "C"),
    ("贸易", "F"),
    ("商贸", "F"),
    ("石油销售", "F"),
    ("医药", "F"),
    ("物流", "G"),
    ("运输", "G"),
    ("餐饮管理", "H"),
    ("信息技术", "I"),
    ("软件", "I"),
    ("投资管理", "J"),
    ("房地产开发", "K"),
    ("人力资源", "L"),
    ("检测技术", "M"),
    ("环保科技", "N"),
    ("农业开发", "A"),
    ("电力工程", "D"),
)
FORMS = ("有限公司", "有限责任公司", "股份有限公司")
STREETS = ("人民路", "解放路", "建设路", "文一路", "古墩路", "莫干山路", "中山路", "环城路", "西溪路", "学院路")


def person_names(rng: np.random.Generator, male: np.ndarray[Any, Any]) -> Strings:
    """One name per element of ``male`` (booleans): 0.6 % hold a rare character, 0.4 % are dotted, 1 % compound."""
    import numpy as np

    n = len(male)
    weight = 1.0 / (np.arange(len(SURNAMES)) + 6.0)
    surname = rng.choice(np.array(list(SURNAMES)), n, p=weight / weight.sum())
    kind = rng.random(n)
    surname = np.where(kind < 0.01, rng.choice(np.array(COMPOUND_SURNAMES), n), surname)
    first, second = (np.where(male, rng.choice(list(MALE), n), rng.choice(list(FEMALE), n)) for _ in range(2))
    second = np.where(rng.random(n) < 0.2, "", second)
    second = np.where(rng.random(n) < 0.006, rng.choice(list(RARE), n), second)
    plain = np.char.add(np.char.add(surname, first), second)
    dotted = np.char.add(np.char.add(rng.choice(DOTTED_FIRST, n), "·"), rng.choice(DOTTED_LAST, n))
    return np.where(kind > 0.996, dotted, plain)


def company_names(rng: np.random.Generator, n: int, city: str) -> tuple[Strings, Strings]:
    """n distinct company names and the GB/T 4754 section letter of each."""
    import numpy as np
    import polars as pl

    letters = np.array(list(dict.fromkeys(BRANDS)))
    trade = rng.integers(0, len(TRADES), n)
    brand = np.char.add(rng.choice(letters, n), rng.choice(letters, n))
    form = rng.choice(np.array(FORMS), n, p=[0.75, 0.2, 0.05])
    tail = np.char.add(np.array([t for t, _ in TRADES])[trade], form)
    frame = pl.DataFrame({"b": brand, "t": tail})
    rank = frame.select(n=pl.int_range(pl.len()).over("b", "t"))["n"].to_numpy()
    return _distinct(city, brand, tail, letters, rank), np.array([s for _, s in TRADES])[trade]


def _distinct(city: str, brand: Strings, tail: Strings, letters: Strings, rank: np.ndarray[Any, Any]) -> Strings:
    """Names met before get one or more further brand letters, spelled from their rank."""
    import numpy as np

    more = np.full(len(rank), "", dtype="U8")
    rest = rank.astype(np.int64).copy()
    while bool((rest > 0).any()):
        more = np.where(rest > 0, np.char.add(more, letters[rest % len(letters)]), more)
        rest //= len(letters)
    return np.char.add(np.char.add(np.char.add(np.full(len(rank), city), brand), more), tail)


def addresses(rng: np.random.Generator, region_names: Strings, city: str = "杭州市") -> Strings:
    """A street address in each named county."""
    import numpy as np

    n = len(region_names)
    street = rng.choice(np.array(STREETS), n)
    number = rng.integers(1, 900, n).astype("U3")
    room = rng.integers(101, 2905, n).astype("U4")
    parts = [np.full(n, city), region_names, street, number, np.full(n, "号"), room, np.full(n, "室")]
    text = parts[0]
    for part in parts[1:]:
        text = np.char.add(text, part)
    return np.asarray(text)
