"""Work in the background: handing over what was signed. Each job may run twice and at any time without harm."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from saola_platform.kernel import clock
from saola_platform.kernel.country import country
from saola_platform.kernel.exchange import exchange
from saola_platform.portal.dossiers.outbox import HandOver, wait_after
from saola_platform.portal.models import Completion, Submission

# A row whose job was lost (the worker was killed) is found by the sweep this long after it was due.
OVERDUE = timedelta(seconds=30)
log = logging.getLogger(__name__)


class NotYetAnswered(Exception):
    """The one-stop has not answered; the job is to be repeated."""


class UntilAnswered(BaseRetryStrategy):
    """Repeats with growing pauses, for ever."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:  # noqa: ARG002
        """When to try again."""
        return RetryDecision(retry_at=clock.now() + wait_after(job.attempts + 1))


def _hand_over() -> HandOver:
    return HandOver(exchange=exchange(), country=country(), at=clock.now())


@app.task(name="portal.hand_over_submission", queue="outbox", retry=UntilAnswered())
def hand_over_submission(*, submission_id: str) -> None:
    """Hand one application over; repeated until the one-stop answers."""
    if not _hand_over().submission(uuid.UUID(submission_id)):
        raise NotYetAnswered(submission_id)


@app.task(name="portal.hand_over_completion", queue="outbox", retry=UntilAnswered())
def hand_over_completion(*, completion_id: str) -> None:
    """Hand one completion over; repeated until the one-stop answers."""
    if not _hand_over().completion(uuid.UUID(completion_id)):
        raise NotYetAnswered(completion_id)


@app.periodic(cron="* * * * *")
@app.task(name="portal.sweep_outbox", queue="outbox", queueing_lock="portal.sweep_outbox")
def sweep_outbox(timestamp: int) -> None:
    """Hand over everything that is overdue, whatever became of its job."""
    del timestamp
    sweep()


def sweep() -> int:
    """Returns how many rows were tried."""
    at = clock.now()
    hand_over = _hand_over()
    submissions = Submission.objects.filter(state="sending", next_attempt_at__lt=at - OVERDUE)
    completions = Completion.objects.filter(state="sending", next_attempt_at__lt=at - OVERDUE)
    waiting: list[tuple[Callable[[uuid.UUID], bool], uuid.UUID]]
    waiting = [(hand_over.submission, row.id) for row in submissions]
    waiting += [(hand_over.completion, row.id) for row in completions]
    for take, identifier in waiting:
        try:
            take(identifier)
        except Exception:
            # One row that cannot be handed over (a damaged file) must not keep those behind it waiting.
            log.exception("handing over %s failed", identifier)
    return len(waiting)
