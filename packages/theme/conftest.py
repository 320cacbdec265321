# ruff: noqa: INP001 - a test module: no package, no real secrets
"""Django for the tests of the theme: the look alone, without a site."""

from __future__ import annotations

import django
from django.conf import settings

# With the theme's tests in a run of another site's, that site's settings serve as well.
if not settings.configured:
    settings.configure(
        SECRET_KEY="k" * 60,
        ALLOWED_HOSTS=["testserver"],
        INSTALLED_APPS=["saola_theme", "crispy_forms", "crispy_forms_gds", "django.contrib.staticfiles"],
        ROOT_URLCONF="django.conf.urls.i18n",
        STATIC_URL="/static/",
        LANGUAGES=[("en", "English"), ("fr", "French")],
        LANGUAGE_CODE="en",
        USE_TZ=True,
        FORMAT_MODULE_PATH=["saola_theme.formats"],
        CRISPY_ALLOWED_TEMPLATE_PACKS=["gds"],
        CRISPY_TEMPLATE_PACK="gds",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    )
    django.setup()
