"""The background work of cases. Every job may run twice, be killed anywhere, and be run again."""

from __future__ import annotations

from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from saola_platform.cases import delivery, jobs, running
from saola_platform.cases.models import Event, Step
from saola_platform.kernel import clock

LONGEST_WAIT = 300
FORGOTTEN_AFTER = timedelta(minutes=1)


class Backoff(BaseRetryStrategy):
    """Never gives up: waits 2, 4, 8 … seconds, at most five minutes."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """When to try again."""
        del exception
        return RetryDecision(retry_in={"seconds": min(LONGEST_WAIT, 2 ** min(job.attempts + 1, 12))})


@app.task(name=jobs.RUN_OPERATION, retry=Backoff())
def run_operation(*, step: int) -> None:
    """Carry out a service task's operation and move the process on."""
    running.run_operation(step=step, at=clock.now())


@app.task(name=jobs.DELIVER_EVENTS, retry=Backoff())
def deliver_events(*, dossier: int) -> None:
    """Tell the portal what happened."""
    delivery.deliver(dossier=dossier, at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="saola_platform.cases.tasks.pick_up", queueing_lock="cases-pick-up")
def pick_up(timestamp: int) -> None:
    """Ask again for what lies too long, as after a worker was killed with the job in its hands."""
    del timestamp
    before = clock.now() - FORGOTTEN_AFTER
    for step in Step.objects.filter(kind="service", closed_at__isnull=True, opened_at__lt=before).values_list(
        "pk", flat=True
    ):
        jobs.want_operation(step=step)
    late = Event.objects.filter(public=True, delivered_at__isnull=True, at__lt=before)
    for dossier in late.values_list("dossier_id", flat=True).distinct():
        jobs.want_delivery(dossier=dossier)
