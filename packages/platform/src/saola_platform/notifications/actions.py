"""Writing notices, and putting the e-mail that goes with one into the queue."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from saola_platform.kernel import clock
from saola_platform.kernel.configuration import site
from saola_platform.kernel.country import country
from saola_platform.notifications.models import Mail, Notice


def notify(
    *,
    person: str,
    kind: str,
    texts: Mapping[str, str],
    key: str,
    link: str = "",
    email: str | None = None,
    language: str | None = None,
) -> UUID:
    """Tell a person something, once per `key`; returns the notice's id, also when it was there already.

    `texts` maps languages to plain text; its first line is the subject of the e-mail, which goes
    to `email` when given and the site has a mail server. `link` is an address within this site.
    Runs in the caller's transaction: rolled back with it, and so is the e-mail.
    """
    if not texts or not all(text.strip() for text in texts.values()):
        raise ValueError("a notice needs a text")
    if link and (not link.startswith("/") or link.startswith("//")):
        raise ValueError("a notice links within the site only")
    at = clock.now()
    with transaction.atomic():
        notice, is_new = Notice.objects.get_or_create(
            person=person,
            key=key,
            defaults={"kind": kind, "texts": dict(texts), "link": link, "created_at": at},
        )
        if is_new and email and site().mail is not None:
            chosen = language or country().default_language
            mail = Mail.objects.create(notice=notice, address=email, language=chosen, created_at=at)
            _queue(mail)
    return notice.id


def mark_read(*, person: str, notice: UUID) -> Notice | None:
    """Note that the person opened the notice; None when it is not theirs."""
    found = Notice.objects.filter(person=person, id=notice).first()
    if found is not None and found.read_at is None:
        found.read_at = clock.now()
        found.save(update_fields=["read_at"])
    return found


def _queue(mail: Mail) -> None:
    from saola_platform.notifications.tasks import send_mail

    send_mail.defer(mail_id=mail.pk)
