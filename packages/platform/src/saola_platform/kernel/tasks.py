"""Background work of the kernel: what is not needed any more goes."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from procrastinate.contrib.django import app

from saola_platform.kernel import clock
from saola_platform.kernel.models import PendingSignature

KEPT = timedelta(days=1)


@app.periodic(cron="17 3 * * *")
@app.task(name="kernel.tidy", queue="kernel", queueing_lock="kernel.tidy")
def tidy(timestamp: int) -> None:  # noqa: ARG001 - procrastinate says for when the work was planned
    """Remove signatures that are over (the app that asked has the result) and sessions that have ended."""
    PendingSignature.objects.filter(prepared_at__lt=clock.now() - KEPT).delete()
    if "django.contrib.sessions" in settings.INSTALLED_APPS:
        import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
