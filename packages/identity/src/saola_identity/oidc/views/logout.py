"""OpenID Connect RP-Initiated Logout 1.0."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from saola_identity.accounts.api import Account
from saola_identity.authentication.session import sign_out, signed_in_account
from saola_identity.configuration import Client
from saola_identity.oidc.clients import configuration
from saola_identity.oidc.errors import AuthorizationRefused
from saola_identity.oidc.id_token import read_hint
from saola_identity.oidc.keys import verifying_keys
from saola_identity.oidc.subjects import account_behind

KEY = "logout_to"


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def end_session(request: HttpRequest) -> HttpResponse:
    """Sign out at once when the site proves with an ID token whom it means; otherwise ask the person."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        client, hinted = _who_asks(given)
        address = _return_address(given, client)
    except AuthorizationRefused as exc:
        return render(request, "oidc/refused.html", {"error": exc}, status=400)
    account = signed_in_account(request)
    if account is None or (hinted is not None and hinted.pk == account.pk):
        sign_out(request)
        return HttpResponseRedirect(address) if address else render(request, "oidc/signed_out.html")
    request.session[KEY] = address
    return render(request, "oidc/confirm_sign_out.html", {"account": account, "language_next": "/"})


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """The person says yes."""
    address = request.session.get(KEY)
    sign_out(request)
    return HttpResponseRedirect(address) if address else render(request, "oidc/signed_out.html")


def _who_asks(given: QueryDict) -> tuple[Client | None, Account | None]:
    client_id, hint = given.get("client_id", ""), given.get("id_token_hint", "")
    claims: dict[str, Any] = {}
    if hint:
        claims = read_hint(token=hint, issuer=configuration().issuer, keys=verifying_keys(configuration().data))
        if client_id and claims["aud"] != client_id:
            raise AuthorizationRefused("invalid_request", "id_token_hint was given to another site", redirect=False)
    client = configuration().client(client_id or claims.get("aud", ""))
    return client, account_behind(sub=claims["sub"], client=client) if claims and client else None


def _return_address(given: QueryDict, client: Client | None) -> str:
    address = given.get("post_logout_redirect_uri", "")
    if not address:
        return ""
    if client is None or address not in client.post_logout_redirect_uris:
        raise AuthorizationRefused("invalid_request", "the address to return to is not registered", redirect=False)
    if not given.get("state"):
        return address
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("state", given["state"])]
    return urlunsplit(parts._replace(query=urlencode(query)))
