"""OpenAPI descriptions of a register's services, made from its declaration."""

from __future__ import annotations

from typing import Any

from saola_blueprint.schema import Register, RegisterField

_TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "yes-no": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}
_PROBLEM = {
    "description": "A problem document (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def register_service(register: Register) -> dict[str, Any]:
    """The description of one register: its records."""
    record = {"$ref": "#/components/schemas/Record"}
    key = {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}}
    at = {"name": "at", "in": "query", "schema": {"type": "string", "format": "date-time"}}
    searchable = [field for field in register.fields.values() if field.indexed or field.name == register.key]
    return _document(
        title=str(register.name),
        description=str(register.description),
        paths={
            "/records": {
                "get": _operation(
                    summary="Search by indexed fields (exact values)",
                    parameters=[_query(field) for field in searchable],
                    answers={"200": _json(_page(record))},
                ),
                "post": _operation(
                    summary="Make a record; repeatable with the same Idempotency-Key",
                    parameters=[_header("Idempotency-Key", required=True)],
                    body={"type": "object", "required": ["data"], "properties": {"data": _data(register, new=True)}},
                    answers={"201": _json(record), "200": _json(record)},
                ),
            },
            "/records/{key}": {
                "get": _operation(
                    summary="Read a record, or its state of an earlier time",
                    parameters=[key, at],
                    answers={"200": _json(record)},
                ),
                "put": _operation(
                    summary="Record the next version of a record",
                    parameters=[key, _header("Idempotency-Key", required=False)],
                    body={
                        "type": "object",
                        "required": ["version", "data", "legal_ground"],
                        "properties": {
                            "version": {"type": "integer"},
                            "data": _data(register, new=False),
                            "legal_ground": {"type": "string"},
                        },
                    },
                    answers={"200": _json(record)},
                ),
            },
        },
        schemas={"Record": _record(register)},
    )


def usage_service() -> dict[str, Any]:
    """The description of the service `data-usage`."""
    subject = {"name": "subject", "in": "query", "required": True, "schema": {"type": "string"}}
    message = {"name": "message_id", "in": "path", "required": True, "schema": {"type": "string"}}
    texts = ("time", "action", "register", "organisation", "organisation_name", "purpose", "legal_ground")
    usage = {
        "type": "object",
        "properties": {
            **{name: {"type": "string"} for name in (*texts, "message_id", "request_id")},
            "dossier": {"type": ["string", "null"]},
        },
    }
    paging = [{"name": name, "in": "query", "schema": {"type": "integer"}} for name in ("offset", "limit")]
    container = {"schema": {"type": "string", "format": "binary"}}
    return _document(
        title="Data usage",
        description="Who used data about a person, shown to that person.",
        paths={
            "/usages": {
                "get": _operation(
                    summary="Usages of one person's data, the newest first",
                    parameters=[subject, *paging],
                    answers={"200": _json(_page(usage))},
                )
            },
            "/usages/{message_id}/evidence": {
                "get": _operation(
                    summary="The signed request behind one usage",
                    parameters=[message, subject],
                    answers={
                        "200": {
                            "description": "ASiC-E container",
                            "content": {"application/vnd.etsi.asic-e+zip": container},
                        }
                    },
                )
            },
        },
        schemas={},
    )


def _document(*, title: str, description: str, paths: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    problem = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("type", "title", "detail", "code", "remedy")},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "description": description, "version": "1"},
        "paths": paths,
        "components": {"schemas": {**schemas, "Problem": problem}},
    }


def _operation(
    *, summary: str, parameters: list[dict[str, Any]], answers: dict[str, Any], body: dict[str, Any] | None = None
) -> dict[str, Any]:
    grounds = [_header(name, required=True) for name in ("Saola-Purpose", "Saola-Legal-Ground")]
    subject = _header("Saola-Data-Subject", required=False)
    operation: dict[str, Any] = {
        "summary": summary,
        "parameters": [*parameters, *grounds, subject],
        "responses": {**answers, "default": _PROBLEM},
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


def _record(register: Register) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "register": {"const": register.id},
            "key": {"type": "string"},
            "version": {"type": "integer"},
            "recorded_at": {"type": "string", "format": "date-time"},
            "data": _data(register, new=False),
        },
    }


def _data(register: Register, *, new: bool) -> dict[str, Any]:
    is_given = new and register.numbering is not None
    fields = [field for field in register.fields.values() if not (is_given and field.name == register.key)]
    return {
        "type": "object",
        "required": [field.name for field in fields if field.required],
        "properties": {field.name: _schema(field) for field in fields},
        "additionalProperties": False,
    }


def _schema(field: RegisterField) -> dict[str, Any]:
    schema: dict[str, Any] = {**_TYPES.get(field.type, {"type": "string"}), "description": str(field.label)}
    if field.choices:
        schema["enum"] = [choice.value for choice in field.choices]
    if field.pattern:
        schema["pattern"] = field.pattern
    return schema


def _query(field: RegisterField) -> dict[str, Any]:
    return {"name": field.name, "in": "query", "schema": _TYPES.get(field.type, {"type": "string"})}


def _header(name: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": {"type": "string"}}


def _page(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"items": {"type": "array", "items": item}, "total": {"type": "integer"}}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}
