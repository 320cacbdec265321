"""Services of the portal for the exchange: what one-stops report about dossiers, and the results they deliver."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from saola_platform.errors import BodyRefused
from saola_platform.kernel import clock
from saola_platform.kernel.services import Caller, json_object, service
from saola_platform.portal.dossiers.events import Body, take_event, take_result

LARGEST_EVENT: Final = 256 * 1024


@service(methods=["POST"])
def events(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Take one event: 201 when new, 200 when it was here already."""
    if len(request.body) > LARGEST_EVENT:
        raise BodyRefused(f"an event has at most {LARGEST_EVENT} bytes")
    is_new = take_event(body=Body(json_object(request)), caller=caller, at=clock.now())
    return JsonResponse({"accepted": True}, status=201 if is_new else 200)


@service(methods=["POST"])
def results(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Take one result into its owner's document store: 201 when new, 200 when it was here already."""
    is_new = take_result(body=Body(json_object(request)), caller=caller, at=clock.now())
    return JsonResponse({"accepted": True}, status=201 if is_new else 200)


@service(methods=["GET"], grounds=False)
def openapi(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The description of these services."""
    del request, caller
    return JsonResponse(_DESCRIPTION)


_TEXTS: Final = {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}


def _operation(summary: str, *, required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": required, "properties": properties}
    answers = {"201": "taken", "200": "was taken before", "400": "not understood", "404": "no such submission"}
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
            "responses": {status: {"description": words} for status, words in answers.items()},
        }
    }


_DESCRIPTION: Final[dict[str, Any]] = {
    "openapi": "3.1.0",
    "info": {"title": "Dossier events", "version": "1", "description": "Steps of dossiers, and results, for people."},
    "paths": {
        "/events": _operation(
            "Report one step of a dossier; idempotent by event_id",
            required=["event_id", "dossier_code", "submission_id", "type", "status", "at", "text", "organisation"],
            properties={
                "event_id": {"type": "string", "format": "uuid"},
                "dossier_code": {"type": "string"},
                "submission_id": {"type": "string", "format": "uuid"},
                "type": {"type": "string"},
                "status": {"type": "string"},
                "at": {"type": "string", "format": "date-time"},
                "text": _TEXTS,
                "message": {"type": ["string", "null"]},
                "due_at": {"type": ["string", "null"], "format": "date-time"},
                "organisation": {"type": "object"},
                "person": {"type": ["object", "null"]},
            },
        ),
        "/results": _operation(
            "Deliver one result; idempotent by result_id",
            required=[
                "result_id",
                "dossier_code",
                "submission_id",
                "subject",
                "title",
                "media_type",
                "sha256",
                "content",
                "valid_from",
            ],
            properties={
                "result_id": {"type": "string", "format": "uuid"},
                "dossier_code": {"type": "string"},
                "submission_id": {"type": "string", "format": "uuid"},
                "subject": {"type": "string"},
                "title": _TEXTS,
                "media_type": {"type": "string"},
                "sha256": {"type": "string"},
                "content": {"type": "string", "contentEncoding": "base64"},
                "valid_from": {"type": "string"},
            },
        ),
    },
}
