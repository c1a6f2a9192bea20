"""What is read out of a mail: words, what is quoted, files, who wrote it, whether a person did."""

import datetime
import time
from email import message_from_bytes, message_from_string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huixiang.channels.contracts import Unreadable
from huixiang.connectors.email.automatic import automatic, returned
from huixiang.connectors.email.body import from_html, said
from huixiang.connectors.email.quoted import own_words
from huixiang.connectors.email.reading import read
from tests.connectors.email.lines import mail

NOW = datetime.datetime(2026, 11, 22, 4, tzinfo=datetime.UTC)
QUOTED = {
    "gmail": "还是漏水。\n\n阿川 <a@example.com> 于2026年11月20日周五 12:00写道：\n> 您好，请问型号？\n",
    "gmail, broken": "还是漏水。\n\nOn Fri, Nov 20, 2026 at 12:00 PM Support <s@example.com>\nwrote:\n\n> Which?\n",
    "apple": "还是漏水。\n\n发自我的 iPhone\n\n> 在 2026年11月20日，12:00，客服 <s@example.com> 写道：\n> \n> 您好\n",
    "apple, second": "还是漏水。\n\n在 2026年11月20日，12:00，客服 <s@example.com> 写道：\n\n您好，没有标记的引用\n",
    "163": '还是漏水。\n\n\n在 2026-11-20 12:00:00，"客服" <s@example.com> 写道：\n\n您好\n',
    "163, english": '还是漏水。\n\nAt 2026-11-20 12:00:00, "Support" <s@example.com> wrote:\n您好\n',
    "qq": "还是漏水。\n\n\n\n------------------ 原始邮件 ------------------\n发件人:\n您好",
    "mailmaster": "还是漏水。\n---- 回复的原邮件 ----\n| 发件人 | 客服 |\n",
    "outlook": "还是漏水。\n\n_______________\n发件人: 客服 <s@example.com>\n发送时间: 11月20日\n收件人: 阿川\n\n您好",
    "outlook, english": "还是漏水。\n\nFrom: Support <s@example.com>\nSent: Friday\nTo: A\nSubject: Re: leak\n\nHello",
    "signature": "还是漏水。\n-- \n阿川 138 0000 0000\n",
    "inside": "> 型号是什么？\n还是漏水。\n> 买了多久？\n",
}


@pytest.mark.parametrize("program", QUOTED)
def test_what_is_answered_is_cut_off(program: str) -> None:
    assert own_words(QUOTED[program], answer=True) == "还是漏水。"


@pytest.mark.parametrize(
    "text",
    [
        "发件人：阿川\n内容：还是漏水",
        "说明书在第 3 页写道：不要用水冲洗\n这和客服说的不一样",
        "On Monday I wrote: nothing works",
        "温度 > 90 度\n就报警",
        "客户群里有人发自己的照片",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert own_words(text, answer=True) == text


def test_in_a_forwarded_mail_the_quotation_is_what_it_is_about() -> None:
    letter = read(mail("请看：\n\n> 漏水\n发件人: x\n主题: y\n\n漏", Subject="转发: 漏水"), NOW)
    assert "> 漏水" in letter.text
    assert letter.subject == "转发: 漏水"


def test_html_is_read_as_its_words() -> None:
    html = """<html><head><style>p{}</style><title>x</title></head><body><p>第一 段<br>第二&nbsp;行</p>
    <div>价格 &lt; 100</div><ul><li>甲</li><li>乙</li></ul><script>alert(1)</script>
    <blockquote><div>引用的</div></blockquote></body></html>"""
    lines = [line for line in from_html(html).split("\n") if line.strip("> ")]
    assert lines == ["第一 段", "第二 行", "价格 < 100", "甲", "乙", "> 引用的"]
    assert own_words(from_html(html), answer=True).endswith("乙")


def encoded(charset: str, declared: str) -> Any:
    head = f"From: =?{declared}?B?sKK0qA==?= <A@Example.com>\r\nContent-Type: text/plain; charset={declared}\r\n"
    head += "Content-Transfer-Encoding: 8bit\r\n\r\n"
    return message_from_bytes(head.encode() + "镕基，漏水㐂".encode(charset))


@pytest.mark.parametrize(
    ("charset", "declared"),
    [("gb18030", "gb2312"), ("gb18030", "GBK"), ("gb18030", "gb18030"), ("utf-8", "us-ascii"), ("gb18030", "x-none")],
)
def test_chinese_is_read_whatever_it_says_it_is_written_in(charset: str, declared: str) -> None:
    letter = read(encoded(charset, declared), NOW)
    assert (letter.text, letter.name, letter.author) == ("镕基，漏水㐂", "阿川", "a@example.com")


def test_who_is_answered_and_what_is_answered() -> None:
    headers = {"Reply_To": "川 <chuan@example.com>", "In_Reply_To": "<b@x>", "References": "<a@x> <b@x>"}
    letter = read(mail("好", Subject="回复：Re: 漏水", **headers), NOW)
    assert (letter.author, letter.name, letter.subject) == ("chuan@example.com", "川", "漏水")
    assert (letter.references, letter.root) == (("<b@x>", "<a@x>"), "<a@x>")


def test_a_mail_without_an_id_has_the_same_one_every_time() -> None:
    one, other = (mail("甲"), mail("乙"))
    for each in (one, other):
        del each["Message-ID"]
    ids = [read(each, NOW).id for each in (one, one, other)]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("sha256:")


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"}, {"Return_Path": "<>"},
        {"Subject": "自动回复: 我在休假"}, {"Subject": "Automatic reply: on leave"},
        {"sender": "MAILER-DAEMON@mx.example.com"},
    ],
)  # fmt: skip
def test_machines_are_recognised(headers: dict[str, str]) -> None:
    assert automatic(mail("我不在", **headers))


@pytest.mark.parametrize(
    "headers", [{}, {"Auto_Submitted": "no"}, {"Precedence": "list"}, {"Subject": "自动回复坏了，客户收不到"}]
)
def test_people_are_not_taken_for_machines(headers: dict[str, str]) -> None:
    assert not automatic(mail("漏水", **headers))


def report(action: str) -> Any:
    """A report as RFC 3464 shows it."""
    return message_from_string(
        f"""From: MAILER-DAEMON@mx.example.com
Subject: Delivery status
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; a@example.com
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: message/rfc822

Message-ID: <019f0000-0000-7000-8000-000000000001@huixiang>

Hello
--b--
"""
    )


def test_a_mail_that_came_back_names_ours_and_the_reason() -> None:
    back = returned(report("failed"))
    assert back is not None
    assert [str(one) for one in back.delivery_ids] == ["019f0000-0000-7000-8000-000000000001"]
    assert back.reason == "smtp; 550 no such user"
    assert returned(report("delayed")) is None
    assert returned(mail("退信的问题怎么解决", Subject="退信")) is None


PIECES = st.sampled_from([
    b"From: ", b"Subject: ", b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: text/html; charset=",
    b"--b\r\n", b"\r\n\r\n", b"\r\n", b"=?gb18030?B?", b"?=", b"<a@b>", b"Date: ", b"References: ", b"<blockquote>",
    b"Content-Disposition: attachment; filename*0*=",
    b"Content-Transfer-Encoding: base64\r\n", b"</p>", b"<!", b"&#x110000;",
    "写道：".encode("gbk"), b"Content-Type: message/rfc822\r\n", b"charset*=x''%ff", b"idna", b"utf-7", b"+2AA-",
])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=25))
def test_no_mail_breaks_the_reading(pieces: list[bytes]) -> None:
    given_mail = message_from_bytes(b"".join(pieces))
    automatic(given_mail)
    returned(given_mail)
    said(given_mail)
    try:
        letter = read(given_mail, NOW)
    except Unreadable:
        return
    said_of = (letter.text, letter.subject, letter.name, letter.author, letter.id)
    assert [one.encode().decode() for one in said_of] == [*said_of]


def test_a_charset_that_is_no_name_costs_the_mail_nothing() -> None:
    letter = read(
        message_from_bytes(
            b"From: a@example.com\r\nContent-Type: text/plain; charset=x\0y\r\n\r\n" + "还是漏水。".encode()
        ),
        NOW,
    )
    assert letter.text == "还是漏水。"


@pytest.mark.parametrize("broken", ["<!" * 50_000, "<div>" * 40_000, "<a " * 60_000, "<b></i>" * 20_000])
def test_markup_broken_on_purpose_takes_no_time(broken: str) -> None:
    started = time.process_time()
    from_html(broken)
    assert time.process_time() - started < 3


def test_neither_do_endless_lines() -> None:
    started = time.process_time()
    for line in (" \n", "发件人:\n", "2026-11-22 <" + "@" * 480 + "\n", "- " * 240 + "\n"):
        own_words(line * (200_000 // len(line)), answer=True)
    assert time.process_time() - started < 3
