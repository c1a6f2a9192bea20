"""The factual core of a report, cut out of its own words, and what is still to be asked."""

import re
from collections.abc import Iterator

from huixiang.engine.reading import FACT_KEYS, Kind
from huixiang.engine.sentences import Clause, clauses, trimmed
from huixiang.engine.titling import has_fault, worth

_LONGEST = 80  # characters of one fact
_HEADINGS = {
    "操作步骤": "steps", "复现步骤": "steps", "重现步骤": "steps", "步骤": "steps",
    "预期结果": "expected", "期望结果": "expected", "期望": "expected",
    "实际结果": "actual", "实际情况": "actual", "问题描述": "actual",
    "出现频率": "frequency", "频率": "frequency", "复现概率": "frequency", "补充说明": "",
    "场景": "scene", "使用场景": "scene", "版本": "version", "系统版本": "version", "软件版本": "version",
    "截图": "evidence", "证据": "evidence",
}  # fmt: skip
_LONG_HEADINGS = "操作步骤|复现步骤|重现步骤|预期结果|期望结果|实际结果|实际情况|问题描述|出现频率|复现概率|补充说明"
_SECTION = re.compile(
    rf"(?:^|[\s。；，])(?:({_LONG_HEADINGS})[:： ]?|({'|'.join(_HEADINGS)})[:：])",
)
_VERSION = re.compile(
    r"(?:(?:系统|软件|固件|车机|app|版本)(?:版本|号)?(?:是|为|[:：])?\s*)?"
    r"(?:(?:MIUI|HarmonyOS|EMUI|iOS|Android|安卓|鸿蒙|OTA|FOTA|Windows|Win)\s*[vV]?\d+(?:\.\d+)*"
    r"|[vV]\d+(?:\.\d+)*"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,4}){2,4}(?![\d.])"
    r"|(?:app|小程序|车机|系统|固件|软件)(?:版本|号)?\s*[:：]?\s*\d+(?:\.\d+)+(?![\d%])"
    r"|(?:版本|固件|更新到|升级到|升到|更新至)(?:号)?\s*[:：]?\s*\d+(?:\.\d+)+"
    r"|(?:20)?\d{2}\s?款(?:[\w.]{1,12})?)"
    r"(?:\s*(?:稳定版|开发版|公测版|内测版|正式版))?",
    re.IGNORECASE,
)
_FREQUENCY = re.compile(
    r"(?:一路|这周|本周|这个?月|今天)?[一二两三四五六七八九十几\d]+次(?:都这样|全这样)"
    r"|(?:这|本|上|一)(?:周|个?月|星期)(?:内|里)?(?:已经)?(?:是)?第?[一二两三四五六七八九十几\d]+[次回](?!才)"
    r"|每(?:次|天|日|隔[^，。]{1,8}|[一二两三四五六七八九十\d]+(?:次|天|分钟|小时))(?:都|就|会|一次)*(?:这样|如此)?"
    r"|(?:总是|经常|老是|偶尔|有时候?|频繁|时不时|动不动|天天|必现|偶现|反复|屡次|时常|隔三差五|断断续续)"
    r"|(?:[一二两三四五六七八九十几\d]+(?:天|周|个?月|小时|分钟|年)(?:内|里|之内)?[^，。！？\d]{0,4}[一二两三四五六七八九十几\d]+(?:多)?[次回])"
    r"|(?:已经|出现|发生|连续|至少|死机|坏|修|重启)(?:了|过)?[一二两三四五六七八九十几\d]+(?:多)?[次回](?!才)"
    r"|第[二三四五六七八九十\d]+次(?!才)|复现(?:率|概率)?[:：]?\s*\d+%|\d+%(?:复现|必现)",
)
_COUNTED = re.compile(r"[一二两三四五六七八九十几\d]+(?:多)?[次回]|都这样|\d%")
_EVIDENCE = re.compile(
    r"(?:有|附|上传|发|拍|录|见|如)(?:了|下|上|有|的)?(?:视频|照片|图片|截图|录像|录屏|录音|图|日志|发票|凭证|证据|检测报告)"
    r"|(?:视频|照片|截图|录屏|录像|录音|日志|发票|小票|检测报告|聊天记录|行车记录仪?)(?:为证|作证|在此|见附件|可查|都有|我都|已)"
    r"|(?:订单号|工单号|单号|编号|流水号|车架号|VIN)(?:是|为|[:：])?\s*[\w*-]{4,}"
    r"|(?<!没)(?<!没有)有[^，。！？没]{0,10}(?:曲线|数据|记录|日志|视频|录像|录屏|截图|照片)[^，。！？]{0,8}"
    r"|如图|见图|图[一二三1-9]|有图有真相",
)
_SCENE = re.compile(
    r"(?:零下|零上|低温|高温|冷车|热车|冬天|夏天|雨天|下雨|雪天|高速|市区|停了?一[夜晚]|停放|"
    r"早上|晚上|夜里|中午|昨天|今天|前天|上周|"
    r"上午|下午|凌晨|周[一二三四五六日末]|\d{1,2}月\d{1,2}[日号]|\d{1,2}点|\d{1,2}[日号])"
    r"|(?:时候?|的时候|之后|以后|后|过程中|途中|期间|情况下|状态下|场景)(?:$|[，。！？ ,:：])"
    r"|^(?:在|当|用|玩|开着|打开|连接|插上|充电|更新|升级|刚买|行驶|倒车|起步|怠速|加速|刹车|开车|看|听|拍)"
    r"|(?:的时候|期间|旁边)|^站在|^停(?!车场)|气温|室温|车速|定速"
    r"|(?:时(?!间|长|候|常|代|刻|尚|速)|后(?!备|视|排|台|来|果|续|期|面|悔|天|座|门|轮))(?=.{2,})",
)
_STEPS = re.compile(
    r"(?:^|\s)(?:[1-9一二三][.、)）:：](?!\d)|第一步|首先|先)[^。]{2,}"
    r"|(?:点击?|点开|打开|进入|选择|长按|双击|滑动|切换|插上|按下?)[^，。]{1,14}"
    r"(?:[，,→> -]|然后|再|后)*\s*(?:点击?|打开|进入|选择|长按|滑|切换|按|返回|退出|就|再)",
)
_CLAUSE_END = re.compile(r"[，。！？；,!?;\n]")
_EXPECTED = re.compile(
    r"希望|能不能|应该(?!不?是)|本来应|正常(?:应|情况|是|使用)|期望|期待|建议|要求|请求|最好|理应|承诺|宣传的?是|说好",
)
_WANTED = re.compile(r"能不能|希望|建议|能否|可不可以")
_SOFTWARE = re.compile(
    r"手机(?!钥匙)|(?<!低压)(?<!制动)(?<!转向)系统|app|软件|应用|更新|升级|界面|页面|点击|微信|屏|相机|闪退|卡顿|死机|蓝牙|wifi|网络|登录|登陆|账号|小程序|车机|导航|游戏|设置|功能|按钮",
    re.IGNORECASE,
)
_PERMANENT = 3  # a failure this severe is there all the time: its frequency need not be asked


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a text that was written into a form with headings."""
    marks = list(_SECTION.finditer(text))
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        words = trimmed(text[mark.end() : end])
        if words:
            yield _HEADINGS[mark.group(1) or mark.group(2)], words[:_LONGEST]


def _cut(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return trimmed(match.group()) if match else ""


def _frequency(text: str) -> str:
    """How often: a told number before “always” and “now and then”, the first of them."""
    found = [trimmed(match.group()) for match in _FREQUENCY.finditer(text)]
    return max(found, key=lambda words: bool(_COUNTED.search(words)), default="")


def _version(text: str) -> str:
    """The most exact version told: the one with the most parts, the first of them."""
    found = [trimmed(match.group()) for match in _VERSION.finditer(text)]
    return max(found, key=lambda words: words.count("."), default="")


def _actual(parts: list[Clause]) -> str:
    """The clause with the fault that would also stand for the whole message in a list."""
    faulty = [part for part in parts if has_fault(part.text)]
    best = max(
        faulty, key=lambda part: (worth(part.text) - 3 * bool(_WANTED.search(part.text)), -part.start), default=None
    )
    return best.text if best else ""


def _clause(pattern: re.Pattern[str], parts: list[Clause], taken: str) -> str:
    """The first clause with the pattern that is not already taken; two neighbours go together."""
    for place, part in enumerate(parts):
        if part.text != taken and pattern.search(part.text):
            following = parts[place + 1] if place + 1 < len(parts) else None
            if following and following.text != taken and pattern.search(following.text):
                return f"{part.text}，{following.text}"
            return part.text
    return ""


def _inside(actual: str) -> str:
    """A scene told in the same clause as the fault: what stands before 时 or 后."""
    match = re.match(r"(.{2,24}?(?:的时候|时候|过程中|情况下|之后|以后|时|后))(?![备视排台来果续期面])(.{2,})", actual)
    if match:
        return match.group(1)
    match = re.search(
        r"零下[^，。]{1,6}度|低速的?时?候?|今早|昨晚|早上|晚上|夜里|低温|高温|冷车|热车|雨天|下雨天?|怠速|起步|高速上?|行驶中",
        actual,
    )
    return match.group() if match else ""


def _before_fault(scene: str) -> str:
    """A scene clause that goes on to tell a fault is cut before it."""
    return (_inside(scene) or scene) if has_fault(scene) else scene


def facts_of(text: str, kind: Kind) -> dict[str, str]:
    """Return what of FACT_KEYS the text tells, in its own words; nothing for praise, talk and advertising."""
    if kind in {Kind.praise, Kind.chatter, Kind.spam}:
        return {}
    found: dict[str, str] = {}
    for key, words in _sections(text):
        if key:
            found.setdefault(key, words)
    # What stands under a heading has been filed; a scene is looked for before the first one.
    headed = _SECTION.search(text) if found else None
    parts = clauses(text[: headed.start()] if headed else text)
    if kind in {Kind.defect, Kind.complaint}:
        _reported(found, parts)
    _general(found, text, parts)
    return {key: found[key][:_LONGEST] for key in FACT_KEYS if found.get(key)}


def _reported(found: dict[str, str], parts: list[Clause]) -> None:
    if "actual" not in found:
        found["actual"] = _actual(parts)
    if "scene" not in found:
        inside = _inside(found["actual"])
        found["scene"] = (
            (inside if "时候" in inside else "") or _before_fault(_clause(_SCENE, parts, found["actual"])) or inside
        )


def _told_steps(text: str) -> str:
    """What somebody did, told in running words: from the first act to the end of the clause of the last."""
    match = _STEPS.search(text)
    if not match:
        return ""
    end = _CLAUSE_END.search(text, match.end())
    return trimmed(text[match.start() : end.start() if end else len(text)])


def _general(found: dict[str, str], text: str, parts: list[Clause]) -> None:
    found.setdefault("version", _version(text))
    found.setdefault("frequency", _frequency(text))
    found.setdefault("evidence", _cut(_EVIDENCE, text))
    if "steps" not in found:
        found["steps"] = _told_steps(text)
    found.setdefault("expected", _clause(_EXPECTED, parts, found.get("actual", "")))


def missing_of(text: str, kind: Kind, severity: int, facts: dict[str, str]) -> tuple[str, ...]:
    """Return the FACT_KEYS a person still has to ask for, in asking order; nobody is asked what goes without saying."""
    wanted: list[str] = []
    if kind is Kind.defect:
        software = bool(_SOFTWARE.search(facts.get("actual", text)))
        wanted = ["actual", "scene"]
        wanted += ["steps"] if software else []
        wanted += ["version"]
        wanted += ["frequency"] if severity < _PERMANENT or software else []
        wanted += ["evidence"]
    elif kind is Kind.complaint:
        wanted = ["actual", "scene", "evidence"]
    elif kind is Kind.suggestion:
        wanted = ["expected", "scene"]
    return tuple(key for key in wanted if key not in facts)
