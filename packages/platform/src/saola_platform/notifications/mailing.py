"""One e-mail: its words and its way to the mail server."""

from __future__ import annotations

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext, override

from saola_platform.kernel import clock
from saola_platform.kernel.configuration import site
from saola_platform.notifications.models import Mail
from saola_platform.notifications.queries import text_in

LONGEST_SUBJECT = 150


def send(*, mail_id: int) -> bool:
    """Send it unless it was sent; whether this call sent it. Raises what the mail server raises.

    The row stays locked while sending, so two workers never send one mail. Should the process
    die between sending and noting it, the repetition carries the same Message-ID, by which mail
    systems recognise a duplicate.
    """
    Mail.objects.filter(pk=mail_id, sent_at=None).update(attempts=F("attempts") + 1)
    with transaction.atomic():
        mail = Mail.objects.select_for_update().select_related("notice").filter(pk=mail_id, sent_at=None).first()
        if mail is None:
            return False
        message(mail).send()
        mail.sent_at = clock.now()
        mail.save(update_fields=["sent_at"])
    return True


def message(mail: Mail) -> EmailMessage:
    """The e-mail in its language: the notice's text, and where to read more. No link that signs in."""
    text = text_in(mail.notice.texts, language=mail.language)
    home = site().public_url.rstrip("/")
    with override(mail.language):
        lines = [
            text,
            "",
            gettext("Open the site yourself and sign in to see more:"),
            home + (mail.notice.link or "/"),
            "",
            gettext("We never ask for passwords, PINs or money by e-mail."),
        ]
    return EmailMessage(
        subject=" ".join(text.splitlines()[0].split())[:LONGEST_SUBJECT],
        body="\n".join(lines),
        to=[mail.address],
        headers={"Message-ID": f"<{mail.notice_id}@{site().hosts[0]}>", "Auto-Submitted": "auto-generated"},
    )
