"""Notices and the e-mails that go with them."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.test import Client, override_settings
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job
from saola_blueprint.schema import Country
from saola_platform.kernel import clock, pages
from saola_platform.notifications import api
from saola_platform.notifications.mailing import send
from saola_platform.notifications.models import Mail, Notice
from saola_platform.notifications.tasks import Patience

pytestmark = pytest.mark.django_db

PERSON, OTHER = "000000000001", "000000000002"
TEXTS = {"en": "Your application was received\nDossier 42.", "fr": "Votre demande"}


@pytest.fixture(autouse=True)
def _small(small_country: Country) -> Iterator[None]:
    with pages.using_navigation():
        yield


def tell(**changes: Any) -> Any:
    """A notice to the person."""
    return api.notify(
        **{"person": PERSON, "kind": "received", "texts": TEXTS, "key": "d42", "link": "/applications/42", **changes}
    )


def test_a_person_has_their_notices_the_newest_first() -> None:
    with clock.fixed(datetime(2026, 1, 1, tzinfo=UTC)):
        tell()
    tell(key="d43", texts={"en": "Second"})
    tell(person=OTHER)
    found = api.notices_of(person=PERSON, language="en")
    assert [notice.text for notice in found] == ["Second", TEXTS["en"]]
    assert api.unread_count(person=PERSON) == 2


def test_the_same_key_tells_once() -> None:
    assert tell() == tell(texts={"en": "again"})
    assert Notice.objects.count() == 1


def test_a_notice_comes_in_the_readers_language_or_the_countrys() -> None:
    tell()
    assert api.notices_of(person=PERSON, language="fr")[0].text == TEXTS["fr"]
    assert api.notices_of(person=PERSON, language="de")[0].text == TEXTS["en"]


@pytest.mark.parametrize("wrong", [{"texts": {}}, {"texts": {"en": " "}}, {"link": "https://x"}, {"link": "//x"}])
def test_a_notice_without_words_or_leading_elsewhere_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="notice"):
        tell(**wrong)


def test_only_the_person_can_mark_a_notice_as_read() -> None:
    notice = tell()
    assert api.mark_read(person=OTHER, notice=notice) is None
    assert api.unread_count(person=PERSON) == 1
    assert api.mark_read(person=PERSON, notice=notice) is not None
    assert api.unread_count(person=PERSON) == 0


def test_an_email_is_queued_once_and_only_where_there_is_an_address() -> None:
    tell(key="no address")
    for _ in range(2):
        tell(email="a@example.org")
    (job,) = ProcrastinateJob.objects.filter(task_name="notifications.send_mail")
    assert job.args == {"mail_id": Mail.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_an_email_is_not_queued_when_the_work_around_it_fails() -> None:
    def rolled_back() -> None:
        with transaction.atomic():
            tell(email="a@example.org")
            raise RuntimeError

    queued = ProcrastinateJob.objects.count()  # other tests may have left some
    with pytest.raises(RuntimeError):
        rolled_back()
    assert ProcrastinateJob.objects.count() == queued
    assert Notice.objects.count() == 0


def test_an_email_is_sent_once_however_often_the_job_runs() -> None:
    tell(email="a@example.org")
    identifier = Mail.objects.get().pk
    assert [send(mail_id=identifier) for _ in range(3)] == [True, False, False]
    (message,) = mail.outbox
    assert message.subject == "Your application was received"
    assert message.to == ["a@example.org"]
    assert "http://testserver/applications/42" in message.body
    assert message.extra_headers["Message-ID"] == f"<{Notice.objects.get().id}@127.0.0.1>"


def test_a_subject_can_hold_no_further_header() -> None:
    tell(email="a@example.org", texts={"en": "Hello\r\nBcc: b@example.org\nmore"})
    send(mail_id=Mail.objects.get().pk)
    assert mail.outbox[0].subject == "Hello"
    assert list(mail.outbox[0].message().get_all("Bcc", [])) == []


class Refusing(BaseEmailBackend):
    """A mail server that is full."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("full")


def test_an_email_that_the_server_refuses_stays_to_be_sent() -> None:
    tell(email="a@example.org")
    identifier = Mail.objects.get().pk
    with (
        override_settings(EMAIL_BACKEND=f"{__name__}.Refusing"),
        pytest.raises(smtplib.SMTPServerDisconnected),
    ):
        send(mail_id=identifier)
    assert (Mail.objects.get().sent_at, Mail.objects.get().attempts) == (None, 1)
    assert send(mail_id=identifier)


def test_the_queue_tries_for_two_days_with_growing_pauses() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)

    def wait(attempts: int) -> float | None:
        job = Job(id=1, queue="mail", lock=None, queueing_lock=None, task_name="t", attempts=attempts)
        decision = Patience().get_retry_decision(exception=OSError(), job=job)
        return (decision.retry_at - at).total_seconds() if decision and decision.retry_at else None

    with clock.fixed(at):
        waits = [wait(attempts) for attempts in range(61)]
    assert waits[:3] == [2, 4, 8]
    assert waits[59] == 3600
    assert waits[60] is None
    assert sum(pause or 0 for pause in waits) > 47 * 3600


def signed_in_client() -> Client:
    """A browser with the person's session."""
    client = Client()
    at = clock.now().isoformat()
    session = client.session
    session["person"] = {
        "sub": "s",
        "personal_number": PERSON,
        "name": "Example Person",
        "acr": "low",
        "signed_in_at": at,
        "seen_at": at,
    }
    session.save()
    return client


def test_the_page_shows_the_notices_and_opening_one_leads_on() -> None:
    notice = tell()
    client = signed_in_client()
    page = client.get("/notices/").content.decode()
    assert "Your application was received" in page
    answer = client.post(f"/notices/{notice}/open")
    assert (answer.status_code, answer["Location"]) == (302, "/applications/42")
    assert api.unread_count(person=PERSON) == 0


def test_the_page_of_somebody_without_notices_says_so() -> None:
    tell(person=OTHER)
    assert "no notices yet" in signed_in_client().get("/notices/").content.decode()


def test_a_notice_of_somebody_else_cannot_be_opened() -> None:
    notice = tell(person=OTHER)
    assert signed_in_client().post(f"/notices/{notice}/open").status_code == 404
    assert api.unread_count(person=OTHER) == 1


def test_whoever_is_not_signed_in_sees_no_notices(client: Client) -> None:
    assert client.get("/notices/").status_code == 302
