"""A small campaign among honest members, through the whole pipeline; `benchmarks/campaign.py` measures a large one."""

import datetime

from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.members.models import Member
from huixiang.triage.models import Assessment
from tests.factories import inbound, received

CAMPAIGN = "这款净水器出来的水有一股很重的塑料味，滤芯才用两周就发黑，打售后电话推来推去没人管，大家千万不要再上当了"
EXCHANGED = CAMPAIGN.replace("很重的", "特别大的").replace("推来推去没人管", "互相推没人理").replace("才用", "刚用")
OUTAGE = [
    "账号登不上去了，一直转圈", "登录提示网络异常，流量和无线都试过", "输完验证码就弹回来", "登录不了，等着下单呢",
    "是在维护吗，进去是白屏", "密码明明对，却说错误，登不进去", "打不开", "登不上", "打不开", "重装以后还是卡在启动页",
]  # fmt: skip


def test_who_says_the_same_is_found_and_who_suffers_the_same_is_not(app_channel: ChannelAccount) -> None:
    now = timezone.now()
    honest = [
        inbound(text, author_id=f"h{n}", author_name=f"诚{n}", sent_at=now + datetime.timedelta(minutes=n))
        for n, text in enumerate(OUTAGE)
    ]
    words = [f"{text}{sign}" for text in (CAMPAIGN, EXCHANGED) for sign in ("！！", "😡", "。")]
    arranged = [
        inbound(text, author_id=f"c{n}", author_name=f"托{n}", sent_at=now + datetime.timedelta(minutes=n))
        for n, text in enumerate(words)
    ]
    received(app_channel, *honest[:5], *arranged[:2])
    received(app_channel, *arranged[2:], *honest[5:])
    flagged = set()
    for one in Assessment.objects.order_by("at", "id").select_related("feedback__member"):
        codes = {code for code, _values in one.reasons["authenticity"]["said"]}
        (flagged.add if codes & {"copies", "near_copies", "burst"} else flagged.discard)(one.feedback.member.name)
    assert flagged == {f"托{n}" for n in range(6)}
    asked = Feedback.objects.filter(missing__contains=["evidence"], member__name__startswith="托")
    assert asked.values("member_id").distinct().count() == 6
    assert Feedback.objects.filter(removed_at=None).count() == Feedback.objects.count()  # nothing is hidden
    assert Member.objects.filter(name__startswith="诚").count() == len(OUTAGE)
