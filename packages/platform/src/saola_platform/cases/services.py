"""The wire: `/services/dossiers…`, called by the portal over the exchange. Parse, one call, answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from saola_platform.cases import completions, intake, queries
from saola_platform.cases.errors import ApplicationRefused, NoSuchDossier
from saola_platform.kernel import clock
from saola_platform.kernel.services import Caller, service

LARGEST_CONTAINER = 64 * 1024 * 1024


@service(methods=["POST"])
def dossiers(request: HttpRequest, caller: Caller) -> HttpResponse:
    """`POST /dossiers`: an application container; 201 for a new dossier, 200 for a repetition."""
    container = _container(request)
    taken = intake.take_in(container=container, submission_id=caller.key(), portal=caller.client, at=clock.now())
    return JsonResponse(intake.answer_of(taken.dossier), status=201 if taken.new else 200)


@service(methods=["POST"])
def dossier_completions(request: HttpRequest, caller: Caller, code: str) -> HttpResponse:
    """`POST /dossiers/{code}/completions`: a completion container; 201 when new, 200 for a repetition."""
    queries.only_its_portal(code=code, portal=caller.client)
    answer, new = completions.complete(code=code, container=_container(request), key=caller.key(), at=clock.now())
    return JsonResponse(answer, status=201 if new else 200)


@service(methods=["GET"])
def dossier(request: HttpRequest, caller: Caller, code: str) -> HttpResponse:
    """`GET /dossiers/{code}?applicant=N`: status, deadline and steps."""
    applicant = request.GET.get("applicant", "")
    if caller.data_subject not in {None, applicant}:
        raise NoSuchDossier("The data subject of the message is not the applicant that it asks about.")
    queries.only_its_portal(code=code, portal=caller.client)
    return JsonResponse(queries.status_for_applicant(code=code, applicant=applicant))


@service(methods=["GET"], grounds=False)
def openapi(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The description of these services, for getOpenAPI."""
    del request, caller
    return JsonResponse(description())


def _container(request: HttpRequest) -> bytes:
    if request.content_type != intake.CONTAINER:
        raise ApplicationRefused(f"The body is {request.content_type!r}; it must be {intake.CONTAINER}.")
    content = request.body
    if not content:
        raise ApplicationRefused("The body is empty; it must be the signed container.")
    if len(content) > LARGEST_CONTAINER:
        raise ApplicationRefused(f"The container is larger than {LARGEST_CONTAINER // 1024**2} MB.")
    return bytes(content)


def description() -> dict[str, Any]:
    """OpenAPI 3.1 of the dossier service."""
    container = {"content": {intake.CONTAINER: {"schema": {"type": "string", "format": "binary"}}}, "required": True}
    code = {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string", "format": "uuid"}}
    applicant = {"name": "applicant", "in": "query", "required": True, "schema": {"type": "string"}}
    new, again = {"description": "taken in"}, {"description": "the same answer as the first time"}
    refused, conflict = {"description": "refused, with a problem document"}, {"description": "other content before"}
    writes = {"201": new, "200": again, "400": refused, "409": conflict}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Dossiers", "version": "1"},
        "paths": {
            "/dossiers": {"post": {"parameters": [key], "requestBody": container, "responses": writes}},
            "/dossiers/{code}/completions": {
                "post": {"parameters": [code, key], "requestBody": container, "responses": writes}
            },
            "/dossiers/{code}": {
                "get": {
                    "parameters": [code, applicant],
                    "responses": {"200": {"description": "where it stands"}, "404": refused},
                }
            },
        },
    }
