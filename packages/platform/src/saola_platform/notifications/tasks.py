"""Background work of the notices: sending e-mail, again and again until the mail server takes it."""

from __future__ import annotations

from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from saola_platform.kernel import clock
from saola_platform.notifications.mailing import send

LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 60


class Patience(BaseRetryStrategy):
    """Two days of trying: after 2 s, 4 s, 8 s … and then every hour."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        """When to try again; None gives the mail up (the notice in the site stays)."""
        if job.attempts >= MOST_ATTEMPTS:
            return None
        wait = min(LONGEST_WAIT, timedelta(seconds=2.0 ** min(job.attempts + 1, 16)))
        return RetryDecision(retry_at=clock.now() + wait)


@app.task(name="notifications.send_mail", queue="mail", retry=Patience())
def send_mail(mail_id: int) -> None:
    """Send one e-mail unless it was sent already."""
    send(mail_id=mail_id)
