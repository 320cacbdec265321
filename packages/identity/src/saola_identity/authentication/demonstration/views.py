"""Being one of the made-up people."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from saola_identity.accounts.api import lower_level
from saola_identity.authentication.demonstration.models import Persona
from saola_identity.authentication.pages import safe_next
from saola_identity.authentication.session import sign_in


@require_POST
def become(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Sign in as the chosen person, without any proof."""
    persona = get_object_or_404(Persona.objects.select_related("account"), account__pk=account_id)
    account = persona.account
    sign_in(request=request, account=account, acr=lower_level(account.level, "high"), amr=("demo",))
    return HttpResponseRedirect(safe_next(request.POST.get("next")))
