"""Made-up messages of a community, as many as one likes: no two alike, criticism and talk mixed."""

import itertools
import random
from collections.abc import Iterator

PLACES = ["高速上", "地下车库里", "零下二十度的早上", "下雨天", "小区门口", "充电站", "上班路上", "停了一夜之后"]
THINGS = ["车机", "导航", "手机钥匙", "充电口盖", "空调", "座椅加热", "倒车影像", "蓝牙电话", "雨刮", "后备箱"]
FAULTS = ["突然黑屏", "没有反应", "一直连不上", "打不开", "发出异响", "反复重启", "慢得像卡住一样", "报系统异常"]
TAILS = ["这周第三次了", "版本 3.4.1", "重启以后好了一会儿又来", "客服让我再等等", "孩子在车里吓哭了", "希望尽快修好"]
TALK = ["大家早上好", "周末有人一起去露营吗", "今天天气真不错", "恭喜楼上提车", "晚上吃什么", "哈哈哈太好笑了"]
PRAISE = ["店里的师傅特别耐心", "新座椅真舒服", "这次升级之后快多了", "提车三个月很满意"]


def messages(seed: int = 1) -> Iterator[str]:
    """Half are reports, a third talk, the rest praise; about 30 characters each."""
    chance = random.Random(seed)
    for number in itertools.count(1):
        draw = chance.random()
        if draw < 0.5:
            parts = [chance.choice(PLACES) + chance.choice(THINGS) + chance.choice(FAULTS), chance.choice(TAILS)]
        elif draw < 0.83:
            parts = [chance.choice(TALK)]
        else:
            parts = [chance.choice(PRAISE)]
        yield "，".join([*parts, f"第 {number} 楼"])


def some(number: int, seed: int = 1) -> list[str]:
    """The first `number` of them."""
    return list(itertools.islice(messages(seed), number))
