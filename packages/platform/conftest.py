# ruff: noqa: INP001, S105 - a test module: no package, no real secrets
"""Django for the tests of the platform: every app at once, on PostgreSQL, with the fictional country."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from saola_blueprint import rule
from saola_blueprint.calendar import Calendar, Period
from saola_blueprint.schema import (
    Choice,
    Country,
    ExchangeAddress,
    Identifier,
    LegalBasis,
    Numbering,
    Organisation,
    Register,
    RegisterField,
    Rule,
    Rulebook,
    Text,
)
from saola_exchange.client import FakeExchange
from saola_platform.kernel import configuration, exchange, peers
from saola_platform.kernel import country as countries
from saola_platform.kernel.database import django_database
from saola_platform.sites import composition

ROOT = Path(__file__).parents[2]
FOLDER = Path(tempfile.mkdtemp(prefix="saola-platform-tests-"))
GATEWAY_TOKEN = "token-of-the-own-gateway"


def secret_file(name: str, value: str) -> Path:
    """A secret in a file of the test's folder."""
    path = FOLDER / name
    path.write_text(value)
    return path


SITE = configuration.SiteConfiguration(
    site="portal",
    organisation="G22",
    country=ROOT / "countries" / "template",
    listen="127.0.0.1:8000",
    public_url="http://testserver",
    database="",
    data=FOLDER,
    secret_key_file=secret_file("secret-key", "k" * 60),
    demo=True,
    exchange=configuration.ExchangeSettings(
        gateway="http://127.0.0.1:1",
        client="EX-DEMO/GOV/G22/portal",
        instance="EX-DEMO",
        gateway_token_file=secret_file("gateway-token", GATEWAY_TOKEN),
    ),
    identity=configuration.IdentitySettings(
        issuer="http://identity.example", client_id="portal", client_secret_file=secret_file("client-secret", "s3cret")
    ),
    mail=configuration.MailSettings(host="127.0.0.1", port=1, sender="no-reply@example.org"),
)


def every_app() -> list[str]:
    """The apps of all kinds of site, each once."""
    kinds: tuple[configuration.SiteKind, ...] = ("portal", "onestop", "register")
    return list(dict.fromkeys(app for kind in kinds for app in composition.apps(site=kind, operator_pages=False)))


def pytest_configure() -> None:
    """Configure Django before the first test module is imported."""
    if settings.configured:
        if "saola_platform.kernel" not in settings.INSTALLED_APPS:
            pytest.exit("the tests of the platform need a pytest run of their own: Django has one set of settings", 4)
        return
    configuration.install(SITE)
    apps = every_app()
    settings.configure(
        SECRET_KEY="k" * 60,
        ALLOWED_HOSTS=["testserver"],
        INSTALLED_APPS=apps,
        MIDDLEWARE=[name for name in composition.middleware(installed=apps) if "whitenoise" not in name],
        ROOT_URLCONF="saola_platform.sites.urls_portal",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": composition.context_processors(installed=apps)},
            }
        ],
        DATABASES={"default": django_database(address="postgresql://nobody@127.0.0.1:1/saola_tests")},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        CRISPY_ALLOWED_TEMPLATE_PACKS=["gds"],
        CRISPY_TEMPLATE_PACK="gds",
        MESSAGE_STORAGE="django.contrib.messages.storage.session.SessionStorage",
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        DEFAULT_FROM_EMAIL="no-reply@example.org",
        LANGUAGE_CODE="en",
        LANGUAGES=[("en", "English")],
        USE_TZ=True,
        TIME_ZONE="UTC",
        STATIC_URL="/static/",
        FILE_UPLOAD_TEMP_DIR=str(FOLDER),
        DATA_UPLOAD_MAX_MEMORY_SIZE=SITE.upload_limits.request_bytes,
        CSRF_FAILURE_VIEW="saola_platform.kernel.views.csrf_failed",
    )
    django.setup()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_url: str) -> None:
    """Point Django at the throw-away server before pytest-django makes its test database."""
    from django.db import connections

    found = django_database(address=postgres_url)
    # Health checks and long-lived connections have nothing to survive here.
    found["CONN_MAX_AGE"] = 0
    connections["default"].settings_dict.update(found)


@pytest.fixture
def site_configuration() -> configuration.SiteConfiguration:
    """The configuration that tests run with; `replace()` it and put it in place by `using_site`."""
    return SITE


@pytest.fixture
def using_site() -> Iterator[Any]:
    """`using_site(site="register", registers=("persons",))`: another configuration until the test ends."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def use(**changes: Any) -> configuration.SiteConfiguration:
            changed = replace(configuration.site(), **changes)
            stack.enter_context(configuration.using(changed))
            return changed

        yield use


@pytest.fixture
def fake_exchange() -> Iterator[FakeExchange]:
    """The exchange of this test: programme its answers, look at its calls."""
    fake = FakeExchange()
    with exchange.using(fake):
        yield fake


@pytest.fixture
def fake_peers() -> Iterator[peers.FakePeers]:
    """Identity and signer of this test."""
    fake = peers.FakePeers()
    with peers.using(fake):
        yield fake


@pytest.fixture
def gateway_headers() -> dict[str, str]:
    """The headers with which the own gateway hands a call over; change or remove as the test needs."""
    return {
        "X-Saola-Gateway-Token": GATEWAY_TOKEN,
        "X-Road-Client": "EX-DEMO/GOV/G22/portal",
        "X-Road-Id": "EX-DEMO-1",
        "X-Road-Request-Id": "11111111-1111-1111-1111-111111111111",
        "Saola-Purpose": "procedure:1.001193",
        "Saola-Legal-Ground": "Act%20on%20examples%2C%20s.%204",
    }


def text(english: str, french: str | None = None) -> Text:
    """A text of the small country, which speaks two languages."""
    return Text.of(default_language="en", versions={"en": english} | ({"fr": french} if french else {}))


@rule("example_number", since="2000-01-01", reference="made up")
def example_number(*, data: Any, sequence: int, today: Any, prefix: str) -> str:  # noqa: ARG001
    """Two neighbouring positions give one number, so that collisions happen all the time."""
    return f"{prefix}{sequence // 2:06d}"


def small_register(name: str, *, key: str, numbering: Numbering | None, fields: list[RegisterField]) -> Register:
    """A register of the small country."""
    return Register(
        id=name,
        name=text(f"Register of {name}"),
        description=text(f"All {name}."),
        owner="A1",
        subsystem="population",
        key=key,
        subjects=tuple(field.name for field in fields if field.identifier),
        fields={field.name: field for field in fields},
        legal_basis=(LegalBasis("Example Act 1/2020", text("who is registered")),),
        numbering=numbering,
    )


def build_small_country() -> Country:
    """A country of two organisations and two registers, just enough for the kernel and the registers."""
    number = text("Number")
    persons = small_register(
        "persons",
        key="number",
        numbering=Numbering("example_number", {"prefix": "P"}),
        fields=[
            RegisterField("number", "identifier", number, required=True, indexed=True, identifier="person"),
            RegisterField("name", "text", text("Name"), required=True),
            RegisterField("born", "date", text("Born"), required=True, indexed=True),
            RegisterField("children", "integer", text("Children"), indexed=True),
            RegisterField("married", "yes-no", text("Married"), indexed=True),
            RegisterField("sex", "choice", text("Sex"), choices=(Choice("f", text("f")), Choice("m", text("m")))),
        ],
    )
    marriages = small_register(
        "marriages",
        key="entry",
        numbering=None,
        fields=[
            RegisterField("entry", "text", text("Entry"), required=True),
            RegisterField("first", "identifier", number, required=True, indexed=True, identifier="person"),
            RegisterField("second", "identifier", number, required=True, indexed=True, identifier="person"),
        ],
    )
    return Country(
        code="small",
        name=text("Smalland", "Petitland"),
        languages={"en": "English"},
        default_language="en",
        territory="XS",
        timezone="Asia/Bangkok",
        currency="XXX",  # ISO 4217: no currency
        site_names={name: text(f"The {name}") for name in ("portal", "onestop", "register", "identity")},
        levels={"state": text("State")},
        roles={},
        life_events={},
        identifiers={"person": Identifier("person", number, r"P[0-9]{6}", "P000001")},
        person_identifier="person",
        dossier_numbering=Numbering("example_number", {"prefix": "D"}),
        libraries=(),
        calendar=Calendar("Asia/Bangkok", (Period(time(8), time(17)),), frozenset(range(5))),
        code_lists={},
        parameters={},
        messages={},
        organisations={
            "A1": Organisation("A1", text("Ministry A"), text("A"), "state", exchange=ExchangeAddress("GOV", "A1")),
            "A1.1": Organisation("A1.1", text("Ward of A"), text("Ward"), "state", parent="A1"),
            "G22": Organisation("G22", text("Office B"), text("B"), "state", exchange=ExchangeAddress("GOV", "G22")),
        },
        registers={"persons": persons, "marriages": marriages},
        procedures={},
        rules=Rulebook({"example_number": (Rule("example_number", date(2000, 1, 1), "made up", example_number),)}),
        folder=FOLDER,
    )


@pytest.fixture
def small_country() -> Iterator[Country]:
    """The site of this test serves the small country instead of the template."""
    with countries.using(build_small_country()) as country:
        yield country


@pytest.fixture(scope="session")
def make_small_country() -> Callable[[], Country]:
    """For tests of pure functions, which are given the country instead of serving it."""
    return build_small_country
