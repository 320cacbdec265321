"""Signing in and out: to the identity provider and back to where the person was."""

from __future__ import annotations

import logging
import secrets
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_POST

from saola_platform.errors import PeerUnavailable, SignInFailed
from saola_platform.kernel import audit, clock
from saola_platform.kernel.configuration import site
from saola_platform.kernel.country import country
from saola_platform.kernel.signin import gate, provider
from saola_platform.kernel.signin.middleware import LAPSED_KEY
from saola_platform.kernel.signin.person import LEVELS, SESSION_KEY, Level, SignedInPerson, to_session
from saola_platform.kernel.views import explained, local_address, unavailable

PENDING_KEY: Final = "sign_in_pending"
ID_TOKEN_KEY: Final = "id_token"  # noqa: S105 - the name of a key, not a secret
# Several tabs may sign in at once; more than this many open attempts are not a person's.
MOST_PENDING: Final = 5
log = logging.getLogger(__name__)


@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the identity provider; `next` is where the person wants to go."""
    level = _level(request.GET.get("level"))
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        metadata = provider.metadata(at=clock.now())
    except PeerUnavailable as exc:
        log.warning("sign-in: %s", exc.detail)
        return unavailable(request)
    pending = dict(list(request.session.get(PENDING_KEY, {}).items())[1 - MOST_PENDING :])
    pending[state] = {
        "nonce": nonce,
        "verifier": verifier,
        "next": local_address(request, request.GET.get("next", "/")),
        "level": level,
    }
    request.session[PENDING_KEY] = pending
    return HttpResponseRedirect(
        provider.authorization_url(
            provider=metadata,
            redirect_uri=redirect_uri(),
            state=state,
            nonce=nonce,
            verifier=verifier,
            level=level,
            language=get_language() or country().default_language,
        )
    )


@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """The provider's answer: check it, remember the person, go where they wanted to go."""
    pending = dict(request.session.get(PENDING_KEY, {}))
    attempt = pending.pop(request.GET.get("state", ""), None)
    request.session[PENDING_KEY] = pending
    if attempt is None:
        return _refused(request, gettext("This sign-in was already used or is too old. Please sign in again."))
    if request.GET.get("error"):
        log.info("sign-in refused: %s", request.GET["error"][:80])
        return _refused(request, gettext("You did not sign in. You can try again whenever you like."))
    try:
        claims, id_token = _redeem(request, attempt=attempt)
    except SignInFailed as exc:
        log.warning("sign-in: %s", exc.detail)
        return _refused(request, gettext("The sign-in could not be checked. Please sign in again."))
    _remember(request, claims=claims, id_token=id_token)
    return HttpResponseRedirect(attempt["next"])


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget the person here, then at the identity provider."""
    id_token = request.session.get(ID_TOKEN_KEY)
    person: SignedInPerson | None = getattr(request, "person", None)
    request.session.flush()
    if person is not None:
        audit.record(action="signed-out", person=person.personal_number)
    home = site().public_url.rstrip("/") + "/"
    try:
        metadata = provider.metadata(at=clock.now())
    except PeerUnavailable:
        return HttpResponseRedirect("/")
    query = {"client_id": provider.settings().client_id, "post_logout_redirect_uri": home}
    if id_token:
        query["id_token_hint"] = id_token
    return HttpResponseRedirect(f"{metadata.end_session_endpoint}?{urlencode(query)}")


def redirect_uri() -> str:
    """Our address at which the provider's answer arrives."""
    return site().public_url.rstrip("/") + reverse("signin:callback")


def _redeem(request: HttpRequest, *, attempt: dict[str, Any]) -> tuple[provider.Claims, str]:
    at = clock.now()
    metadata = provider.metadata(at=at)
    # RFC 9207: an answer that another provider caused must not be redeemed at ours.
    if request.GET.get("iss") != metadata.issuer:
        raise SignInFailed("the answer names another issuer")
    tokens = provider.redeem(
        provider=metadata,
        code=request.GET.get("code", ""),
        redirect_uri=redirect_uri(),
        verifier=attempt["verifier"],
    )
    id_token, access_token = str(tokens.get("id_token", "")), str(tokens.get("access_token", ""))
    try:
        claims = provider.verified_claims(provider=metadata, id_token=id_token, nonce=attempt["nonce"], at=at)
    except SignInFailed:
        # The provider may have changed its key since we read it.
        metadata = provider.metadata(at=at, fresh=True)
        claims = provider.verified_claims(provider=metadata, id_token=id_token, nonce=attempt["nonce"], at=at)
    attributes = provider.userinfo(provider=metadata, access_token=access_token, sub=claims["sub"])
    return provider.claims_of(token=claims, attributes=attributes), id_token


def _remember(request: HttpRequest, *, claims: provider.Claims, id_token: str) -> None:
    at = clock.now().isoformat()
    kept = request.session.get(gate.KEPT_KEY)
    request.session.flush()  # a new session id, and nothing of whoever sat here before
    if kept and kept["sub"] == claims.sub:
        request.session[gate.KEPT_KEY] = kept
    person = SignedInPerson(
        sub=claims.sub,
        personal_number=claims.personal_number,
        name=claims.name,
        acr=claims.acr,
        signed_in_at=at,
        seen_at=at,
    )
    request.session[SESSION_KEY] = to_session(person)
    request.session[ID_TOKEN_KEY] = id_token
    request.session.pop(LAPSED_KEY, None)
    audit.record(action="signed-in", person=person.personal_number, detail={"acr": person.acr})


def _level(given: str | None) -> Level:
    return next((level for level in LEVELS if level == given), "low")


def _refused(request: HttpRequest, explanation: str) -> HttpResponse:
    return explained(request, status=400, title=gettext("You are not signed in"), paragraphs=[explanation])
