"""The dossier service over HTTP, as the own gateway hands calls over."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from saola_platform.kernel import clock

from .world import MORNING, MOTHER, PORTAL, OneStop, application

BASE = "/services/dossiers"


@pytest.fixture(autouse=True)
def _onestop_urls(settings: Any) -> None:
    settings.ROOT_URLCONF = "saola_platform.sites.urls_onestop"


@pytest.fixture
def headers(gateway_headers: dict[str, str]) -> dict[str, str]:
    return {**gateway_headers, "X-Road-Client": PORTAL}


def send(
    container: bytes, headers: dict[str, str], *, key: str | None, media_type: str = "application/vnd.etsi.asic-e+zip"
) -> Any:
    more = {"Idempotency-Key": key} if key else {}
    with clock.fixed(MORNING):
        return Client().post(
            f"{BASE}/dossiers",
            data=container,
            content_type=media_type,
            headers={**headers, **more},
        )


def test_an_application_is_taken_in_once(onestop: OneStop, headers: dict[str, str]) -> None:
    submission = uuid.uuid4()
    container = application(submission=submission, destination=onestop.organisation)
    first, again = (send(container, headers, key=str(submission)) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["competent_authority"]["code"] == onestop.organisation


def test_a_call_that_is_not_from_the_gateway_is_refused(onestop: OneStop, headers: dict[str, str]) -> None:
    answer = send(b"x", {**headers, "X-Saola-Gateway-Token": "guess"}, key=str(uuid.uuid4()))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("container", "key"),
    [
        (b"", "6f2c1c53-57a5-4c0e-9a52-0c6cf7e5d7a1"),
        (b"no container", "b0a86a0c-0f55-4a57-8a43-6b6f0d1f6a42"),
        (b"x", "no-uuid"),
        (b"x", None),
    ],
)
def test_what_is_no_application_gets_a_problem_document(
    onestop: OneStop, headers: dict[str, str], container: bytes, key: str | None
) -> None:
    answer = send(container, headers, key=key)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["remedy"]


def test_a_container_under_another_content_type_is_refused(onestop: OneStop, headers: dict[str, str]) -> None:
    submission = uuid.uuid4()
    container = application(submission=submission, destination=onestop.organisation)
    answer = send(container, headers, key=str(submission), media_type="text/html")
    assert answer.status_code == 400
    assert "text/html" in answer.json()["detail"]


def test_the_applicant_may_ask_and_nobody_else(onestop: OneStop, headers: dict[str, str]) -> None:
    submission = uuid.uuid4()
    container = application(submission=submission, destination=onestop.organisation)
    code = send(container, headers, key=str(submission)).json()["dossier_code"]
    address = f"{BASE}/dossiers/{code}"
    found = Client().get(f"{address}?applicant={MOTHER}", headers=headers)
    assert found.status_code == 200
    assert [step["status"] for step in found.json()["steps"]] == ["received"]
    assert Client().get(f"{address}?applicant=000199000105", headers=headers).status_code == 404
    other = {**headers, "X-Road-Client": "XX-DEMO/GOV/G99/other"}
    assert Client().get(f"{address}?applicant={MOTHER}", headers=other).status_code == 404
    subject = {**headers, "Saola-Data-Subject": "000199000105"}
    assert Client().get(f"{address}?applicant={MOTHER}", headers=subject).status_code == 404


def test_the_description_names_every_path(onestop: OneStop, headers: dict[str, str]) -> None:
    paths = Client().get(f"{BASE}/openapi.json", headers=headers).json()["paths"]
    assert set(paths) == {"/dossiers", "/dossiers/{code}", "/dossiers/{code}/completions"}
