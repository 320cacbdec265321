"""The page where a person sees what they are asked to sign, and decides."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cryptography.x509 import Name, ObjectIdentifier, load_pem_x509_certificate
from cryptography.x509.oid import NameOID
from django import forms
from django.apps import apps
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from saola_identity import clock
from saola_identity.accounts.api import Account
from saola_identity.authentication.descriptions import client_name
from saola_identity.authentication.language import remember_language
from saola_identity.authentication.pages import for_signed_in
from saola_identity.errors import (
    CredentialLocked,
    NotForYou,
    NotFound,
    PinWrong,
    RequestRefused,
    SigningFailed,
)
from saola_identity.signing import actions
from saola_identity.signing.models import SigningRequest


class PinForm(forms.Form):
    """The PIN of the signing key; never shown again, never kept."""

    pin = forms.CharField(
        max_length=64,
        strip=True,
        error_messages={"required": gettext_lazy("Type the PIN of your signing key")},
    )


@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Show the request; sign it or refuse it. `?ui_locales=` names the site's language: sign-in follows it, too."""
    if request.method != "POST" and "ui_locales" in request.GET:
        answer = HttpResponseRedirect(request.path)
        remember_language(answer, wishes=request.GET["ui_locales"].split())
        return answer
    return _decide(request, request_id)


@for_signed_in
def _decide(request: HttpRequest, account: Account, request_id: UUID) -> HttpResponse:
    try:
        kept = actions.of_person(request_id=request_id, account=account)
    except NotFound:
        return render(request, "signing/closed.html", {"why": "unknown"}, status=404)
    except NotForYou:
        return render(request, "signing/not_for_you.html", {"account": account}, status=403)
    if kept.status_at(clock.now()) != "waiting" or actions.newer_than(kept):
        return _repeated(request, kept)
    if request.method != "POST":
        return _page(request, kept)
    return (
        _refuse(request, kept, account) if request.POST.get("decision") == "refuse" else _sign(request, kept, account)
    )


def _sign(request: HttpRequest, kept: SigningRequest, account: Account) -> HttpResponse:
    form = PinForm(request.POST)
    if not form.is_valid():
        return _page(request, kept, problem=str(form.errors["pin"][0]), status=422)
    try:
        actions.sign(request_id=kept.pk, account=account, pin=form.cleaned_data["pin"], at=clock.now())
    except RequestRefused:
        kept.refresh_from_db()
        return _repeated(request, kept)
    except SigningFailed as exc:
        return _page(request, kept, problem=in_words(exc), status=422 if exc.fault == "caller" else 502)
    return HttpResponseRedirect(actions.return_address(kept))


def _refuse(request: HttpRequest, kept: SigningRequest, account: Account) -> HttpResponse:
    try:
        actions.refuse(request_id=kept.pk, account=account, reason=request.POST.get("reason", ""), at=clock.now())
    except RequestRefused:
        kept.refresh_from_db()
        return _repeated(request, kept)
    return HttpResponseRedirect(actions.return_address(kept))


def in_words(problem: SigningFailed) -> str:
    """Why it did not work and what to do, for the person."""
    if isinstance(problem, PinWrong):
        if problem.tries_left is None:
            return _("That PIN is not right. After five wrong PINs the key is locked for fifteen minutes.")
        if problem.tries_left < 1:
            return _("A wrong PIN was typed too often. Your signing key is locked; try again in fifteen minutes.")
        left = ngettext(
            "You have %(count)d try left before the key is locked.",
            "You have %(count)d tries left before the key is locked.",
            problem.tries_left,
        ) % {"count": problem.tries_left}
        return _("That PIN is not right.") + " " + left
    if isinstance(problem, CredentialLocked):
        if problem.locked_until is None:
            return _("A wrong PIN was typed too often. Your signing key is locked; try again in fifteen minutes.")
        time = date_format(localtime(problem.locked_until), "TIME_FORMAT")
        return _("A wrong PIN was typed too often. Your signing key is locked until %(time)s.") % {"time": time}
    return _("The signing service does not answer just now. Nothing was signed. Try again in a few minutes.")


def _page(request: HttpRequest, kept: SigningRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "kept": kept,
        "site": client_name(kept.client_id),
        "key": _key_in_words(kept),
        "problem": problem,
        "errors": [{"text": problem, "href": "#pin"}] if problem else [],
        "language_next": request.path,
    }
    if apps.is_installed("saola_identity.authentication.demonstration"):
        from saola_identity.authentication.demonstration.people import pin_hint

        context["pin_hint"] = pin_hint(kept.account)
    return render(request, "signing/decide.html", context, status=status)


def _repeated(request: HttpRequest, kept: SigningRequest) -> HttpResponse:
    """The same decision sent again, because its answer was lost: it leads on. Else there is nothing to decide."""
    newer = actions.newer_than(kept)
    if newer is not None:
        return _replaced(request, newer)
    wanted = "refused" if request.POST.get("decision") == "refuse" else "signed"
    if request.method == "POST" and kept.status == wanted:
        return HttpResponseRedirect(actions.return_address(kept))
    return _closed(request, kept)


def _replaced(request: HttpRequest, newer: SigningRequest) -> HttpResponse:
    """Signed here, it would be of no use: the site waits for the newer one."""
    waits = newer.status_at(clock.now()) == "waiting"
    context = {
        "why": "replaced",
        "site": client_name(newer.client_id),
        "newer": reverse("signing:decide", args=[newer.pk]) if waits else "",
        "back": "" if waits else actions.return_address(newer),
    }
    return render(request, "signing/closed.html", context, status=409)


def _closed(request: HttpRequest, kept: SigningRequest) -> HttpResponse:
    why = kept.status_at(clock.now())
    context = {"why": why, "kept": kept, "site": client_name(kept.client_id), "back": actions.return_address(kept)}
    return render(request, "signing/closed.html", context, status=410 if why == "expired" else 409)


def _key_in_words(kept: SigningRequest) -> dict[str, Any]:
    """Whose key it is and until when, from the certificate."""
    kinds = {"person": _("your personal signing key"), "official": _("your signing key as an official")}
    words: dict[str, Any] = {"kind": kinds[kept.kind]}
    try:
        certificate = load_pem_x509_certificate(kept.certificate.encode())
    except ValueError:
        return words
    words |= {
        "name": _first(certificate.subject, NameOID.COMMON_NAME),
        "organisation": _first(certificate.subject, NameOID.ORGANIZATION_NAME),
        "until": localtime(certificate.not_valid_after_utc),
    }
    return words


def _first(name: Name, oid: ObjectIdentifier) -> str:
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
