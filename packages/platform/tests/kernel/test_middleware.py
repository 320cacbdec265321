"""Every request: health, headers, limits, errors in plain words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from saola_blueprint.schema import Country
from saola_exchange.client import ExchangeUnavailable
from saola_platform.errors import NotFound, PeerUnavailable
from saola_platform.kernel import pages
from saola_platform.kernel.middleware import UploadLimit
from saola_platform.kernel.services import Caller, service
from saola_platform.sites.bodies import with_known_length


def fails(request: HttpRequest, how: str) -> HttpResponse:
    """A view in which something goes wrong."""
    match how:
        case "exchange":
            raise ExchangeUnavailable(code="server.x", message="secret detail")
        case "peer":
            raise PeerUnavailable("secret detail")
        case "known":
            raise NotFound("secret detail")
        case "database":
            raise OperationalError("secret detail")
    raise RuntimeError("secret detail")


@service(methods=["GET"])
def failing_service(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A service with a defect."""
    raise RuntimeError("secret detail")


def form(request: HttpRequest) -> HttpResponse:
    """A page that takes a form."""
    return HttpResponse(f"{len(request.FILES)} files")


urlpatterns = [
    path("fails/<str:how>", fails),
    path("services/fails", failing_service),
    path("form", form),
    path("", include("saola_platform.kernel.urls")),
    path("", include("saola_platform.kernel.signin.urls")),
]
handler404 = "saola_platform.kernel.views.not_found"
handler500 = "saola_platform.kernel.views.server_error"


@pytest.fixture(autouse=True)
def _these_pages(small_country: Country) -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__), pages.using_navigation():
        yield


@pytest.fixture
def browser() -> Client:
    """A client that sees error pages instead of exceptions."""
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_health_answers_whatever_the_host_is_called(browser: Client) -> None:
    answer = browser.get("/health", headers={"Host": "10.0.0.1"})
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_an_unknown_host_is_refused(browser: Client) -> None:
    assert browser.get("/form", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.django_db
def test_pages_carry_a_strict_policy_and_are_kept_nowhere(browser: Client) -> None:
    headers = browser.get("/form").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "form-action 'self' http://identity.example" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("how", "status"), [("exchange", 502), ("peer", 502), ("known", 404), ("database", 503), ("other", 500)]
)
def test_a_failure_is_a_page_without_details(browser: Client, how: str, status: int) -> None:
    page = browser.get(f"/fails/{how}")
    assert page.status_code == status
    assert "<h1" in page.content.decode()
    assert "secret detail" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/form%00", "/form?q=%00", "/form?%00=q", "/services/fails%00"])
def test_a_nul_in_an_address_is_a_bad_request_whatever_is_behind_it(browser: Client, address: str) -> None:
    path, _, query = address.partition("?")
    assert browser.get(path.replace("%00", "\x00"), query_params={}, QUERY_STRING=query).status_code == 400


@pytest.mark.django_db
def test_a_nul_in_a_form_is_a_bad_request(browser: Client) -> None:
    assert browser.post("/form", {"words": "right"}).status_code == 200
    assert browser.post("/form", {"words": "wr\x00ng"}).status_code == 400


@pytest.mark.django_db
def test_a_defect_in_a_service_is_a_problem_with_a_reference_only(
    browser: Client, gateway_headers: dict[str, str]
) -> None:
    answer = browser.get("/services/fails", headers=gateway_headers)
    assert (answer.status_code, answer.json()["code"]) == (500, "platform.unexpected")
    assert "Reference" in answer.json()["detail"]
    assert b"secret detail" not in answer.content


@service(methods=["GET"])
def service_without_database(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A service whose database has gone away."""
    raise OperationalError("secret detail")


def test_a_service_without_its_database_says_to_try_again(gateway_headers: dict[str, str]) -> None:
    answer = service_without_database(RequestFactory().get("/services/x", headers=gateway_headers))
    assert answer.status_code == 503
    assert b"platform.unavailable" in answer.content
    assert b"secret detail" not in answer.content


@pytest.mark.django_db
def test_an_unknown_service_is_a_problem_and_an_unknown_page_a_page(browser: Client) -> None:
    assert browser.get("/services/nothing").headers["Content-Type"] == "application/problem+json"
    assert browser.get("/nothing").headers["Content-Type"].startswith("text/html")


def test_an_upload_that_announces_too_much_is_refused_and_never_held(using_site: Any) -> None:
    class Endless(io.RawIOBase):
        """Two gigabytes that nobody has."""

        left = 2 * 1024**3
        largest = 0

        def read(self, size: int = -1) -> bytes:
            self.largest = max(self.largest, size)
            taken = min(size, self.left)
            self.left -= taken
            return b"\0" * taken

    body = Endless()
    request = RequestFactory().generic("POST", "/form")
    request.META["CONTENT_LENGTH"] = str(2 * 1024**3)
    request._stream = body  # type: ignore[assignment]
    request.person = None  # type: ignore[attr-defined]

    def never(_: HttpRequest) -> HttpResponse:
        raise AssertionError("the view was called")

    answer = UploadLimit(never)(request)
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()
    assert answer.headers["Connection"] == "close"
    assert body.largest <= UploadLimit.STEP
    assert body.left == 0, "the browser could finish sending, so it shows our page"


@pytest.mark.parametrize(("sent", "limit", "length"), [(b"a" * 10, 100, 10), (b"", 100, 0), (b"a" * 101, 100, 101)])
def test_a_body_in_chunks_gets_a_length(sent: bytes, limit: int, length: int) -> None:
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen["length"] = int(environ["CONTENT_LENGTH"])
        seen["body"] = environ["wsgi.input"].read()
        return [b"done"]

    environ = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(sent)}
    wrapped = with_known_length(application=application, limit=limit)
    assert list(wrapped(environ, lambda *_: lambda _: None)) == [b"done"]
    assert (seen["length"], seen["body"]) == (length, sent)
