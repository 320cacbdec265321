"""The signed-in person as the session keeps them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.http import HttpRequest

Level = Literal["low", "substantial", "high"]
LEVELS: Final[tuple[Level, ...]] = ("low", "substantial", "high")
SESSION_KEY: Final = "person"
IDLE: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=8)
NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    """`sub` is this site's own (pairwise) name of the account; times are ISO 8601 with UTC."""

    sub: str
    personal_number: str
    name: str
    acr: Level
    signed_in_at: str
    seen_at: str

    def reaches(self, level: Level) -> bool:
        """Whether the person signed in at least at this level of assurance."""
        return LEVELS.index(self.acr) >= LEVELS.index(level)

    def is_current(self, at: datetime) -> bool:
        """Not idle for too long, and not signed in for longer than a working day."""
        idle = at - datetime.fromisoformat(self.seen_at)
        whole = at - datetime.fromisoformat(self.signed_in_at)
        return idle < IDLE and whole < LONGEST

    def noted(self, at: datetime) -> SignedInPerson:
        """The same person, seen now; the same object while that is less than a minute's difference."""
        if at - datetime.fromisoformat(self.seen_at) < NOTED_EVERY:
            return self
        return replace(self, seen_at=at.isoformat())


def to_session(person: SignedInPerson) -> dict[str, str]:
    """What the session keeps."""
    return asdict(person)


def from_session(data: Any) -> SignedInPerson | None:
    """The person, or None when the session holds none (or one of an older shape)."""
    try:
        return SignedInPerson(**data)
    except TypeError:
        return None


def person_of(request: HttpRequest) -> SignedInPerson:
    """The signed-in person; only for views behind `@signed_in`."""
    person = getattr(request, "person", None)
    if not isinstance(person, SignedInPerson):
        raise TypeError("person_of() is for views behind @signed_in")
    return person
