"""Reads of registers for an application: made over the exchange, remembered with all it takes to account for them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from saola_blueprint import Country
from saola_blueprint.rules import LookupRequest
from saola_blueprint.schema import Register
from saola_exchange.client import Exchange, ExchangeRefused, ExchangeResponse, ExchangeUnavailable

from saola_platform.errors import ConfigurationInvalid
from saola_platform.kernel.exchange import provider

State = Literal["found", "not-found", "several", "unavailable", "refused"]
# A person waits for this; one slow register must not make the page slow for long.
TIMEOUT_SECONDS: Final = 8.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a register, as a draft keeps it (JSON).

    ``data`` holds the fields that this form uses, nothing else of the record. ``inputs`` is what was asked, so that
    a change of an answer shows that the read is out of date.
    """

    lookup: str
    register: str
    state: State
    inputs: str
    purpose: str
    legal_ground: dict[str, str]
    read_at: str
    message_id: str
    problem: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def may_be_tried_again(self) -> bool:
        return self.state in {"unavailable", "refused", "not-found"}


def as_json(read: Read) -> dict[str, Any]:
    """What the draft keeps."""
    return asdict(read)


def from_json(kept: Mapping[str, Any]) -> Read:
    """The read that a draft kept."""
    return Read(**kept)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, on whose behalf: ``subject`` and ``dossier`` go with every message."""

    exchange: Exchange
    country: Country
    subject: str
    dossier: str

    def read(self, request: LookupRequest, *, keep: frozenset[str], at: datetime) -> Read:
        """Make one read. Never raises for a register that is down or refuses: that is an answer to show."""
        register = self.country.registers[request.register]
        try:
            state, data, message_id = self._ask(request, register=register)
            problem = ""
        except ExchangeRefused as error:
            log.warning("register %s refused: %s", register.id, error)
            state, data, message_id, problem = "refused", {}, error.message_id, error.code
        except ExchangeUnavailable as error:
            log.warning("register %s unavailable: %s", register.id, error)
            state, data, message_id, problem = "unavailable", {}, error.message_id, error.code
        except ConfigurationInvalid as error:
            log.warning("register %s not reachable: %s", register.id, error.detail)
            state, data, message_id, problem = "unavailable", {}, "", error.code
        return Read(
            lookup=request.id,
            register=register.id,
            state=state,
            inputs=inputs_of(request),
            purpose=request.purpose,
            legal_ground=dict(request.legal_ground),
            read_at=at.isoformat(),
            message_id=message_id,
            problem=problem,
            data={name: value for name, value in data.items() if name in keep},
        )

    def _ask(self, request: LookupRequest, *, register: Register) -> tuple[State, dict[str, Any], str]:
        if request.key:
            answer = self._call(request, register=register, path=f"/records/{request.key}")
            if answer.status == 404:
                return "not-found", {}, answer.message_id
            return "found", _data(_body(answer), register=register, answer=answer), answer.message_id
        asked = ""
        for name, value in request.find:
            found = self._call(request, register=register, path="/records", query={name: value})
            asked, items = found.message_id, _body(found).get("items")
            if not isinstance(items, list):
                raise _unreadable(found)
            if len(items) == 1:
                return "found", _data(items[0], register=register, answer=found), asked
            if items:
                return "several", {}, asked
        return "not-found", {}, asked

    def _call(
        self, request: LookupRequest, *, register: Register, path: str, query: Mapping[str, str] | None = None
    ) -> ExchangeResponse:
        named = next(iter((query or {}).values()), None) if set(query or {}) & set(register.subjects) else None
        by_number = request.key if register.key in register.subjects else None
        answer = self.exchange.call(
            method="GET",
            service=provider(organisation=register.owner, subsystem=register.subsystem, service=register.id),
            path=path,
            query=query or {},
            purpose=request.purpose,
            legal_ground=request.legal_ground.in_(self.country.default_language),
            data_subject=named or by_number or self.subject,
            dossier=self.dossier,
            timeout=TIMEOUT_SECONDS,
        )
        if answer.status not in {200, 404}:
            raise _refusal(answer)
        return answer


def inputs_of(request: LookupRequest) -> str:
    """What is asked, as one text to compare."""
    return request.key or "|".join(f"{name}={value}" for name, value in request.find)


def _refusal(answer: ExchangeResponse) -> ExchangeRefused | ExchangeUnavailable:
    """The register's own refusal (a problem document), told apart from the exchange's."""
    kind = ExchangeRefused if answer.status < 500 else ExchangeUnavailable
    return kind(code=f"register.http_{answer.status}", message="the register refused", message_id=answer.message_id)


def _unreadable(answer: ExchangeResponse) -> ExchangeUnavailable:
    """An answer of another shape than agreed is no answer."""
    return ExchangeUnavailable(
        code="register.unreadable", message="the answer has another shape", message_id=answer.message_id
    )


def _body(answer: ExchangeResponse) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError as error:
        raise _unreadable(answer) from error
    if not isinstance(body, dict):
        raise _unreadable(answer)
    return body


def _data(record: object, *, register: Register, answer: ExchangeResponse) -> dict[str, Any]:
    """The record's data with its key under the register's key field, as the rules expect it."""
    if not isinstance(record, dict) or not isinstance(record.get("data"), dict):
        raise _unreadable(answer)
    return {**record["data"], register.key: record.get("key", "")}
