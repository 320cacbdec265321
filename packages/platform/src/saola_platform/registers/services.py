"""The services of a register site, described in docs/reference/register-services.md. Only our gateway calls them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from saola_platform.errors import BodyRefused, PlatformError
from saola_platform.kernel import problems
from saola_platform.kernel.configuration import site
from saola_platform.kernel.country import country
from saola_platform.kernel.exchange import exchange
from saola_platform.kernel.services import Caller, json_object, service
from saola_platform.registers import actions, openapi, queries
from saola_platform.registers.declared import register_of
from saola_platform.registers.errors import QueryRefused, SubjectMismatch
from saola_platform.registers.models import Usage

CONTAINER = "application/vnd.etsi.asic-e+zip"


@service(methods=["GET", "POST"])
def records(request: HttpRequest, caller: Caller, register: str) -> HttpResponse:
    """Search by indexed fields, or make a new record."""
    declared = register_of(register)
    if request.method == "POST":
        body = _fields(json_object(request), wanted={"data"})
        written = actions.create(register=declared, data=_mapping(body["data"]), caller=caller)
        return JsonResponse(written.record.json(), status=200 if written.is_replay else 201)
    repeated = [name for name in request.GET if len(request.GET.getlist(name)) > 1]
    if repeated:
        raise QueryRefused(f"given more than once: {', '.join(repeated)}")
    found, total = queries.search(register=declared, criteria=request.GET.dict(), caller=caller)
    return JsonResponse({"items": [record.json() for record in found], "total": total})


@service(methods=["GET", "PUT"])
def record(request: HttpRequest, caller: Caller, register: str, key: str) -> HttpResponse:
    """One record: read it (`?at=` gives its state of that time), or record its next version."""
    declared = register_of(register)
    if request.method == "PUT":
        body = _fields(json_object(request), wanted={"version", "data", "legal_ground"})
        if type(body["version"]) is not int or not isinstance(body["legal_ground"], str) or not body["legal_ground"]:
            raise BodyRefused("version must be a whole number, legal_ground a text")
        written = actions.change(
            register=declared,
            key=key,
            version=body["version"],
            data=_mapping(body["data"]),
            legal_ground=body["legal_ground"],
            caller=caller,
        )
        return JsonResponse(written.record.json())
    at = _instant(request.GET["at"]) if "at" in request.GET else None
    return JsonResponse(queries.read(register=declared, key=key, caller=caller, at=at).json())


@service(methods=["GET"])
def usages(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Who used data about one person in the registers of this site; for that person only."""
    subject = _own_subject(request, caller)
    offset, limit = _number(request, "offset", default=0), _number(request, "limit", default=50)
    found, total = queries.usages_of(subject=subject, registers=site().registers, offset=offset, limit=limit)
    return JsonResponse({"items": [_usage(usage) for usage in found], "total": total})


@service(methods=["GET"])
def evidence(request: HttpRequest, caller: Caller, message_id: str) -> HttpResponse:
    """The signed request by which data about this person was used, from our own gateway's log."""
    subject = _own_subject(request, caller)
    usage = queries.usage_by_message(subject=subject, registers=site().registers, message_id=message_id)
    container = exchange().evidence(message_id=message_id, kind="request", request_id=usage.request_id or None)
    return HttpResponse(container, content_type=CONTAINER)


@require_GET
def description(request: HttpRequest, register: str) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """The service's description; it holds no data, so the gateway needs no token for it."""
    try:
        return JsonResponse(openapi.register_service(register_of(register)))
    except PlatformError as error:
        return problems.problem(error)


@require_GET
def usage_description(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """The description of the service `data-usage`."""
    return JsonResponse(openapi.usage_service())


def _own_subject(request: HttpRequest, caller: Caller) -> str:
    subject = request.GET.get("subject", "")
    if not subject or caller.data_subject != subject:
        raise SubjectMismatch("Saola-Data-Subject and subject are not the same number")
    return subject


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "time": usage.time.isoformat(),
        "action": usage.action,
        "register": usage.register,
        "organisation": usage.client,
        "organisation_name": _organisation_name(usage.client),
        "purpose": usage.purpose,
        "legal_ground": usage.legal_ground,
        "dossier": usage.dossier or None,
        "message_id": usage.message_id,
        "request_id": usage.request_id,
    }


def _organisation_name(client: str) -> str:
    """The name of the member that called; its identifier where the country knows none."""
    _, member_class, member_code, *_ = client.split("/")
    for organisation in country().organisations.values():
        address = organisation.exchange
        if address and (address.member_class, address.member_code) == (member_class, member_code):
            return str(organisation.name)
    return client


def _fields(body: dict[str, Any], *, wanted: set[str]) -> dict[str, Any]:
    if set(body) != wanted:
        raise BodyRefused(f"the body must hold exactly: {', '.join(sorted(wanted))}")
    return body


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BodyRefused("data must be a JSON object")
    return value


def _number(request: HttpRequest, name: str, *, default: int) -> int:
    value = request.GET.get(name, str(default))
    if not value.isdecimal() or int(value) > 1_000_000:
        raise QueryRefused(f"{name}: expected a whole number")
    return int(value)


def _instant(value: str) -> datetime:
    # A plus sign in a query arrives as a space when the caller did not encode it.
    try:
        at = datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError as exc:
        raise QueryRefused("at: expected a time such as 2026-01-31T12:00:00+00:00") from exc
    if at.tzinfo is None:
        raise QueryRefused("at: the time needs a time zone")
    return at
