"""Reading notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from saola_platform.kernel.country import country
from saola_platform.notifications.models import Notice


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice in one language; `link` is an address of this site or empty."""

    id: UUID
    kind: str
    text: str
    link: str
    created_at: datetime
    is_read: bool


def notices_of(*, person: str, language: str, offset: int = 0, limit: int = 20) -> list[NoticeView]:
    """The person's notices, the newest first."""
    found = Notice.objects.filter(person=person)[offset : offset + limit]
    return [
        NoticeView(
            id=notice.id,
            kind=notice.kind,
            text=text_in(notice.texts, language=language),
            link=notice.link,
            created_at=notice.created_at,
            is_read=notice.read_at is not None,
        )
        for notice in found
    ]


def notice_count(*, person: str) -> int:
    """How many notices the person has, read or not."""
    return Notice.objects.filter(person=person).count()


def unread_count(*, person: str) -> int:
    """How many notices the person has not opened."""
    return Notice.objects.filter(person=person, read_at=None).count()


def text_in(texts: dict[str, str], *, language: str) -> str:
    """The text in the language, else in the country's default, else in any."""
    return texts.get(language) or texts.get(country().default_language) or next(iter(texts.values()))
