"""Notices: what other apps may ask of this one.

notify(person="0001…", kind="dossier-received", texts={"en": "…"}, link="/applications/…", key="…")
"""

from __future__ import annotations

from saola_platform.notifications.actions import mark_read, notify
from saola_platform.notifications.queries import NoticeView, notices_of, unread_count

__all__ = ["NoticeView", "mark_read", "notices_of", "notify", "unread_count"]
