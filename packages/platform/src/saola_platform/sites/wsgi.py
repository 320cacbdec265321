"""The WSGI application of a site; gunicorn loads it with SAOLA_CONFIG naming the configuration."""

from __future__ import annotations

import os
from wsgiref.types import WSGIApplication

from django.core.wsgi import get_wsgi_application

from saola_platform.sites.bodies import with_known_length

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saola_platform.sites.settings")


def _application() -> WSGIApplication:
    django = get_wsgi_application()
    from saola_platform.kernel.configuration import site

    return with_known_length(application=django, limit=site().upload_limits.request_bytes)


application = _application()
