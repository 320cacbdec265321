"""What a job asks for belongs to the job's transaction, as what a page asks for belongs to the page's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from saola_platform.sites.working import workers_connector

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _an_empty_queue() -> Iterator[None]:
    """Django leaves the queue's tables alone between tests: they are not its own."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


class Undone(Exception):
    """Something in the job's transaction failed."""


def ask_and_keep() -> int:
    """Ask for another job; how many jobs another connection sees before the transaction is kept."""
    with transaction.atomic():
        app.configure_task("kernel.tidy").defer(timestamp=0)
        return in_another_thread(jobs)


def ask_and_undo() -> int:
    """Ask for another job, and then fail."""
    with transaction.atomic():
        app.configure_task("kernel.tidy").defer(timestamp=0)
        raise Undone


def jobs() -> int:
    """How many jobs are in the queue, seen from here."""
    return ProcrastinateJob.objects.count()


def in_another_thread(function: Callable[[], int]) -> int:
    """Call it with a connection of its own."""

    async def call() -> int:
        return await sync_to_async(closing(function), thread_sensitive=False)()

    return asyncio.run(call())


def closing(function: Callable[[], int]) -> Callable[[], int]:
    """The function, leaving no connection behind in its thread."""

    def closed() -> int:
        try:
            return function()
        finally:
            connections.close_all()

    return closed


def as_a_job(function: Callable[[], int]) -> int:
    """Run the function as the worker runs a job: in a thread, while the queue has connections of its own."""

    async def run() -> int:
        async with app.open_async():
            return await sync_to_async(closing(function), thread_sensitive=False)()

    with app.replace_connector(workers_connector()):
        return asyncio.run(run())


def test_a_job_asked_for_by_a_job_appears_when_the_transaction_is_kept() -> None:
    assert as_a_job(ask_and_keep) == 0
    assert jobs() == 1


def test_a_job_asked_for_by_a_job_does_not_outlive_an_undone_transaction() -> None:
    with pytest.raises(Undone):
        as_a_job(ask_and_undo)
    assert jobs() == 0
