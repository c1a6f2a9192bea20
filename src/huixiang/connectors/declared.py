"""Every connector is declared here, once; it is registered at start-up."""

from typing import Final

from huixiang.channels.contracts import Connector
from huixiang.connectors.api.outbound import ApiConnector
from huixiang.connectors.app_reviews.outbound import AppReviewsConnector
from huixiang.connectors.dingtalk.outbound import DingtalkConnector
from huixiang.connectors.dingtalk_group.outbound import DingtalkGroupConnector
from huixiang.connectors.discord.outbound import DiscordConnector
from huixiang.connectors.discourse.outbound import DiscourseConnector
from huixiang.connectors.email.outbound import EmailConnector
from huixiang.connectors.feed.outbound import FeedConnector
from huixiang.connectors.feishu.outbound import FeishuConnector
from huixiang.connectors.feishu_group.outbound import FeishuGroupConnector
from huixiang.connectors.files.outbound import FileConnector
from huixiang.connectors.matrix.outbound import MatrixConnector
from huixiang.connectors.notes.outbound import NotesConnector
from huixiang.connectors.portal.outbound import PortalConnector
from huixiang.connectors.qq_bot.outbound import QqBotConnector
from huixiang.connectors.slack.outbound import SlackConnector
from huixiang.connectors.telegram.outbound import TelegramConnector
from huixiang.connectors.webhook.outbound import WebhookConnector
from huixiang.connectors.wechat_oa.outbound import WechatOaConnector
from huixiang.connectors.wecom_app.outbound import WecomAppConnector
from huixiang.connectors.wecom_bot.outbound import WecomBotConnector
from huixiang.connectors.wecom_group.outbound import WecomGroupConnector
from huixiang.connectors.wecom_kf.outbound import WecomKfConnector
from huixiang.connectors.weibo.outbound import WeiboConnector

CONNECTORS: Final[tuple[Connector, ...]] = (
    ApiConnector(),
    AppReviewsConnector(),
    DingtalkConnector(),
    DingtalkGroupConnector(),
    DiscordConnector(),
    DiscourseConnector(),
    EmailConnector(),
    FeedConnector(),
    FeishuConnector(),
    FeishuGroupConnector(),
    FileConnector(),
    MatrixConnector(),
    NotesConnector(),
    PortalConnector(),
    QqBotConnector(),
    SlackConnector(),
    TelegramConnector(),
    WebhookConnector(),
    WechatOaConnector(),
    WecomAppConnector(),
    WecomBotConnector(),
    WecomGroupConnector(),
    WecomKfConnector(),
    WeiboConnector(),
)
