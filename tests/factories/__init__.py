"""Rows for tests, made by the product's own verbs."""

import datetime
import itertools

from django.utils import timezone

from huixiang.cases.models import Case
from huixiang.channels.actions import open_account
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.intake.actions import Receipt, receive
from huixiang.triage.actions import process
from huixiang.workspaces.actions import create_workspace, join_team
from huixiang.workspaces.models import Membership, User, Workspace

COLD_START = "零下三十度停了一夜，早上按启动键没有反应，仪表显示低压系统异常，车机版本 3.4.1"
BLACK_SCREEN = "高速上车机黑屏重启，导航和倒车影像全没了，这周第三次"
RUDE_SERVICE = "预约保养被改期三次，没有一个人主动告诉我，客服态度还很差"
PRAISE = "新座椅真舒服，开长途腰一点不酸，给你们点赞"
CHATTER = "今天天气真好，大家吃了吗"

_numbers = itertools.count(1)


def workspace(slug: str = "") -> Workspace:
    """A workspace with an app, a portal, an import source and a mail account."""
    slug = slug or f"brand-{next(_numbers)}"
    made = create_workspace(slug=slug, name="北辰汽车", community_name="车主社区")
    for account, kind, name in (
        ("owners-app", "api", "车主 App"),
        ("portal", "portal", "反馈广场"),
        ("files", "import", "表格导入"),
        ("mail", "email", "邮件"),
    ):
        open_account(workspace=made, slug=account, kind=kind, name=name)
    return made


def user(name: str = "阿澈") -> User:
    return User.objects.create_user(f"user{next(_numbers)}@example.com", "a-long-password", name=name)


def membership(workspace: Workspace, role: str, name: str = "知夏") -> Membership:
    return join_team(workspace=workspace, user=user(name), role=role, job_title="社群运营")


def inbound(text: str = COLD_START, **changed: object) -> InboundMessage:
    number = next(_numbers)
    fields: dict[str, object] = {
        "external_id": f"m-{number}",
        "text": text,
        "author_id": f"u-{number}",
        "author_name": f"车友{number}",
        "sent_at": timezone.now(),
    }
    return InboundMessage(**{**fields, **changed})  # type: ignore[arg-type]


def received(account: ChannelAccount, *messages: InboundMessage) -> list[Receipt]:
    """Messages stored and read."""
    receipts = receive(account=account, messages=messages)
    process(workspace_id=account.workspace_id)
    return receipts


def feedback(account: ChannelAccount, text: str = COLD_START, **changed: object) -> Feedback:
    """One feedback by the whole pipeline."""
    message = inbound(text, **changed)
    received(account, message)
    return Feedback.objects.filter(workspace=account.workspace).latest("created_at")


def case(account: ChannelAccount, text: str = COLD_START, **changed: object) -> Case:
    """One case by the whole pipeline."""
    found = feedback(account, text, **changed)
    return Case.objects.select_related("member", "theme", "workspace", "account").get(id=found.case_id)


def ago(**span: int) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**span)
