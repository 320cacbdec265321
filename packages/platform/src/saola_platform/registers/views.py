"""The one page of a register site: what it holds and how it is used, without anybody's data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from saola_platform.kernel.country import country
from saola_platform.registers.declared import held
from saola_platform.registers.queries import RegisterFigures, figures


@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """The status page."""
    language = get_language() or country().default_language
    cards = [_card(figures(register=register), language=language) for register in held()]
    return render(request, "registers/status.html", {"cards": cards})


def _card(found: RegisterFigures, *, language: str) -> dict[str, object]:
    register = found.register
    owner = country().organisations.get(register.owner)
    return {
        "name": register.name.in_(language),
        "description": register.description.in_(language),
        "owner": owner.name.in_(language) if owner else register.owner,
        "legal_basis": [
            {"number": basis.number, "about": basis.about.in_(language) if basis.about else ""}
            for basis in register.legal_basis
        ],
        "records": found.records,
        "reads_today": found.reads_today,
    }
