"""The interface for sites; errors are problem documents (RFC 9457), made here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from saola_identity import clock
from saola_identity.configuration import Client
from saola_identity.errors import IdentityError
from saola_identity.oidc.clients import authenticated_client, configuration
from saola_identity.signing import actions
from saola_identity.signing.asking import kind, parse
from saola_identity.signing.signer import Credential

P = ParamSpec("P")


def for_clients(
    view: Callable[Concatenate[HttpRequest, Client, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The view gets the site that calls; its errors become problem documents."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, authenticated_client(request), *args, **kwargs)
        except IdentityError as exc:
            return problem(exc)

    return wrapped


def problem(error: IdentityError) -> HttpResponse:
    """One of our errors as a problem document."""
    body = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "remedy": error.remedy,
    }
    answer = JsonResponse(body, status=error.status, content_type="application/problem+json")
    if error.status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="signing"'
    return answer


@never_cache
@require_GET
@for_clients
def credential(request: HttpRequest, client: Client) -> HttpResponse:
    """The certificate that a person would sign with: needed before there is anything to sign."""
    account = actions.person_of(sub=request.GET.get("sub", ""), client=client)
    found = actions.credential_of(account=account, kind=kind(request.GET.get("kind")))
    return JsonResponse({"credential_id": found.id, **_certificates(found)})


@csrf_exempt
@never_cache
@require_POST
@for_clients
def ask(request: HttpRequest, client: Client) -> HttpResponse:
    """Ask for one signature."""
    kept, found = actions.ask(wanted=parse(body=request.body, client=client), client=client, at=clock.now())
    url = configuration().issuer + reverse("signing:decide", args=[kept.pk])
    return JsonResponse({"id": str(kept.pk), "url": url, "credential": _certificates(found)}, status=201)


@never_cache
@require_GET
@for_clients
def outcome(request: HttpRequest, client: Client, request_id: UUID) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """What became of it."""
    kept = actions.of_client(request_id=request_id, client=client)
    return JsonResponse(
        {"status": kept.status_at(clock.now()), "signature": kept.signature or None, "reason": kept.reason or None}
    )


def _certificates(found: Credential) -> dict[str, Any]:
    return {"certificate": found.certificate, "chain": list(found.chain)}
