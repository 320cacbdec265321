"""Who is signed in at identity in this browser, how and since when.

A sign-in ends after an hour without use and after eight hours in any case. Every sign-in gets a
new session key, so that a key known before is worth nothing afterwards.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from saola_identity import clock
from saola_identity.accounts.api import Account, Level, account_of, record

KEY: Final = "signed_in"
SURVIVES: Final = ("authorizations", "asking")
IDLE: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=8)
NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in: `amr` are the methods (RFC 8176), `acr` the level of assurance reached."""

    account_id: str
    at: datetime
    seen_at: datetime
    acr: Level
    amr: tuple[str, ...]

    def is_current(self, now: datetime) -> bool:
        """Neither idle for too long nor too old."""
        return now - self.seen_at < IDLE and now - self.at < LONGEST

    @property
    def auth_time(self) -> int:
        """The moment of authentication as OpenID Connect counts it: whole seconds since 1970."""
        return int(self.at.timestamp())


def sign_in(*, request: HttpRequest, account: Account, acr: Level, amr: tuple[str, ...]) -> SignIn:
    """Sign a person in to this browser. Only what was begun on the way here (an authorisation) is kept."""
    now = clock.now()
    found = SignIn(str(account.pk), now, now, acr, amr)
    kept = {key: request.session[key] for key in SURVIVES if key in request.session}
    # Whoever sat here before leaves nothing behind, and the browser gets a new session key and form token.
    request.session.flush()
    request.session.update(kept)
    request.session[KEY] = _to_session(found)
    rotate_token(request)
    record(kind="signed-in", account=account, at=now, detail={"acr": acr, "amr": list(amr)})
    return found


def sign_out(request: HttpRequest) -> None:
    """Forget everything about this browser."""
    account = signed_in_account(request)
    if account is not None:
        record(kind="signed-out", account=account, at=clock.now())
    request.session.flush()


def current_sign_in(request: HttpRequest) -> SignIn | None:
    """The sign-in of this browser, or None when there is none or it lapsed."""
    found = _from_session(request.session.get(KEY))
    if found is None:
        return None
    now = clock.now()
    if not found.is_current(now):
        del request.session[KEY]
        return None
    if now - found.seen_at >= NOTED_EVERY:
        found = SignIn(found.account_id, found.at, now, found.acr, found.amr)
        request.session[KEY] = _to_session(found)
    return found


def signed_in_account(request: HttpRequest) -> Account | None:
    """The account of the person signed in here, or None."""
    found = current_sign_in(request)
    return account_of(found.account_id) if found else None


def _to_session(found: SignIn) -> dict[str, Any]:
    return {**asdict(found), "at": found.at.isoformat(), "seen_at": found.seen_at.isoformat(), "amr": list(found.amr)}


def _from_session(data: Any) -> SignIn | None:
    try:
        return SignIn(
            account_id=data["account_id"],
            at=datetime.fromisoformat(data["at"]),
            seen_at=datetime.fromisoformat(data["seen_at"]),
            acr=data["acr"],
            amr=tuple(data["amr"]),
        )
    except (TypeError, KeyError, ValueError):
        return None
