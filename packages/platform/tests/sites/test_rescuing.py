"""Jobs that a killed worker left behind: each is taken up again, and one that cannot be holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections
from procrastinate import App, RetryStrategy
from procrastinate.contrib.django.models import ProcrastinateJob
from saola_platform.sites.working import rescue, workers_app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _an_empty_queue() -> Iterator[None]:
    """Django leaves the queue's tables alone between tests: they are not its own."""
    empty()
    yield
    empty()


def empty() -> None:
    """Take every job out of the queue."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def left_behind(*, queueing_lock: str, status: str = "doing") -> int:
    """A job whose worker is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, queueing_lock, attempts)"
            " VALUES ('default', 'kernel.tidy', '{\"timestamp\": 0}', %s, %s, 1) RETURNING id",
            [status, queueing_lock],
        )
        return int(cursor.fetchone()[0])


def rescued() -> int:
    """Look once for abandoned jobs, as the worker does."""

    async def look(app: App) -> int:
        async with app.open_async():
            return await rescue(app)

    with workers_app() as app:
        return asyncio.run(look(app))


def waiting() -> set[int]:
    """The jobs that wait to be done."""
    return set(ProcrastinateJob.objects.filter(status="todo").values_list("id", flat=True))


def test_an_abandoned_job_is_put_back() -> None:
    job = left_behind(queueing_lock="events-1")
    assert rescued() == 1
    assert waiting() == {job}


def test_an_abandoned_job_whose_work_was_asked_for_again_goes_and_the_others_are_rescued() -> None:
    doubled = left_behind(queueing_lock="events-1")
    again = left_behind(queueing_lock="events-1", status="todo")
    other = left_behind(queueing_lock="events-2")
    assert rescued() == 2
    assert waiting() == {again, other}
    assert not ProcrastinateJob.objects.filter(id=doubled).exists()
    assert rescued() == 0


def test_a_failed_job_whose_work_was_asked_for_again_meanwhile_leaves_nothing_in_the_workers_hands() -> None:
    class Failed(Exception):
        """The work could not be done."""

    async def fail_and_be_wanted_again() -> None:
        await asyncio.to_thread(closing(left_behind), queueing_lock="events-1", status="todo")
        raise Failed

    with workers_app() as app:
        name = "test.fails_and_is_wanted_again"
        app.task(name=name, queue="of-this-test", retry=RetryStrategy(wait=60))(fail_and_be_wanted_again)
        try:
            app.configure_task(name, queueing_lock="events-1").defer()
            asyncio.run(work_off(app))
        finally:
            del app.tasks[name]
    (left,) = ProcrastinateJob.objects.filter(queueing_lock="events-1")
    assert left.status == "todo"


async def work_off(app: App) -> None:
    """What is in the test's queue, once."""
    async with app.open_async():
        await app.run_worker_async(queues=["of-this-test"], wait=False, install_signal_handlers=False)


def closing(function: Callable[..., int]) -> Callable[..., int]:
    """The function, leaving no connection behind in its thread."""

    def closed(**arguments: str) -> int:
        try:
            return function(**arguments)
        finally:
            connections.close_all()

    return closed
