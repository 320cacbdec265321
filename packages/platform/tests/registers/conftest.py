"""A register site of the small country, and its own gateway."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from saola_blueprint.schema import Country
from saola_platform.kernel import pages

PERSON = {"name": "Example (mother)", "born": "1990-01-31"}
Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def _register_site(small_country: Country, using_site: Any) -> Iterator[None]:
    using_site(site="register", organisation="A1", registers=("persons", "marriages"), identity=None)
    with override_settings(ROOT_URLCONF="saola_platform.sites.urls_register"), pages.using_navigation():
        yield


@pytest.fixture
def call(gateway_headers: dict[str, str]) -> Call:
    """`call("POST", "/services/persons/records", {"data": …}, key="k")`: as the own gateway calls."""
    counter = iter(range(1, 10_000))

    def send(
        method: str, path: str, body: Any = None, *, key: str | None = None, without: str = "", **headers: str
    ) -> Any:
        sent = {**gateway_headers, "X-Road-Id": f"EX-DEMO-{next(counter)}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Idempotency-Key": key} if key else {}
        sent.pop(without, None)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Client().generic(method, path, content, content_type="application/json", headers=sent)

    return send
