"""Django's settings, derived from the configuration and the country: one place, no environment variables."""

from __future__ import annotations

from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from saola_identity.configuration import Configuration, secret
from saola_identity.errors import ConfigurationInvalid
from saola_identity.sites import production
from saola_identity.sites.country import CountryFacts

_OWN = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}


def django_settings(*, configuration: Configuration, country: CountryFacts) -> dict[str, Any]:
    """All settings; raises ConfigurationInvalid when a site that is no demonstration would start weakly."""
    secret_key = secret(configuration.secret_key_file)
    apps = installed_apps(demo=configuration.demo)
    production.check(
        configuration=configuration,
        apps=apps,
        debug=False,
        secret_key=secret_key,
        client_secrets=[secret(client.secret_file) for client in configuration.clients],
    )
    return {
        "IDENTITY": configuration,
        "COUNTRY": country,
        "DEBUG": False,
        "SECRET_KEY": secret_key,
        "ALLOWED_HOSTS": configuration.hosts,
        "ROOT_URLCONF": "saola_identity.sites.urls",
        "WSGI_APPLICATION": "saola_identity.sites.wsgi.application",
        "INSTALLED_APPS": apps,
        "MIDDLEWARE": MIDDLEWARE,
        "TEMPLATES": TEMPLATES,
        "DATABASES": {"default": database(configuration.database)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
        "CRISPY_ALLOWED_TEMPLATE_PACKS": ["gds"],
        "CRISPY_TEMPLATE_PACK": "gds",
        # An API call is small, and so is a form; files never come here.
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 512 * 1024,
        "LOGGING": LOGGING,
        **_languages(country),
        **_static_files(configuration),
        **_cookies(configuration),
        **_headers(configuration),
    }


def installed_apps(*, demo: bool) -> list[str]:
    """The apps; the demonstration's sign-in is among them only in a demonstration."""
    return [
        "saola_theme",
        "crispy_forms",
        "crispy_forms_gds",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "saola_identity.accounts",
        "saola_identity.authentication",
        *([production.DEMONSTRATION] if demo else []),
        "saola_identity.oidc",
        "saola_identity.signing",
    ]


def database(address: str) -> dict[str, Any]:
    """The entry for DATABASES of a PostgreSQL address; raises ConfigurationInvalid."""
    try:
        parts = conninfo_to_dict(address)
    except ProgrammingError as exc:
        raise ConfigurationInvalid("database: not a PostgreSQL address") from exc
    if not parts.get("dbname"):
        raise ConfigurationInvalid("database: the address names no database")
    entry: dict[str, Any] = {name: str(parts[key]) for key, name in _OWN.items() if parts.get(key)}
    options = {key: value for key, value in parts.items() if key not in _OWN and value is not None}
    # Connections stay open between requests and are tried before use: a restart of the database costs nobody a page.
    return entry | {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **options},
    }


MIDDLEWARE = [
    "saola_identity.sites.middleware.BrowserRules",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "saola_identity.sites.middleware.Unstorable",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
                "saola_identity.sites.context.page",
            ]
        },
    }
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django": {"handlers": [], "propagate": True}, "django.request": {"level": "ERROR"}},
}


def _languages(country: CountryFacts) -> dict[str, Any]:
    return {
        "LANGUAGE_CODE": country.default_language,
        "LANGUAGES": list(country.languages.items()),
        "LOCALE_PATHS": [str(country.locale)],
        "FORMAT_MODULE_PATH": list(country.formats),
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": country.timezone,
    }


def _static_files(configuration: Configuration) -> dict[str, Any]:
    return {
        "STATIC_URL": "/static/",
        "STATIC_ROOT": str(configuration.data / "static"),
        "STORAGES": {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}},
        "WHITENOISE_MANIFEST_STRICT": True,
        # Pages name files by their digest only; the others would be compressed for nobody.
        "WHITENOISE_KEEP_ONLY_HASHED_FILES": True,
    }


def _cookies(configuration: Configuration) -> dict[str, Any]:
    # Cookies do not know ports: several sites share one host name in a demonstration, so each has names of its own.
    settings: dict[str, Any] = {
        "SESSION_COOKIE_NAME": "saola_identity_session",
        "CSRF_COOKIE_NAME": "saola_identity_csrf",
        "LANGUAGE_COOKIE_NAME": "saola_identity_lang",
        "SESSION_COOKIE_AGE": 8 * 3600,
        "LANGUAGE_COOKIE_AGE": 365 * 24 * 3600,
        "CSRF_FAILURE_VIEW": "saola_theme.error_pages.csrf_failure",
    }
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        settings |= {f"{name}_COOKIE_SAMESITE": "Lax", f"{name}_COOKIE_HTTPONLY": True}
        settings |= {f"{name}_COOKIE_SECURE": configuration.is_https}
    return settings


def _headers(configuration: Configuration) -> dict[str, Any]:
    return {
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "SECURE_HSTS_SECONDS": 31536000 if configuration.is_https else 0,
        # Only a site that is public under https stands behind a proxy that says so.
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if configuration.is_https else None,
        "X_FRAME_OPTIONS": "DENY",
    }
