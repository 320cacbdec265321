"""Asks the background worker for work, in the caller's transaction: a job exists exactly if the change was kept.

`tasks.py` holds what the worker then does; it looks the names up here, so that nothing imports in a circle.
"""

from __future__ import annotations

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

RUN_OPERATION = "saola_platform.cases.tasks.run_operation"
DELIVER_EVENTS = "saola_platform.cases.tasks.deliver_events"


def want_operation(*, step: int) -> None:
    """Run the operation of a service step; asking twice is the same as asking once."""
    _defer(RUN_OPERATION, queueing_lock=f"operation-{step}", step=step)


def want_operation_now(*, step: int) -> None:
    """Run it at once, beside the job that waits for its next try: whichever comes second finds it done."""
    app.configure_task(RUN_OPERATION).defer(step=step)


def want_delivery(*, dossier: int) -> None:
    """Tell the portal what it does not know yet about a dossier."""
    _defer(DELIVER_EVENTS, queueing_lock=f"events-{dossier}", dossier=dossier)


def _defer(task: str, *, queueing_lock: str, **arguments: int) -> None:
    from django.db import transaction

    try:
        with transaction.atomic():
            app.configure_task(task, queueing_lock=queueing_lock).defer(**arguments)
    except AlreadyEnqueued:
        return  # it waits already, and will see this change too
