"""What several pages of identity share: who must be signed in, and where to go afterwards."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from saola_identity.accounts.api import Account
from saola_identity.authentication.passkeys import RelyingParty
from saola_identity.authentication.session import signed_in_account

P = ParamSpec("P")


def party() -> RelyingParty:
    """We ourselves, as an authenticator sees us."""
    return RelyingParty(issuer=settings.IDENTITY.issuer, name=_("Electronic identity"))


def safe_next(address: str | None) -> str:
    """An address of this site to go on to; the own page when it leads elsewhere."""
    if address and address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return reverse("authentication:home")


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to sign in, and back here afterwards."""
    return HttpResponseRedirect(f"{reverse('authentication:sign-in')}?{urlencode({'next': request.get_full_path()})}")


def for_signed_in(
    view: Callable[Concatenate[HttpRequest, Account, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The view gets the account of the person signed in; others are sent to sign in first."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        account = signed_in_account(request)
        return to_sign_in(request) if account is None else view(request, account, *args, **kwargs)

    return wrapped
