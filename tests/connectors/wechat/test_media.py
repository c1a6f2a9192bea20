"""Files under a media_id, as official accounts, WeCom applications and customer service hand them out."""

import time
from pathlib import Path
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.connectors.wecom_kf.inbound import message as of_a_customer
from huixiang.intake.models import RemoteFile
from tests.connectors.loopback import Platform
from tests.connectors.media import COMPLAINT, PICTURE, fetched, why
from tests.connectors.wechat.calls import KEY, TOKEN, post, xml
from tests.connectors.wechat_oa.test_wechat_oa import APP, account, sent, wechat
from tests.intake.attachments.files import FILM

__all__ = ["KEY", "TOKEN", "account", "wechat"]
GET = "/cgi-bin/media/get"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def came(account: ChannelAccount, kind: str = "image") -> None:
    """A picture, and then what it is about: WeChat knows no picture with words."""
    now = int(time.time())
    brought = sent(MsgType=kind, MediaId="media-1", PicUrl="http://mmbiz.qpic.cn/x", MsgId="1", CreateTime=now - 20)
    assert post(account, brought, APP)[0] == 200
    assert post(account, sent(Content=COMPLAINT, MsgId="2", CreateTime=now), APP)[0] == 200


def test_the_picture_before_the_words_is_fetched_with_the_access_token(
    account: ChannelAccount, wechat: Platform
) -> None:
    wechat.answers[GET] = (200, PICTURE, {"Content-disposition": 'attachment; filename="media-1.jpg"'})
    came(account)
    assert fetched(account) == [("kept", "media-1.png", "image/png")]
    [asked] = [one for one in wechat.asked if one.path == GET]
    assert asked.query == {"access_token": ["t-1"], "media_id": ["media-1"]}


def test_a_token_that_ended_is_fetched_anew(account: ChannelAccount, wechat: Platform) -> None:
    answers = iter([(200, {"errcode": 42001, "errmsg": "access_token expired"}), (200, PICTURE)])
    wechat.answers[GET] = lambda _asked: next(answers)
    came(account)
    assert [state for state, _name, _type in fetched(account)] == ["kept"]
    assert [one.query["access_token"] for one in wechat.asked if one.path == GET] == [["t-1"], ["t-2"]]


def test_after_three_days_it_is_gone(account: ChannelAccount, wechat: Platform) -> None:
    wechat.answers[GET] = (200, {"errcode": 40007, "errmsg": "invalid media_id"})
    came(account)
    assert [state for state, _name, _type in fetched(account)] == ["failed"]
    assert "三天" in why(account)[0]
    remote = RemoteFile.objects.get()
    assert remote.until
    assert round(remote.until.timestamp() - time.time(), -2) == round(3 * 86_400, -2)


def test_an_account_that_may_not_fetch_is_told_so_and_goes_on(account: ChannelAccount, wechat: Platform) -> None:
    wechat.answers[GET] = (200, {"errcode": 48001, "errmsg": "api unauthorized"})
    came(account)
    assert [state for state, _name, _type in fetched(account)] == ["failed"]
    assert "48001" in why(account)[0]
    account.refresh_from_db()
    assert account.paused_reason == ""


def test_a_film_is_fetched_from_where_it_is_said_to_lie(account: ChannelAccount, wechat: Platform) -> None:
    wechat.answers[GET] = (200, {"video_url": f"{wechat.address}/film"})
    wechat.answers["/film"] = (200, FILM)
    came(account, "video")
    assert fetched(account) == [("kept", "视频.mp4", "video/mp4")]
    assert [one.query for one in wechat.asked if one.path == "/film"] == [{}]  # the token stays where it belongs


def test_what_a_customer_sends() -> None:
    at = int(time.time())
    body = {"msgid": "m", "open_kfid": "wk1", "external_userid": "wm1", "send_time": at, "origin": 3}
    file = of_a_customer({**body, "msgtype": "file", "file": {"media_id": "f-1"}}, {})
    assert [(one.sort, one.reference) for one in file.files] == [("file", {"media_id": "f-1"})]
    voice = of_a_customer({**body, "msgtype": "voice", "voice": {"media_id": "v-1"}}, {})
    assert voice.files == []
    assert xml(MsgType="x")
