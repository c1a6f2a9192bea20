"""A campaign of 40 accounts among 1,000 honest members, through the product's own verbs: who is found, who wrongly.

The rule: a member is flagged when the latest assessment of something they said has it in its reasons that three people
or more said the same or nearly the same, or that they are one of a burst of new accounts (`triage.credence.arranged`).

Honest members came over 400 days and say what the files beside the project hold (`--texts`), short complaints of two
to ten characters among them; a tenth came within the last week. On the day of the campaign the login fails for real,
and 80 of them say so within six hours, each in other words. Each campaign runs on the same honest community:

- pasted: 15 copies with other marks and emoji, 15 with words exchanged, 10 in words of their own; 28 new accounts, 12
  bought long before; six hours
- rewritten: nobody's words are anybody else's; 32 new accounts, 8 bought; six hours
- slow: 20 copies, 20 with words exchanged, over ten days; half of the accounts bought
- riding: as pasted, but it says what the real outage says
- slow and rewritten: words of their own over ten days, all accounts bought: what a campaign costs that is not found
"""

import argparse
import csv
import datetime
import itertools
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from ground import Watch, database, table

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
FILES = {"car_complaints.csv": "text", "phone_forum_defects.csv": "text", "triage_gold.csv": "text"}
START = datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
HONEST, CAMPAIGN, OUTAGE = 1_000, 40, 80
SHORT = (
    "打不开", "闪退", "卡死了", "太慢了", "黑屏了", "登不上去", "又崩了", "用不了啊", "连不上网", "没声音了",
    "充不进电", "发热严重",
)  # fmt: skip
HELLO = "大家好，新人报到"
numbers = itertools.count(1)


@dataclass(frozen=True)
class Line:
    """Who says what when; `came` is when the account was first seen."""

    author: str
    text: str
    at: datetime.datetime


def honest_texts(folder: Path, chance: random.Random) -> list[str]:
    """What honest members say: the longer and the short, no text twice but the shortest."""
    found: dict[str, None] = {}
    for name, column in FILES.items():
        path = folder / name
        if path.exists():
            with path.open(encoding="utf-8-sig", newline="") as lines:
                rows = csv.DictReader(lines)
                found |= {row[column].strip()[:300]: None for row in rows if row.get("gate", "1") not in {"0", "noise"}}
    if not found:
        import sentences

        found |= dict.fromkeys(sentences.some(3 * HONEST))
    texts = list(found)
    chance.shuffle(texts)
    return texts


OUTAGE_PARTS: tuple[Sequence[str], ...] = (
    ("", "", "刚才", "从下午三点开始", "今天一上班", "急用的时候", "我和同事都", "换了手机还是", "重装以后",
     "不知道是不是只有我，"),
    ("账号登不上去", "登录一直转圈", "输完验证码就弹回来", "提示网络异常", "点登录没反应", "密码明明对却说错误",
     "一直让我重新登录", "扫码扫不进去", "收不到验证码", "进去是白屏", "卡在启动页", "说服务器繁忙"),
    ("", "，等着下单呢", "，订单查不了", "，流量和无线都试过", "，客服电话占线", "，优惠券今天到期怎么算",
     "，孩子的课要上不了", "，同事也一样", "，修好了说一声", "，卸了重装也不行", "，是在维护吗"),
    ("", "", "，急", "，谢谢", "，有人管吗", "，苹果 15", "，安卓 14", "，版本 5.2.1", "！！", "……"),
)  # fmt: skip
MATTER: tuple[Sequence[str], ...] = (
    ("这款净水器", "他们家的净水器", "上个月买的净水器", "家里装的净水器", "新出的那台净水器"),
    ("出来的水有一股塑料味", "滤芯才两周就发黑", "接的水里有白色絮状物", "漏水把地板泡了", "水质检测不合格",
     "喝了全家拉肚子"),
    ("，售后推来推去", "，客服让我自己拆", "，打电话没人接", "，要退货说超过七天", "，上门师傅说就这样",
     "，投诉也没人理"),
    ("，千万别买", "，等着曝光吧", "，太坑人了", "，再也不信这个牌子", "，大家避雷", "，要去消协"),
)
PASTED = "这款净水器出来的水有一股很重的塑料味，滤芯才用两周就发黑，打售后电话推来推去没人管，大家千万不要再上当了"
PASTED_OUTAGE = "从下午开始账号就登不上去，输完验证码又弹回来，客服电话一直占线没人管，这种软件大家千万不要再用了"
EXCHANGED = {
    "这款": ("这个", "他家"), "出来的水": ("接出来的水", "过滤的水"), "很重的": ("特别大的", "浓浓的"),
    "才用": ("刚用", "用了"), "发黑": ("变黑", "黑了"), "打售后电话": ("找售后", "联系客服"),
    "推来推去没人管": ("互相推没人理", "一直推没人处理"), "千万不要再上当了": ("别再上当了", "千万别再买了"),
    "开始": ("起", "三点起"), "就登不上去": ("登录不了", "一直登不上"), "又弹回来": ("就弹回来", "又退回来"),
    "一直占线没人管": ("老是占线", "打不通没人理"), "千万不要再用了": ("千万别用了", "不要再用了"),
}  # fmt: skip
DECOR = ("！！", "😡", "……", " ", "😡😡", "。", "～", "!!!")


def said(parts: Sequence[Sequence[str]], chance: random.Random) -> str:
    """One sentence out of a grammar."""
    return "".join(chance.choice(part) for part in parts)


def pasted(text: str, chance: random.Random) -> str:
    """The same words with other marks."""
    return text.replace("，", chance.choice(("，", "！", " ", "，，"))) + chance.choice(DECOR)


def exchanged(text: str, chance: random.Random) -> str:
    """A third to two thirds of its exchangeable words are others, and something stands before or behind."""
    for word, others in EXCHANGED.items():
        if word in text and chance.random() < 0.5:
            text = text.replace(word, chance.choice(others))
    return chance.choice(("", "真的，", "说句实话，")) + text + chance.choice(("", "！", "求扩散", "😡"))


def campaign(shape: str, began: datetime.datetime, chance: random.Random) -> tuple[list[Line], int]:
    """What its 40 accounts say, and how many of them, from the first on, were bought long before."""
    theirs = PASTED_OUTAGE if shape == "riding" else PASTED
    own = OUTAGE_PARTS if shape == "riding" else MATTER
    writers: dict[str, Callable[[], str]] = {
        "copy": lambda: pasted(theirs, chance), "near": lambda: exchanged(theirs, chance),
        "own": lambda: said(own, chance),
    }  # fmt: skip
    made = {
        "pasted": (15, 15, 10, 12), "riding": (15, 15, 10, 12), "rewritten": (0, 0, 40, 8), "slow": (20, 20, 0, 20),
        "slow and rewritten": (0, 0, 40, 40),
    }[shape]  # fmt: skip
    kinds = [kind for kind, number in zip(("copy", "near", "own"), made, strict=False) for _ in range(number)]
    chance.shuffle(kinds)
    hours = 240 if shape.startswith("slow") else 6
    times = sorted(began + datetime.timedelta(hours=hours * chance.random()) for _ in kinds)
    return [
        Line(f"c{place}", writers[kind](), at) for place, (kind, at) in enumerate(zip(kinds, times, strict=True))
    ], made[3]


def hour(at: datetime.datetime, *, day: bool = False) -> datetime.datetime:
    """The hour, or the day, in which a moment lies."""
    return at.replace(hour=0 if day else at.hour, minute=0, second=0, microsecond=0)


@contextmanager
def clock(at: datetime.datetime) -> Iterator[None]:
    """Rows are stamped with this time."""
    with mock.patch("django.utils.timezone.now", return_value=at):
        yield


def tell(account: Any, lines: Sequence[Line]) -> None:
    """Let the product take in and read what was said, a piece of an hour at a time, by the clock of then."""
    from huixiang.channels.contracts import InboundMessage
    from huixiang.intake.actions import receive
    from huixiang.triage.actions import process

    ordered = sorted(lines, key=lambda line: line.at)
    for _hour, several in itertools.groupby(ordered, key=lambda line: hour(line.at)):
        piece = list(several)
        messages = [
            InboundMessage(
                external_id=f"m{next(numbers)}", text=line.text, author_id=line.author, author_name=line.author,
                sent_at=line.at, thread=f"t{next(numbers)}",
            )
            for line in piece
        ]  # fmt: skip
        with clock(piece[-1].at):
            receive(account=account, messages=messages)
            process(workspace_id=account.workspace_id)


def community(chance: random.Random, texts: Sequence[str], honest: int) -> tuple[list[Line], list[Line]]:
    """The honest: how they greeted when they came, and what they said in the 60 days before and on the day."""
    end = START + 400 * DAY
    came = [START + chance.random() * (393 * DAY) for _ in range(honest * 9 // 10)]
    came += [end - chance.random() * (7 * DAY) for _ in range(honest - len(came))]
    hello = [Line(f"h{n}", HELLO, hour(at, day=True)) for n, at in enumerate(came)]
    told = []
    for n, at in enumerate(came):
        first = max(at, end - 60 * DAY)
        text = chance.choice(SHORT) if chance.random() < 0.12 else texts[n % len(texts)]
        told.append(Line(f"h{n}", text, first + chance.random() * (end + DAY / 2 - first)))
    return hello, told


def outage(chance: random.Random, honest: int, began: datetime.datetime) -> list[Line]:
    """A real trouble: many at once, each in other words; new and old as they come."""
    who = chance.sample(range(honest), min(OUTAGE, honest // 4))
    return [
        Line(f"h{n}", said(OUTAGE_PARTS, chance), began + datetime.timedelta(hours=6 * chance.random())) for n in who
    ]


def flagged(workspace: Any) -> set[str]:
    """The authors who are taken for part of a campaign."""
    from huixiang.feedback.models import Feedback
    from huixiang.triage.credence import arranged
    from huixiang.triage.dials import Dial
    from huixiang.triage.queries import assessments

    said_by = dict(Feedback.objects.filter(workspace=workspace).values_list("id", "member__name"))
    judged = assessments(workspace_id=workspace.id, feedback_ids=list(said_by))
    told = {one: row.reasons["authenticity"]["said"] for one, row in judged.items()}
    return {
        said_by[one]
        for one, parts in told.items()
        if arranged(Dial(0, "", said=tuple((code, values) for code, values in parts)))
    }


def said_by(workspace: Any, letter: str) -> int:
    """How many of these authors said something that was read as feedback."""
    from huixiang.feedback.models import Feedback

    theirs = Feedback.objects.filter(workspace=workspace, member__name__startswith=letter)
    return theirs.values("member_id").distinct().count()


def run(shape: str, account: Any, seed: int) -> list[object]:
    """One campaign on the honest community, undone afterwards; a row of the table."""
    from django.db import transaction

    chance = random.Random(f"{shape}{seed}")
    end = START + 400 * DAY
    with transaction.atomic():
        lines, bought = campaign(shape, end + datetime.timedelta(hours=1), chance)
        hello = [
            Line(line.author, HELLO, START + 30 * DAY if place < bought else line.at - chance.random() * 2 * DAY)
            for place, line in enumerate(lines)
        ]
        honest = outage(chance, HONEST, end + datetime.timedelta(hours=1))
        tell(account, hello)
        tell(account, [*lines, *honest])
        found = flagged(account.workspace)
        read = said_by(account.workspace, "c")
        transaction.set_rollback(True)
    true, wrong = sorted(one for one in found if one[0] == "c"), sorted(one for one in found if one[0] == "h")
    precision = len(true) / max(len(found), 1)
    return [shape, read, len(true), len(wrong), f"{precision:.2f}" if found else "–", f"{len(true) / len(lines):.2f}"]


def main() -> None:
    """Print precision and recall of each shape."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--texts", type=Path, default=DATA, help="folder of the files honest texts come from")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--shapes", nargs="*", default=["pasted", "rewritten", "slow", "riding", "slow and rewritten"])
    given = asked.parse_args()
    chance = random.Random(given.seed)
    with database(), Watch() as watch:
        from huixiang.channels.actions import open_account
        from huixiang.workspaces.actions import create_workspace

        workspace = create_workspace(slug="campaign", name="北辰", community_name="社区")
        account = open_account(workspace=workspace, slug="app", kind="api", name="App")
        hello, told = community(chance, honest_texts(given.texts, chance), HONEST)
        tell(account, hello)
        tell(account, told)
        print(f"{HONEST} honest members, flagged before any campaign: {len(flagged(workspace))}\n")
        table(
            ["campaign", "read as feedback", f"found of {CAMPAIGN}", f"wrongly of {HONEST}", "precision", "recall"],
            [run(shape, account, given.seed) for shape in given.shapes],
        )
    print(f"\n{watch.seconds:.0f} s")


if __name__ == "__main__":
    main()
