"""An official's signature on a document of a case: out to the identity provider and back into the decision."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from saola_platform.cases.api import Choice, Dossier, Official, kept_document, text_in
from saola_platform.kernel.configuration import site
from saola_platform.kernel.signin import person_of
from saola_platform.kernel.signing import SignatureOutcome, ToSign, finish_signature, start_signature

SESSION_KEY = "signatures_under_way"
MOST_UNDER_WAY = 10
PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A decision that waits for its signature: what was chosen, having seen which version."""

    code: str
    step: int
    version: int
    outcome: str
    reason: str


def send_to_sign(request: HttpRequest, *, dossier: Dossier, choice: Choice, name: str, language: str) -> str:
    """Start the signature over the newest form of document `name`; the address to send the browser to."""
    document, content = kept_document(dossier=dossier, name=name)
    title = f"{text_in(document.title, language) or name} – {dossier.code}"
    started = start_signature(
        person=person_of(request),
        form="pdf",
        documents=[ToSign(name=f"{dossier.code}-{name}.pdf", media_type=PDF, content=content)],
        title=title,
        return_url=site().public_url.rstrip("/") + reverse("backoffice:signed"),
        kind="official",
        reference=dossier.code,
    )
    under_way = dict(list(request.session.get(SESSION_KEY, {}).items())[1 - MOST_UNDER_WAY :])
    under_way[started.request_id] = {
        "id": str(started.id),
        "choice": [choice.code, choice.step, choice.version, choice.outcome, choice.reason],
    }
    request.session[SESSION_KEY] = under_way
    return started.url


def come_back(request: HttpRequest, *, official: Official) -> tuple[UnderWay, SignatureOutcome] | None:
    """What the browser comes back with, or None when this official sent nothing of that id to be signed."""
    from uuid import UUID

    del official
    kept = request.session.get(SESSION_KEY, {}).get(request.GET.get("signing_request", ""))
    if kept is None:
        return None
    code, step, version, outcome, reason = kept["choice"]
    result = finish_signature(id=UUID(kept["id"]), person=person_of(request))
    return UnderWay(code=code, step=step, version=version, outcome=outcome, reason=reason), result


__all__ = ["UnderWay", "come_back", "send_to_sign"]
