"""E-mail: what the connector is, and sending by SMTP, one message a delivery, with an id of ours."""

import functools
import re
import smtplib
import socket
from email.utils import formataddr
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.cases.files import of_delivery
from huixiang.channels.accounts import value
from huixiang.channels.contracts import FILES, Connector, Hears, Setting, Sort, Taken, TransportError
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.connectors.email import inbound, wires
from huixiang.connectors.email.line import MailLine
from huixiang.intake.attachments import storage

PERMANENT_FROM: Final = 500  # RFC 5321: replies 5yz are permanent
TOO_LARGE: Final = 552
MAIL_ID: Final = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")  # other channels' message ids do not belong in a mail's headers
HOST: Final = r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
SECURITY: Final = (
    (wires.TLS, gettext_lazy("TLS from the beginning")),
    (wires.STARTTLS, gettext_lazy("STARTTLS")),
    (wires.PLAIN, gettext_lazy("None (only for a server in your own network)")),
)
PERSONAL: Final = "reply"  # what a person wrote; everything else is written by itself


def _text(name: str, label: Any, help: Any = "", **more: Any) -> Setting:  # noqa: A002 - as the field is called
    return Setting(name, label, help, required=False, **more)


class EmailConnector(Connector):
    """The installation's SMTP server, or a mailbox of the account's own: IMAP in, SMTP out."""

    kind = "email"
    label = gettext_lazy("E-mail")
    carries = FILES
    hears = Hears.LINE
    form = (
        _text(
            "address", gettext_lazy("Address of the mailbox"),
            gettext_lazy("Answers are sent from it. Empty: the installation's own sender, nothing comes in."),
            pattern=r"[^@\s<>]{1,64}@[^@\s<>]{1,185}",
        ),
        _text("sender", gettext_lazy("Name people see"), gettext_lazy("Empty: the workspace's name")),
        _text("imap_host", gettext_lazy("IMAP server"), gettext_lazy("imap.example.com"), pattern=HOST),
        _text("imap_port", gettext_lazy("IMAP port"), sort=Sort.NUMBER, default="993", pattern=r"\d{1,5}"),
        _text(
            "imap_security", gettext_lazy("IMAP encryption"), sort=Sort.CHOICE, default=wires.TLS, choices=SECURITY
        ),
        _text("user", gettext_lazy("User"), gettext_lazy("Empty: the address")),
        _text(
            "password", gettext_lazy("Password"),
            gettext_lazy("Many providers want an app password (授权码) made in their settings, not the login's."),
            sort=Sort.SECRET,
        ),
        _text("folder", gettext_lazy("Folder"), default="INBOX"),
        _text(
            "days_before", gettext_lazy("Days to take at the beginning"),
            gettext_lazy("Mails that came in so many days before the mailbox was connected; 0: only new ones"),
            sort=Sort.NUMBER, default="0",
        ),
        _text("smtp_host", gettext_lazy("SMTP server"), gettext_lazy("Empty: the installation's"), pattern=HOST),
        _text("smtp_port", gettext_lazy("SMTP port"), sort=Sort.NUMBER, default="465", pattern=r"\d{1,5}"),
        _text(
            "smtp_security", gettext_lazy("SMTP encryption"), sort=Sort.CHOICE, default=wires.TLS, choices=SECURITY
        ),
        _text("smtp_user", gettext_lazy("SMTP user"), gettext_lazy("Empty: the same as above")),
        _text(
            "smtp_password", gettext_lazy("SMTP password"), gettext_lazy("Empty: the same as above"),
            sort=Sort.SECRET,
        ),
    )  # fmt: skip

    def can_send(self) -> bool:
        """Only when an SMTP server is set for the installation; see `sends_for` for accounts with their own."""
        return bool(settings.EMAIL_HOST)

    def sends_for(self, account: ChannelAccount) -> bool:
        """By its own server, else by the installation's."""
        return bool(account.settings.get("smtp_host")) or self.can_send()

    def hears_by(self, account: ChannelAccount) -> Hears:
        """A line to its mailbox, when it has one."""
        return Hears.LINE if account.settings.get("imap_host") else Hears.NOTHING

    async def listen(self, account: ChannelAccount, taken: Taken) -> None:
        """Hold the line to the mailbox."""
        await inbound.listen(account, taken)

    def check(self, account: ChannelAccount) -> str:
        """Open the mailbox and greet the SMTP server; returns the address. Raises TransportError."""
        if self.hears_by(account) == Hears.LINE:
            line = MailLine(account, {})
            try:
                line.open()
            finally:
                line.close()
        if not self.sends_for(account):
            raise TransportError(_("No SMTP server is set, neither here nor for the installation."), permanent=True)
        server = _server(account)
        try:
            _handed(server, None, account)
        finally:
            server.close()
        return value(account, "address") or settings.DEFAULT_FROM_EMAIL

    def send(self, delivery: Delivery) -> DeliveryState:
        """Hand the mail to the server.

        Raises TransportError: permanent for a refused address, unknown when the line broke after the data, pausing for
        a password or a sender the server does not take.
        """
        server = _server(delivery.account)
        try:
            _handed(server, _message(delivery), delivery.account)
        finally:
            server.close()
        return DeliveryState.DELIVERED


class _OwnServer(EmailBackend):
    """The account's own server, by a connection of ours; `security` as in wires."""

    def __init__(self, account: ChannelAccount, security: str) -> None:
        super().__init__(
            host=value(account, "smtp_host"), port=int(value(account, "smtp_port")), timeout=int(wires.TIMEOUT),
            username=value(account, "smtp_user") or value(account, "user") or value(account, "address"),
            password=value(account, "smtp_password") or value(account, "password"),
            use_tls=security == wires.STARTTLS, use_ssl=security == wires.TLS,
        )  # fmt: skip
        self._opened = functools.partial(wires.connected, account, self.host, self.port, security)

    @property
    def connection_class(self) -> Any:
        """The library's client, on a connection that was looked at."""
        opened = self._opened

        class Client(smtplib.SMTP):
            def __init__(self, host: str, port: int, context: Any = None, **more: Any) -> None:  # noqa: ARG002
                super().__init__(host, port, **more)

            def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
                return opened()

        return Client


def _server(account: ChannelAccount) -> Any:
    return _OwnServer(account, value(account, "smtp_security")) if value(account, "smtp_host") else get_connection()


def _host(account: ChannelAccount) -> str:
    return value(account, "smtp_host") or settings.EMAIL_HOST


def _handed(server: Any, message: EmailMessage | None, account: ChannelAccount) -> None:
    """Open the line and send, if there is something to send. Raises TransportError for whatever goes wrong."""
    try:
        _greet(server, account)
        if message is not None:
            server.send_messages([message])
    except smtplib.SMTPException as error:
        raise _refused(error) from error
    except OSError as error:
        raise TransportError(wires.said(error, _host(account))) from error
    except ValueError as error:  # an address or a header no mail can carry
        raise TransportError(str(error), permanent=True) from error


def _refused(error: smtplib.SMTPException) -> TransportError:
    """What the server's answer means."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return TransportError(_said(code, words), permanent=code >= PERMANENT_FROM)
    if isinstance(error, smtplib.SMTPResponseException):
        code, sentence = error.smtp_code, _said(error.smtp_code, error.smtp_error)
        ours = isinstance(error, (smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused)) and code != TOO_LARGE
        lasting = code >= PERMANENT_FROM
        return TransportError(sentence, permanent=lasting and not ours, pauses=lasting and ours)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return TransportError(_("The mail server hung up; the mail may have gone out."), unknown=True)
    return TransportError(str(error), permanent=True)


def _greet(server: Any, account: ChannelAccount) -> None:
    """Open the line. Nothing has been handed over yet, so hanging up here is worth another try."""
    try:
        server.open()
    except smtplib.SMTPServerDisconnected as error:
        raise TransportError(
            _("The mail server %(host)s cannot be reached: %(why)s") % {"host": _host(account), "why": error}
        ) from error


def _message(delivery: Delivery) -> EmailMessage:
    account = delivery.account
    headers = {"Message-ID": f"<{delivery.id}@huixiang>"}
    if MAIL_ID.fullmatch(delivery.in_reply_to):
        headers["In-Reply-To"] = headers["References"] = delivery.in_reply_to
    if delivery.purpose != PERSONAL:  # so that no machine answers it (RFC 3834), and ours not theirs
        headers["Auto-Submitted"] = "auto-generated"
    subject = delivery.subject_line.replace("\r", " ").replace("\n", " ") or str(account)
    address = value(account, "address")
    sender = formataddr((value(account, "sender") or account.workspace.name, address)) if address else None
    mail = EmailMessage(
        subject=subject, body=delivery.words, to=[delivery.recipient], headers=headers, from_email=sender
    )
    for file in of_delivery(delivery):
        mail.attach(file.name, storage.path_of(file.path).read_bytes(), file.media_type)
    return mail


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return _("The mail server answered %(code)d: %(words)s") % {"code": code, "words": text}
