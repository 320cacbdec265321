"""The authorisation endpoint.

`authorize` checks the request and keeps it in the browser's session; `proceed` answers it, now or
after the person has signed in. A request lives fifteen minutes.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from saola_identity import clock
from saola_identity.accounts.api import account_of
from saola_identity.authentication.language import remember_language
from saola_identity.authentication.session import current_sign_in
from saola_identity.oidc import authorization
from saola_identity.oidc.actions import give_code
from saola_identity.oidc.authorization import AuthorizationRequest
from saola_identity.oidc.clients import configuration
from saola_identity.oidc.errors import AuthorizationRefused
from saola_identity.oidc.id_token import read_hint
from saola_identity.oidc.keys import verifying_keys
from saola_identity.oidc.subjects import account_behind

PENDING: Final = "authorizations"
MOST_PENDING: Final = 8
LIVES: Final = timedelta(minutes=15)


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Core §3.1.2.1; a POST becomes a GET, so that the browser's session comes along."""
    if request.method == "POST":
        return HttpResponseRedirect(f"{request.path}?{request.POST.urlencode()}", status=303)
    parameters = dict(request.GET.lists())
    try:
        client, redirect_uri = authorization.addressee(parameters=parameters, find=configuration().client)
    except AuthorizationRefused as exc:
        return render(request, "oidc/refused.html", {"error": exc}, status=400)
    at = clock.now()
    try:
        asked = authorization.parse(parameters=parameters, client=client, redirect_uri=redirect_uri, at=at)
    except AuthorizationRefused as exc:
        state = parameters.get("state", [""])
        return _back(
            redirect_uri, state[0] if len(state) == 1 else "", {"error": exc.error, "error_description": exc.detail}
        )
    answer = _answer(request, asked, at=at, name=_keep(request, asked))
    remember_language(answer, wishes=asked.ui_locales)
    return answer


@never_cache
@require_safe
def proceed(request: HttpRequest, name: str) -> HttpResponse:
    """Where the sign-in page returns to."""
    at = clock.now()
    kept = request.session.get(PENDING, {}).get(name)
    asked = AuthorizationRequest.from_session(kept) if kept else None
    if asked is None or at.timestamp() - asked.started_at > LIVES.total_seconds():
        return render(request, "oidc/too_late.html", status=400)
    return _answer(request, asked, at=at, name=name)


def _answer(request: HttpRequest, asked: AuthorizationRequest, *, at: datetime, name: str) -> HttpResponse:
    signed_in = current_sign_in(request)
    account = account_of(signed_in.account_id) if signed_in else None
    need = authorization.need_of(request=asked, signed_in=signed_in if account else None, at=at)
    try:
        if need == "nothing" and not _is_hinted(asked, account_id=account.pk if account else None):
            need = "sign-in"
    except AuthorizationRefused as exc:
        return _finish(request, asked, name, {"error": exc.error, "error_description": exc.detail})
    if need == "sign-in" and "none" in asked.prompts:
        return _finish(request, asked, name, {"error": "login_required"})
    if need == "sign-in":
        return HttpResponseRedirect(_sign_in_url(request, asked, name))
    if need == "stronger-sign-in" or account is None or signed_in is None:
        return _finish(request, asked, name, {"error": "unmet_authentication_requirements"})
    code = give_code(request=asked, account=account, signed_in=signed_in, at=at)
    return _finish(request, asked, name, {"code": code})


def _is_hinted(asked: AuthorizationRequest, *, account_id: Any) -> bool:
    """Whether the person signed in is the one the site expects, if it expects one."""
    if not asked.id_token_hint:
        return True
    claims = read_hint(
        token=asked.id_token_hint, issuer=configuration().issuer, keys=verifying_keys(configuration().data)
    )
    client = configuration().client(claims["aud"])
    expected = account_behind(sub=claims["sub"], client=client) if client else None
    return expected is not None and expected.pk == account_id


def _keep(request: HttpRequest, asked: AuthorizationRequest) -> str:
    name = secrets.token_urlsafe(12)
    kept = {**request.session.get(PENDING, {}), name: asked.to_session()}
    newest = sorted(kept, key=lambda one: kept[one]["started_at"])[-MOST_PENDING:]
    request.session[PENDING] = {one: kept[one] for one in newest}
    return name


def _sign_in_url(request: HttpRequest, asked: AuthorizationRequest, name: str) -> str:
    address = reverse("oidc:proceed", args=[name])
    request.session["asking"] = {
        "next": address, "client_id": asked.client_id, "scopes": list(asked.scopes), "hint": asked.login_hint,
    }  # fmt: skip
    return f"{reverse('authentication:sign-in')}?{urlencode({'next': address})}"


def _finish(request: HttpRequest, asked: AuthorizationRequest, name: str, values: dict[str, str]) -> HttpResponse:
    """The request is answered, once."""
    request.session[PENDING] = {one: kept for one, kept in request.session.get(PENDING, {}).items() if one != name}
    return _back(asked.redirect_uri, asked.state, values)


def _back(redirect_uri: str, state: str, values: dict[str, str]) -> HttpResponse:
    issuer = configuration().issuer
    return HttpResponseRedirect(
        authorization.answer_url(redirect_uri=redirect_uri, issuer=issuer, state=state, values=values)
    )
