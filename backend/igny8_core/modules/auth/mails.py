"""The mails of identity: plain text from a template whose first line is the subject, never sent in a transaction."""

import smtplib

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from igny8_core.common.errors import DomainError, ErrorKind


class MailUndelivered(DomainError):
    """The mail server did not take the mail; it is tried again."""

    kind = ErrorKind.UNAVAILABLE
    code = "mail_undelivered"
    message = "The mail could not be handed to the mail server."
    is_retryable = True


def mail_send(template: str, *, to: str, **values: str) -> None:
    """Send one mail. Raises MailUndelivered."""
    text = render_to_string(f"auth/mail/{template}.txt", {"public_url": settings.PUBLIC_URL, **values})
    subject, _, body = text.lstrip().partition("\n")
    try:
        send_mail(subject, body, None, [to])
    except (smtplib.SMTPException, OSError) as error:
        raise MailUndelivered from error
