"""What other apps of identity may ask of accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from saola_identity.accounts.models import LEVELS, Account, Event

Level = Literal["low", "substantial", "high"]

__all__ = [
    "Account",
    "Event",
    "Level",
    "PersonDetails",
    "account_of",
    "events_of",
    "level",
    "lower_level",
    "record",
    "save_account",
]


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """What is known of a person when their account is made or brought up to date."""

    personal_number: str
    full_name: str
    given_name: str = ""
    surname: str = ""
    birth_date: date | None = None
    sex: str = ""
    email: str = ""
    phone: str = ""
    level: Level = "low"


def save_account(*, person: PersonDetails, at: datetime) -> Account:
    """The account of the person with that number, made or brought up to date."""
    values = asdict(person)
    number = values.pop("personal_number")
    account, _ = Account.objects.update_or_create(
        personal_number=number, defaults=values, create_defaults={**values, "created_at": at}
    )
    return account


def account_of(account_id: UUID | str) -> Account | None:
    """The account, unless it is closed or not there."""
    return Account.objects.filter(pk=account_id, is_active=True).first()


def record(
    *,
    kind: str,
    account: Account | None,
    at: datetime,
    client_id: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one event; `detail` holds no secret and no attribute value."""
    if kind not in Event.KINDS:
        raise ValueError(f"no event is called {kind!r}")
    Event.objects.create(kind=kind, account=account, at=at, client_id=client_id, detail=dict(detail or {}))


def events_of(account: Account, *, most: int = 20) -> Sequence[Event]:
    """The newest events of a person."""
    return list(Event.objects.filter(account=account)[:most])


def lower_level(one: str, other: str) -> Level:
    """The lower of two levels of assurance: a strong key cannot make up for a weakly known person."""
    return min((level(one), level(other)), key=LEVELS.index)


def level(word: str) -> Level:
    """The level of that name; anything unknown is the lowest."""
    known: dict[str, Level] = {"low": "low", "substantial": "substantial", "high": "high"}
    return known.get(word, "low")
