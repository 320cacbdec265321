# ruff: noqa: INP001, S105 - a test module: no package, no real secrets
"""Django for the tests of identity: the real composition, from a configuration file made for them, on PostgreSQL."""

from __future__ import annotations

import atexit
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
import yaml
from django.conf import settings
from saola_identity.configuration import Configuration, load
from saola_identity.oidc.keys import make_keys
from saola_identity.signing import service
from saola_identity.signing.signer import FakeSigner
from saola_identity.sites import composition
from saola_identity.sites.country import CountryFacts

SECRET = "a secret with: colon, % sign and spaces"
ISSUER = "http://localhost:8999"


def _client(name: str, port: int, **more: object) -> dict[str, object]:
    return {
        "client_id": name,
        "name": {"en": f"The {name}", "fr": f"Le {name}"},
        "secret_file": "client.secret",
        "redirect_uris": [f"http://localhost:{port}/signin/callback"],
        "post_logout_redirect_uris": [f"http://localhost:{port}/"],
        "scopes": ["openid", "profile", "personal_number"],
        **more,
    }


def configuration_values(folder: Path) -> dict[str, object]:
    """The content of a configuration file, with the secret files it names."""
    for name, content in (("django.key", secrets.token_urlsafe(48)), ("signer.token", "t"), ("client.secret", SECRET)):
        (folder / name).write_text(content, encoding="utf-8")
    return {
        "listen": "127.0.0.1:8999",
        "issuer": ISSUER,
        "database": "postgresql://nobody@127.0.0.1:1/none",
        "data": "data",
        "secret_key_file": "django.key",
        "country": "country",
        "demo": True,
        "signer_url": "http://127.0.0.1:1",
        "signer_token_file": "signer.token",
        "activation_key_file": "data/activation.json",
        "clients": [_client("portal", 8001), _client("onestop", 8002), _client("clinic", 8003, scopes=["openid"])],
    }


def country_facts(folder: Path) -> CountryFacts:
    """A country of two languages."""
    return CountryFacts(
        languages={"en": "English", "fr": "Français"},
        default_language="en",
        timezone="Etc/GMT-7",
        territory="XX",
        name={"en": "Exampleland"},
        site_name={"en": "Exampleland identity"},
        organisations={"W01": "Ward One"},
        locale=folder / "locale",
        formats=["saola_theme.formats"],
    )


def configure_django() -> None:
    """Configure Django; called when this file is imported, before any module that holds a model."""
    if settings.configured:
        if not hasattr(settings, "IDENTITY"):
            pytest.exit("the tests of identity need a pytest run of their own: Django has one set of settings", 4)
        return
    folder = Path(tempfile.mkdtemp(prefix="saola-identity-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "configuration.yaml"
    path.write_text(yaml.safe_dump(configuration_values(folder)), encoding="utf-8")
    configuration = load(path)
    make_keys(data=configuration.data, activation_key_file=configuration.activation_key_file)
    values = composition.django_settings(configuration=configuration, country=country_facts(folder))
    # Pages are tested without the built files of the theme.
    values["MIDDLEWARE"] = [name for name in values["MIDDLEWARE"] if "whitenoise" not in name]
    values["STORAGES"] = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    values["ALLOWED_HOSTS"] = [*values["ALLOWED_HOSTS"], "testserver"]
    values["DATABASES"]["default"]["CONN_MAX_AGE"] = 0
    settings.configure(**values)
    django.setup()


configure_django()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_url: str) -> None:
    """Point Django at the throw-away server before pytest-django makes its test database."""
    from django.db import connections

    found = composition.database(postgres_url) | {"CONN_MAX_AGE": 0}
    connections["default"].settings_dict.update(found)


@pytest.fixture
def configuration() -> Configuration:
    """The configuration that the tests run with."""
    found: Configuration = settings.IDENTITY
    return found


@pytest.fixture
def fake_signer() -> Iterator[FakeSigner]:
    """The signer of this test."""
    fake = FakeSigner()
    with service.using(fake):
        yield fake
