"""The receipt an applicant gets: what was handed in, by whom, when it is due, with a QR code to follow it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _

from saola_platform.cases.declarations import organisation_of, procedure_of, text_in
from saola_platform.cases.models import Dossier
from saola_platform.cases.typesetting import qr_svg, typeset
from saola_platform.kernel.configuration import site
from saola_platform.kernel.country import country

TEMPLATE = Path(__file__).parent / "templates" / "cases" / "receipt.typ"


def receipt_pdf(*, dossier: Dossier, at: datetime) -> bytes:
    """The receipt as PDF/A, in the language of the application."""
    language = dossier.language if dossier.language in country().languages else country().default_language
    with translation.override(language):
        return typeset(template=TEMPLATE, data=_data(dossier=dossier, language=language), at=at)


def tracking_url(dossier: Dossier) -> str:
    """Where anybody who holds the receipt sees how far it is; the page shows nobody's data."""
    return f"{site().public_url.rstrip('/')}/track/{dossier.code}"


def local(moment: datetime) -> str:
    """A moment in the country's time, as people write it in the active language."""
    return str(formats.date_format(moment.astimezone(ZoneInfo(country().timezone)), "DATETIME_FORMAT"))


def _data(*, dossier: Dossier, language: str) -> dict[str, object]:
    organisation = organisation_of(dossier)
    due = local(dossier.due_at) if dossier.due_at else _("not running")
    procedure = procedure_of(dossier)
    kinds = {one.id: one.name.in_(language) for one in procedure.documents}
    papers = [": ".join(filter(None, (kinds.get(one["id"]), one["name"]))) for one in dossier.attachments]
    return {
        "language": language.partition("-")[0],
        "title": _("Receipt and appointment"),
        "country": country().name.in_(language),
        "authority": organisation.name.in_(language),
        "address": organisation.address.in_(language) if organisation.address else "",
        "rows": [
            [_("Dossier code"), dossier.code],
            [_("Service"), procedure.name.in_(language)],
            [_("Applicant"), dossier.applicant_name],
            [_("Personal number"), dossier.applicant_number],
            [_("Received"), local(dossier.received_at)],
            [_("Result due"), due],
        ],
        "papers_title": _("Handed in with the application"),
        "papers": papers or [_("No papers: the data came from the registers.")],
        "note": _("Scan the code, or enter the dossier code in the portal, to see how far it is."),
        "footer": _("Made by the system. It needs no signature."),
        "qr": qr_svg(tracking_url(dossier)),
    }


__all__ = ["local", "receipt_pdf", "text_in", "tracking_url"]
