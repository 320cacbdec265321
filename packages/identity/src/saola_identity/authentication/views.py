"""Pages: sign in, the person's own page, sign out; and the passkey calls of the browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from saola_identity import clock
from saola_identity.accounts.api import Account, events_of, record
from saola_identity.authentication import passkeys
from saola_identity.authentication.descriptions import client_name, describe
from saola_identity.authentication.pages import for_signed_in, party, safe_next
from saola_identity.authentication.session import sign_in, sign_out
from saola_identity.errors import SignInFailed

SIGN_IN_CHALLENGE, REGISTER_CHALLENGE = "passkey_sign_in", "passkey_register"


@never_cache
@require_safe
def show_sign_in(request: HttpRequest) -> HttpResponse:
    """Ways to sign in; in the demonstration also the people one can be."""
    address = safe_next(request.GET.get("next"))
    context: dict[str, Any] = {"next": address, "asking": _asking(request, address)}
    if apps.is_installed("saola_identity.authentication.demonstration"):
        from saola_identity.authentication.demonstration.people import people

        hint = (context["asking"] or {}).get("hint", "")
        context["people"] = people(language=getattr(request, "LANGUAGE_CODE", "en"), first=hint)
    return render(request, "authentication/sign_in.html", context)


@never_cache
@require_safe
@for_signed_in
def home(request: HttpRequest, account: Account) -> HttpResponse:
    """The person's own page: passkeys, and what happened lately."""
    rows = [describe(event) for event in events_of(account)]
    return render(
        request,
        "authentication/home.html",
        {"account": account, "passkeys": account.passkeys.all(), "events": rows, "most": passkeys.MOST},
    )


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out of identity in this browser."""
    sign_out(request)
    messages.success(request, _("You are signed out."))
    address = request.POST.get("next")
    query = f"?{urlencode({'next': safe_next(address)})}" if address else ""
    return HttpResponseRedirect(reverse("authentication:sign-in") + query)


@never_cache
@require_POST
def passkey_sign_in_options(request: HttpRequest) -> HttpResponse:
    """What the browser asks its authenticator."""
    kept = request.session[SIGN_IN_CHALLENGE] = passkeys.new_challenge(at=clock.now())
    options = passkeys.authentication_options(party=party(), challenge=bytes.fromhex(kept["value"]))
    return HttpResponse(options, content_type="application/json")


@never_cache
@require_POST
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in whoever's passkey answered the challenge."""
    at = clock.now()
    try:
        challenge = passkeys.challenge_of(request.session.pop(SIGN_IN_CHALLENGE, None), at=at)
        key = passkeys.authenticate(party=party(), credential=passkeys.parse(request.body), challenge=challenge, at=at)
    except SignInFailed as exc:
        record(kind="sign-in-failed", account=None, at=at, detail={"code": exc.code, "why": exc.detail})
        return _refused(_("That passkey was not accepted. Try again, or use another one."))
    sign_in(request=request, account=key.account, acr=passkeys.level_of(key), amr=passkeys.methods_of(key))
    return JsonResponse({"next": safe_next(request.GET.get("next"))})


@never_cache
@require_POST
@for_signed_in
def passkey_registration_options(request: HttpRequest, account: Account) -> HttpResponse:
    """What the browser asks its authenticator when a passkey is added."""
    kept = request.session[REGISTER_CHALLENGE] = passkeys.new_challenge(at=clock.now())
    options = passkeys.registration_options(party=party(), account=account, challenge=bytes.fromhex(kept["value"]))
    return HttpResponse(options, content_type="application/json")


@never_cache
@require_POST
@for_signed_in
def add_passkey(request: HttpRequest, account: Account) -> HttpResponse:
    """Keep the passkey that the browser made."""
    at = clock.now()
    try:
        data = passkeys.parse(request.body)
        challenge = passkeys.challenge_of(request.session.pop(REGISTER_CHALLENGE, None), at=at)
        name = str(data.get("name") or "").strip() or _("Passkey of %(date)s") % {"date": f"{at:%Y-%m-%d}"}
        key = passkeys.register(
            party=party(), account=account, credential=data.get("credential") or {}, challenge=challenge,
            name=name, at=at,
        )  # fmt: skip
    except SignInFailed as exc:
        record(kind="sign-in-failed", account=account, at=at, detail={"code": exc.code, "why": exc.detail})
        return _refused(_("That passkey could not be added. Try again."))
    record(kind="passkey-added", account=account, at=at, detail={"name": key.name})
    messages.success(request, _("The passkey was added. You can sign in with it from now on."))
    return JsonResponse({"next": reverse("authentication:home")})


@require_POST
@for_signed_in
def remove_passkey(request: HttpRequest, account: Account, key_id: int) -> HttpResponse:
    """Forget one of the person's own passkeys."""
    key = get_object_or_404(account.passkeys, pk=key_id)
    record(kind="passkey-removed", account=account, at=clock.now(), detail={"name": key.name})
    key.delete()
    messages.success(request, _("The passkey was removed."))
    return HttpResponseRedirect(reverse("authentication:home"))


@require_GET
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Whether this process can serve: its database answers."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def _asking(request: HttpRequest, address: str) -> dict[str, Any] | None:
    """Which site the person is signing in to, and what it will learn; None when they came by themselves."""
    kept = request.session.get("asking")
    if not kept or kept["next"] != address:
        return None
    return {
        "name": client_name(kept["client_id"]),
        "number": "personal_number" in kept["scopes"],
        "profile": "profile" in kept["scopes"],
        "hint": kept["hint"],
    }


def _refused(words: str) -> HttpResponse:
    return JsonResponse({"error": words}, status=400)
