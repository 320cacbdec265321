"""What the person is told at each step: a notice in the portal, and an e-mail when they gave an address."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from saola_platform.kernel.country import country
from saola_platform.notifications import api as notifications
from saola_platform.portal.models import DossierEvent, StoredResult, Submission


def in_every_language(sentence: Callable[[], str]) -> dict[str, str]:
    """One text per language of the country."""
    texts = {}
    for language in country().languages:
        with translation.override(language):
            texts[language] = sentence()
    return texts


def tell_received(*, submission: Submission) -> None:
    """The one-stop has given the application a dossier code."""
    name = _procedure_name(submission)
    texts = in_every_language(
        lambda: (
            gettext("Received: %(service)s. Your dossier code is %(code)s.")
            % {"service": name(), "code": submission.dossier_code}
        )
    )
    _tell(submission, kind="dossier-received", texts=texts, key=f"received:{submission.id}")


def tell_not_taken(*, submission: Submission, key: str) -> None:
    """The one-stop could not take what was sent."""
    name = _procedure_name(submission)
    texts = in_every_language(
        lambda: gettext("Could not be taken: %(service)s. Open it to see why and what to do.") % {"service": name()}
    )
    _tell(submission, kind="dossier-not-taken", texts=texts, key=f"not-taken:{key}")


def tell_event(*, event: DossierEvent) -> None:
    """A step that the one-stop reported, in its words, unless it repeats the last. "received" came with the receipt."""
    before = event.submission.events.filter(at__lte=event.at).exclude(pk=event.pk).last()
    if event.type == "received" or (before is not None and event.repeats(before)):
        return
    texts = {language: _step(event, language=language) for language, text in event.text.items() if text.strip()}
    if texts:
        _tell(event.submission, kind=f"dossier-{event.type}", texts=texts, key=f"event:{event.event_id}")


def _step(event: DossierEvent, *, language: str) -> str:
    """What it is about, what happened, and what the official wrote."""
    with translation.override(language):
        name = _procedure_name(event.submission)()
    return f"{name}: {event.text[language]}\n\n{event.message}".strip()


def tell_result(*, result: StoredResult) -> None:
    """A result has arrived in the document store."""
    if result.submission is None:
        return
    titles = result.title

    def sentence() -> str:
        language = translation.get_language()
        title = titles.get(language) or next(iter(titles.values()), "")
        return gettext("In your document store: %(title)s.") % {"title": title}

    texts = in_every_language(sentence)
    link = reverse("portal:results")
    _tell(result.submission, kind="result-arrived", texts=texts, key=f"result:{result.result_id}", link=link)


def _tell(submission: Submission, *, kind: str, texts: dict[str, str], key: str, link: str = "") -> None:
    notifications.notify(
        person=submission.owner,
        kind=kind,
        texts=texts,
        key=key,
        link=link or reverse("portal:dossier", args=[submission.id]),
        email=submission.email or None,
        language=submission.language,
    )


def _procedure_name(submission: Submission) -> Callable[[], str]:
    procedure = country().procedures.get(submission.procedure)

    def name() -> str:
        language = translation.get_language() or country().default_language
        return procedure.name.in_(language) if procedure else submission.procedure

    return name
