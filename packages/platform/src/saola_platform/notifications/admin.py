"""What the operator sees of the notices: that they went out, never what they say."""

from __future__ import annotations

from django.contrib import admin

from saola_platform.kernel.admin import ReadOnly
from saola_platform.notifications.models import Mail, Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnly[Notice]):
    """Kind and times."""

    list_display = ("id", "kind", "created_at", "read_at")
    exclude = ("texts", "person")


@admin.register(Mail)
class MailAdmin(ReadOnly[Mail]):
    """Whether the mail server took it."""

    list_display = ("id", "created_at", "sent_at", "attempts")
    exclude = ("address", "notice")
