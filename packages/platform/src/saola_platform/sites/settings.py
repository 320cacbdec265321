"""Django's settings of one site, all derived from the configuration file named by SAOLA_CONFIG.

Read once when the process starts. Nothing here reads another environment variable.
"""

from __future__ import annotations

import os
from pathlib import Path

from saola_theme.formats import format_modules as _format_modules

from saola_platform.errors import ConfigurationInvalid
from saola_platform.kernel import configuration as _configuration
from saola_platform.kernel.country import country as _country
from saola_platform.kernel.database import django_database
from saola_platform.sites import composition

if not os.environ.get("SAOLA_CONFIG"):
    raise ConfigurationInvalid("SAOLA_CONFIG names no configuration file", remedy="saola site run --config FILE")

SITE = _configuration.load(Path(os.environ["SAOLA_CONFIG"]))
_configuration.install(SITE)
COUNTRY = _country()

DEBUG = False
SECRET_KEY = _configuration.secret(SITE.secret_key_file)
if len(SECRET_KEY) < 50:
    raise ConfigurationInvalid(f"{SITE.secret_key_file}: the secret key needs at least 50 characters")
ALLOWED_HOSTS = SITE.hosts
ROOT_URLCONF = f"saola_platform.sites.urls_{SITE.site}"
WSGI_APPLICATION = "saola_platform.sites.wsgi.application"

INSTALLED_APPS = composition.apps(site=SITE.site, operator_pages=SITE.operator_pages)
MIDDLEWARE = composition.middleware(installed=INSTALLED_APPS)
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": composition.context_processors(installed=INSTALLED_APPS)},
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["gds"]
CRISPY_TEMPLATE_PACK = "gds"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

DATABASES = {"default": django_database(address=SITE.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = COUNTRY.default_language
LANGUAGES = list(COUNTRY.languages.items())
LOCALE_PATHS = [str(COUNTRY.folder / "locale")]
FORMAT_MODULE_PATH = _format_modules(country_folder=COUNTRY.folder)
USE_I18N = True
USE_TZ = True
TIME_ZONE = COUNTRY.timezone

STATIC_URL = "/static/"
STATIC_ROOT = str(SITE.data / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = str(SITE.data / "files")
FILE_UPLOAD_TEMP_DIR = str(SITE.data / "uploads")
DATA_UPLOAD_MAX_MEMORY_SIZE = SITE.upload_limits.request_bytes
WHITENOISE_MANIFEST_STRICT = True
# Pages name files by their digest only; the others would be compressed for nobody.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# Cookies do not know ports: several sites share one host name in a demo, so each has names of its own.
SESSION_COOKIE_NAME = f"saola_{SITE.site}_session"
CSRF_COOKIE_NAME = f"saola_{SITE.site}_csrf"
LANGUAGE_COOKIE_NAME = f"saola_{SITE.site}_lang"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SITE.is_https
CSRF_FAILURE_VIEW = "saola_platform.kernel.views.csrf_failed"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if SITE.is_https else 0
# Only a site that is public under https stands behind a proxy that says so.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SITE.is_https else None

if SITE.mail is not None:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = SITE.mail.host
    EMAIL_PORT = SITE.mail.port
    DEFAULT_FROM_EMAIL = SITE.mail.sender
    EMAIL_TIMEOUT = 10
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "procrastinate": {"level": "WARNING"},
        # A lost connection to the database is said by our own worker in one line.
        "procrastinate.utils": {"level": "CRITICAL"},
        "django.request": {"level": "ERROR"},
        "spiff": {"level": "WARNING"},
        "psycopg.pool": {"level": "ERROR"},
    },
}
