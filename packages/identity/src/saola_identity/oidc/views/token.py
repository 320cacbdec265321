"""The token and userinfo endpoints: called by sites, never by browsers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from saola_identity import clock
from saola_identity.configuration import Client
from saola_identity.errors import ClientUnknown
from saola_identity.oidc.actions import TOKEN_LIVES, redeem, token_behind
from saola_identity.oidc.clients import authenticated_client, configuration
from saola_identity.oidc.errors import TokenRefused
from saola_identity.oidc.id_token import id_token
from saola_identity.oidc.keys import pairwise_secret, signing_keys
from saola_identity.oidc.models import Code
from saola_identity.oidc.subjects import subject_of


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Core §3.1.3."""
    try:
        return _uncached(JsonResponse(_tokens(request, authenticated_client(request))))
    except ClientUnknown as exc:
        answer = _uncached(JsonResponse({"error": "invalid_client", "error_description": exc.detail}, status=401))
        answer["WWW-Authenticate"] = 'Basic realm="token"'
        return answer
    except TokenRefused as exc:
        return _uncached(JsonResponse({"error": exc.error, "error_description": exc.detail}, status=exc.http_status))


@csrf_exempt
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Core §5.3: the attributes that the granted scopes cover."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    try:
        if kind.lower() != "bearer" or not value.strip():
            raise TokenRefused("invalid_token", "an access token is needed", status=401)
        found = token_behind(value=value.strip(), at=clock.now())
    except TokenRefused as exc:
        answer = _uncached(JsonResponse({"error": exc.error, "error_description": exc.detail}, status=exc.http_status))
        answer["WWW-Authenticate"] = f'Bearer error="{exc.error}"'
        return answer
    return _uncached(JsonResponse(_attributes(found.code)))


def _tokens(request: HttpRequest, client: Client) -> dict[str, object]:
    form = request.POST
    # RFC 6749 §3.2: no parameter twice.
    if any(len(values) > 1 for _, values in form.lists()):
        raise TokenRefused("invalid_request", "a parameter stands there more than once")
    if form.get("grant_type") != "authorization_code":
        raise TokenRefused("unsupported_grant_type", "grant_type must be authorization_code")
    if form.get("client_id", client.client_id) != client.client_id:
        raise TokenRefused("invalid_request", "client_id is another one than in the Authorization header")
    at = clock.now()
    redeemed = redeem(
        code=form.get("code", ""),
        client=client,
        redirect_uri=form.get("redirect_uri", ""),
        verifier=form.get("code_verifier", ""),
        at=at,
    )
    code = redeemed.code
    signed = id_token(
        issuer=configuration().issuer,
        sub=_sub(code),
        code=code,
        access_token=redeemed.access_token,
        key=signing_keys(configuration().data)[0],
        at=at,
    )
    return {
        "access_token": redeemed.access_token,
        "token_type": "Bearer",
        "expires_in": int(TOKEN_LIVES.total_seconds()),
        "scope": " ".join(code.scopes),
        "id_token": signed,
    }


def _attributes(code: Code) -> dict[str, object]:
    account = code.account
    claims: dict[str, object] = {"sub": _sub(code)}
    if "profile" in code.scopes:
        claims["name"] = account.full_name
        claims |= {"given_name": account.given_name} if account.given_name else {}
        claims |= {"family_name": account.surname} if account.surname else {}
    if "personal_number" in code.scopes:
        claims["personal_number"] = account.personal_number
    return claims


def _sub(code: Code) -> str:
    client = configuration().client(code.client_id)
    if client is None:
        raise TokenRefused("invalid_token", "the site is not registered any more", status=401)
    return subject_of(account=code.account, client=client, secret=pairwise_secret(configuration().data))


def _uncached(answer: JsonResponse) -> JsonResponse:
    answer["Cache-Control"] = "no-store"
    answer["Pragma"] = "no-cache"
    return answer
