"""`saola site worker`: does queued work, and takes up what a killed worker left behind.

Procrastinate's workers give a sign of life every few seconds. A job whose worker gave none for
some time is put back into the queue; every job is written so that doing it twice does no harm.
When the database goes away the worker waits for it and begins anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Iterator
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django import connector_params
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from saola_platform.errors import ConfigurationInvalid
from saola_platform.kernel import clock

SIGN_OF_LIFE = 2.0
SILENT_FOR = 10.0
LOOK_EVERY = 5.0
BEGIN_AGAIN_AFTER = 1.0
FINISH_WITHIN = 20.0
log = logging.getLogger(__name__)


class WorkersConnector(PsycopgConnector):
    """Connections of its own for taking jobs out of the queue; what a job puts in goes with Django's.

    Without that, a job asked for within a job's transaction would be there before what it is to work on,
    and also when that transaction is undone.
    """

    def __init__(self, *, django: DjangoConnector) -> None:
        super().__init__(kwargs=connector_params(django.alias))
        self._django = django

    def get_sync_connector(self) -> BaseConnector:
        """Django's connection of the calling thread, with its transaction."""
        return self._django


class WorkersJobs(JobManager):
    """A job that cannot go back into the queue, because the same work waits there already, is done with.

    Work is asked for again while it is being done, so that a change that came meanwhile is not overlooked; when
    the job at hand then fails, it would stay in the worker's hands for ever.
    """

    async def retry_job(self, job: Job, *arguments: Any, **more: Any) -> None:
        """Put the job back, or drop it for the one that waits."""
        try:
            await super().retry_job(job, *arguments, **more)
        except UniqueViolation:
            log.info("job %s (%s): the same work waits already", job.id, job.task_name)
            await self.finish_job(job, status=Status.ABORTED, delete_job=True)


def work() -> None:
    """Work until SIGTERM or SIGINT; the jobs at hand are finished first (at most 20 seconds)."""
    with workers_app() as app:
        asyncio.run(_work_until_told(app))


@contextlib.contextmanager
def workers_app() -> Iterator[App]:
    """The queue of this site as a worker needs it."""
    with django_app.replace_connector(workers_connector()) as app:
        before, app.job_manager = app.job_manager, WorkersJobs(app.connector)
        try:
            yield app
        finally:
            app.job_manager = before


def workers_connector() -> WorkersConnector:
    """The connector of a worker over the queue of this site."""
    if not isinstance(django_app.connector, DjangoConnector):
        raise ConfigurationInvalid("the queue is not Django's")
    return WorkersConnector(django=django_app.connector)


async def _work_until_told(app: App) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    while not told.is_set():
        try:
            async with app.open_async():
                await _work(app, told=told)
        except ConnectorException as exc:
            log.warning("the database does not answer: %s", str(exc.__cause__ or exc).strip())
        if not told.is_set():
            log.warning("the worker begins again in %s s", BEGIN_AGAIN_AFTER)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), BEGIN_AGAIN_AFTER)


async def _work(app: App, *, told: asyncio.Event) -> None:
    """Work until told to stop, or until the connection to the database is lost."""
    worker = asyncio.create_task(
        app.run_worker_async(
            concurrency=2,
            listen_notify=True,
            fetch_job_polling_interval=2.0,
            shutdown_graceful_timeout=FINISH_WITHIN,
            update_heartbeat_interval=SIGN_OF_LIFE,
            stalled_worker_timeout=SILENT_FOR,
            install_signal_handlers=False,
        )
    )
    helpers = [asyncio.create_task(_rescue_forever(app)), asyncio.create_task(_end_in_time(told))]
    await asyncio.wait([worker, helpers[1]], return_when=asyncio.FIRST_COMPLETED)
    # Cancelling the worker asks it to finish what it has in hand.
    for task in (worker, *helpers):
        task.cancel()
    ended, *_ = await asyncio.gather(worker, *helpers, return_exceptions=True)
    if isinstance(ended, Exception):
        raise ended


async def _end_in_time(told: asyncio.Event) -> None:
    """Return when told to stop, and see to it that the process then ends.

    With its database gone as well, the queue waits for it without end; every job may be done twice,
    so nothing is lost by leaving.
    """
    await told.wait()
    asyncio.get_running_loop().call_later(FINISH_WITHIN + 2, os._exit, 1)


async def _rescue_forever(app: App) -> None:
    while True:
        try:
            await rescue(app)
        except ConnectorException:
            log.warning("abandoned jobs cannot be looked for: the database does not answer")
        await asyncio.sleep(LOOK_EVERY)


async def rescue(app: App) -> int:
    """Put jobs of silent workers back into the queue; how many there were."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_FOR))
    for job in stalled:
        log.warning("job %s (%s) was abandoned and is taken up again", job.id, job.task_name)
        await app.job_manager.retry_job(job, retry_at=clock.now())
    return len(stalled)
