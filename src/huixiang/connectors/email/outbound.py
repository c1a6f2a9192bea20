"""Sending by SMTP, one message a delivery, with an id of ours so that threads hold together."""

import re
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.cases.files import of_delivery
from huixiang.channels.contracts import FILES, Connector, TransportError
from huixiang.channels.models import Delivery, DeliveryState
from huixiang.intake.attachments import storage

PERMANENT_FROM = 500  # RFC 5321: replies 5yz are permanent
MAIL_ID = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")  # other channels' message ids do not belong in a mail's headers


class EmailConnector(Connector):
    """The workspace's mail by the installation's SMTP server."""

    kind = "email"
    label = gettext_lazy("E-mail")
    carries = FILES

    def can_send(self) -> bool:
        """Only when an SMTP server is set."""
        return bool(settings.EMAIL_HOST)

    def send(self, delivery: Delivery) -> DeliveryState:
        """Hand the mail to the server.

        Raises TransportError: permanent for a refused address, unknown when the line broke after the data.
        """
        message, server = _message(delivery), get_connection()
        try:
            _greet(server)
            server.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise TransportError(_said(code, words), permanent=code >= PERMANENT_FROM) from error
        except smtplib.SMTPResponseException as error:
            raise TransportError(
                _said(error.smtp_code, error.smtp_error), permanent=error.smtp_code >= PERMANENT_FROM
            ) from error
        except smtplib.SMTPServerDisconnected as error:
            raise TransportError(_("The mail server hung up; the mail may have gone out."), unknown=True) from error
        except OSError as error:
            raise TransportError(
                _("The mail server %(host)s cannot be reached: %(why)s")
                % {"host": settings.EMAIL_HOST, "why": error.strerror or error}
            ) from error
        except ValueError as error:  # an address or a header no mail can carry
            raise TransportError(str(error), permanent=True) from error
        finally:
            server.close()
        return DeliveryState.DELIVERED


def _greet(server: Any) -> None:
    """Open the line. Nothing has been handed over yet, so hanging up here is worth another try."""
    try:
        server.open()
    except smtplib.SMTPServerDisconnected as error:
        raise TransportError(
            _("The mail server %(host)s cannot be reached: %(why)s") % {"host": settings.EMAIL_HOST, "why": error}
        ) from error


def _message(delivery: Delivery) -> EmailMessage:
    body = delivery.text + (f"\n\n{delivery.link}" if delivery.link else "")
    headers = {"Message-ID": f"<{delivery.id}@huixiang>"}
    if MAIL_ID.fullmatch(delivery.in_reply_to):
        headers["In-Reply-To"] = headers["References"] = delivery.in_reply_to
    subject = delivery.subject_line.replace("\r", " ").replace("\n", " ") or str(delivery.account)
    mail = EmailMessage(subject=subject, body=body, to=[delivery.recipient], headers=headers)
    for file in of_delivery(delivery):
        mail.attach(file.name, storage.path_of(file.path).read_bytes(), file.media_type)
    return mail


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return _("The mail server answered %(code)d: %(words)s") % {"code": code, "words": text}
