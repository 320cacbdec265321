"""`saola site worker`: does queued work, and takes up what a killed worker left behind.

Procrastinate's workers give a sign of life every few seconds. A job whose worker gave none for
some time is put back into the queue; every job is written so that doing it twice does no harm.
"""

from __future__ import annotations

import asyncio
import logging

from procrastinate import App
from procrastinate.contrib.django import app as django_app

from saola_platform.kernel import clock

SIGN_OF_LIFE = 2.0
SILENT_FOR = 10.0
LOOK_EVERY = 5.0
log = logging.getLogger(__name__)


def work() -> None:
    """Work until SIGTERM or SIGINT; the job at hand is finished first (at most 20 seconds)."""
    with django_app.replace_connector(django_app.connector.get_worker_connector()) as app:
        asyncio.run(_work(app))


async def _work(app: App) -> None:
    async with app.open_async():
        rescuer = asyncio.create_task(_rescue_forever(app))
        try:
            await app.run_worker_async(
                concurrency=2,
                listen_notify=True,
                fetch_job_polling_interval=2.0,
                shutdown_graceful_timeout=20.0,
                update_heartbeat_interval=SIGN_OF_LIFE,
                stalled_worker_timeout=SILENT_FOR,
            )
        finally:
            rescuer.cancel()


async def _rescue_forever(app: App) -> None:
    while True:
        try:
            await rescue(app)
        except Exception:
            # The database may be restarting; the next look comes soon.
            log.warning("looking for abandoned jobs failed", exc_info=True)
        await asyncio.sleep(LOOK_EVERY)


async def rescue(app: App) -> int:
    """Put jobs of silent workers back into the queue; how many."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_FOR))
    for job in stalled:
        log.warning("job %s (%s) was abandoned and is taken up again", job.id, job.task_name)
        await app.job_manager.retry_job(job, retry_at=clock.now())
    return len(stalled)
