"""What a community of a thousand says within thirty days: talk, praise, everyday trouble, and two crises."""

import datetime
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGINS = datetime.datetime(2026, 9, 7, tzinfo=SHANGHAI)  # with the National Day holidays in it
DAYS, PEOPLE, MESSAGES = 30, 1_000, 20_000
HOURS = (1, 0, 0, 0, 0, 1, 3, 7, 9, 10, 10, 9, 12, 9, 8, 8, 9, 10, 11, 13, 15, 14, 9, 4)  # how talkative each hour is

TALK = (
    "早上好各位", "周末有去露营的吗", "今天堵得一动不动", "哈哈哈楼上太逗了", "恭喜提车", "有拼单买脚垫的吗",
    "这天气说变就变", "请问群里有杭州的朋友吗", "新来的改一下备注", "收到，谢谢", "我也在看，还没定", "晚上吃火锅去",
    "球赛看了没", "明天降温",
    "国庆打算去哪玩", "孩子开学第一天", "签到", "路过冒个泡", "下班了下班了", "这个表情包我收了",
)  # fmt: skip
WHERE = ("高速上", "地库里", "早上出门", "下雨天", "小区门口", "等红灯的时候", "停了一夜以后", "送孩子路上", "洗完车")
MATTERS: Sequence[tuple[str, Sequence[str]]] = (
    ("车机", ("黑屏重启", "卡住不动了", "反应慢半拍", "蓝牙老断")),
    ("手机钥匙", ("连不上", "要等半分钟才解锁", "走近没反应")),
    ("充电口盖", ("弹不开", "关不严", "结冰打不开")),
    ("空调", ("有霉味", "吹的是热风", "左右温度不一样")),
    ("雨刮", ("刮不干净还响", "自己乱动")),
    ("座椅加热", ("只热一边", "开了没感觉")),
    ("后备箱", ("关不上", "开到一半停住")),
    ("导航", ("带到断头路", "定位飘", "声音忽大忽小")),
    ("车门", ("关门有异响", "门把手弹不出来")),
    ("售后", ("改了三次时间没人通知", "电话打了五遍没人接", "配件等了一个月")),
)
DETAILS = ("版本 3.4.1", "这周第三次了", "每天都这样", "重启好一会儿又来", "有视频", "刚提车两个月", "客服让我等等")
WANTED = ("希望能加一个一键关窗", "建议把常用开关放到第一页", "能不能出个深色主题", "建议群里每周公布一次进度")
PRAISE = ("师傅特别耐心，点赞", "这次升级之后快多了", "座椅真舒服，跑长途不累", "续航比想的扎实", "反馈三天就解决")
ASKS = ("请问首保是多少公里", "冬天胎压打多少合适", "怎么关掉车道提醒", "充电卡在哪里办")
DETAIL_ANSWERS = (
    "早上七点多，零度左右，停地库一夜，版本 3.4.1", "就是上周三开始的，每次都是倒车之后", "照片发了，仪表上有提示",
    "一共三次，都在高速上，开着导航", "步骤就是锁车走开再回来，手机放裤兜里",
)  # fmt: skip
THANKS = ("好的，谢谢你们跟进", "行，等你们消息", "可以了，谢谢", "这个态度可以", "试了，好了，给你们点赞")
CROSS = ("就这？等了两天就这个回复", "你们每次都这么说", "还是没好，越修越糟")


@dataclass(frozen=True, slots=True)
class Crisis:
    """Something dangerous that many report within a day and a half, each in other words."""

    name: str
    begins: datetime.datetime
    people: int
    where: Sequence[str]
    what: Sequence[str]
    after: Sequence[str]


CRISES = (
    Crisis(
        "brakes", BEGINS + datetime.timedelta(days=8, hours=10, minutes=20), 90,
        ("升级完 3.5 之后", "昨晚更新以后", "今早高速上", "下坡的时候", "刚才路口"),
        ("刹车突然变硬踩不动", "刹车失灵差点追尾", "踩刹车没有反应，滑出去好几米", "制动力一下没了，撞上前车"),
        ("吓死了", "车上还有孩子", "要出人命的", "有行车记录仪视频", "马上停用这个版本", "已经叫拖车了"),
    ),
    Crisis(
        "charging", BEGINS + datetime.timedelta(days=20, hours=19, minutes=5), 70,
        ("家里充电的时候", "在超充站", "充到八成", "半夜充电", "刚插上枪"),
        ("充电口冒烟有焦味", "充电枪烧化了，车起火了一小块", "充电座打火花，冒黑烟", "电池包那边冒烟，跳闸了"),
        ("人赶紧跑出来了", "消防都来了", "不敢充了", "这是安全问题", "谁来负责", "我拍了视频"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One message: who says what when; `about` is the crisis it belongs to, or ""."""

    at: datetime.datetime
    author: int
    text: str
    about: str = ""


def told(seed: int = 1, messages: int = MESSAGES) -> list[Line]:
    """Everything that is said, in order."""
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    crises = [line for crisis in CRISES for line in _crisis(crisis, chance)]
    everyday = [_everyday(chance) for _number in range(messages - len(crises))]
    return sorted([*crises, *everyday], key=lambda line: line.at)


def _everyday(chance: random.Random) -> Line:
    day, hour = chance.randrange(DAYS), chance.choices(range(24), HOURS)[0]
    at = BEGINS + datetime.timedelta(days=day, hours=hour, seconds=chance.random() * 3_600)
    # A tenth of the people say half of everything.
    author = chance.randrange(PEOPLE // 10) if chance.random() < 0.5 else chance.randrange(PEOPLE)
    return Line(at, author, _words(chance))


def _words(chance: random.Random) -> str:
    draw = chance.random()
    if draw < 0.76:
        return chance.choice(TALK) + chance.choice(("", "", "！", "～", "哈", "[呲牙]"))
    if draw < 0.82:
        return chance.choice(PRAISE)
    if draw < 0.86:
        return chance.choice(ASKS)
    if draw < 0.88:
        return chance.choice(WANTED)
    thing, faults = chance.choice(MATTERS)
    return "，".join([chance.choice(WHERE) + thing + chance.choice(faults), chance.choice(DETAILS)])


def _crisis(crisis: Crisis, chance: random.Random) -> Iterator[Line]:
    """Few at first, then more and more; a third writes again."""
    who = chance.sample(range(PEOPLE), crisis.people)
    for author in itertools.chain(who, who[: crisis.people // 3]):
        at = crisis.begins + datetime.timedelta(hours=36 * chance.betavariate(1.3, 3))
        parts = (chance.choice(crisis.where) + chance.choice(crisis.what), chance.choice(crisis.after))
        yield Line(at, author, "，".join(parts), crisis.name)
