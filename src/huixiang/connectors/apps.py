"""Every connector is declared here, once, and registered at start-up."""

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    """Registers the connectors with channels."""

    name = "huixiang.connectors"
    label = "connectors"

    def ready(self) -> None:
        """Hand every connector to channels."""
        from huixiang.channels.contracts import register  # noqa: PLC0415 - models must be loaded first
        from huixiang.connectors.api.outbound import ApiConnector  # noqa: PLC0415
        from huixiang.connectors.app_reviews.outbound import AppReviewsConnector  # noqa: PLC0415
        from huixiang.connectors.dingtalk.outbound import DingtalkConnector  # noqa: PLC0415
        from huixiang.connectors.dingtalk_group.outbound import DingtalkGroupConnector  # noqa: PLC0415
        from huixiang.connectors.discord.outbound import DiscordConnector  # noqa: PLC0415
        from huixiang.connectors.discourse.outbound import DiscourseConnector  # noqa: PLC0415
        from huixiang.connectors.email.outbound import EmailConnector  # noqa: PLC0415
        from huixiang.connectors.feed.outbound import FeedConnector  # noqa: PLC0415
        from huixiang.connectors.feishu.outbound import FeishuConnector  # noqa: PLC0415
        from huixiang.connectors.feishu_group.outbound import FeishuGroupConnector  # noqa: PLC0415
        from huixiang.connectors.files.outbound import FileConnector  # noqa: PLC0415
        from huixiang.connectors.matrix.outbound import MatrixConnector  # noqa: PLC0415
        from huixiang.connectors.notes.outbound import NotesConnector  # noqa: PLC0415
        from huixiang.connectors.portal.outbound import PortalConnector  # noqa: PLC0415
        from huixiang.connectors.qq_bot.outbound import QqBotConnector  # noqa: PLC0415
        from huixiang.connectors.slack.outbound import SlackConnector  # noqa: PLC0415
        from huixiang.connectors.telegram.outbound import TelegramConnector  # noqa: PLC0415
        from huixiang.connectors.webhook.outbound import WebhookConnector  # noqa: PLC0415
        from huixiang.connectors.wechat_oa.outbound import WechatOaConnector  # noqa: PLC0415
        from huixiang.connectors.wecom_app.outbound import WecomAppConnector  # noqa: PLC0415
        from huixiang.connectors.wecom_bot.outbound import WecomBotConnector  # noqa: PLC0415
        from huixiang.connectors.wecom_group.outbound import WecomGroupConnector  # noqa: PLC0415
        from huixiang.connectors.wecom_kf.outbound import WecomKfConnector  # noqa: PLC0415
        from huixiang.connectors.weibo.outbound import WeiboConnector  # noqa: PLC0415

        for connector in (
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
        ):
            register(connector)
