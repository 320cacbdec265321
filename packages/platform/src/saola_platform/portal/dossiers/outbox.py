"""Handing signed containers to the one-stop, until it answers.

The row is the outbox: it is written in the same transaction as the signature, and stays "sending" until the one-stop
has answered. The queue's job is only a nudge; the sweep finds rows whose job was lost. Both may run at once and twice:
the submission id is the idempotency key.
"""

from __future__ import annotations

import base64
import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.dateparse import parse_datetime
from saola_blueprint import Country
from saola_exchange.client import Exchange, ExchangeError, ExchangeResponse

from saola_platform.documents import api as documents
from saola_platform.errors import ConfigurationInvalid
from saola_platform.kernel import audit
from saola_platform.kernel.exchange import provider
from saola_platform.portal.dossiers import notices
from saola_platform.portal.models import Completion, Submission

SUBSYSTEM: Final = "onestop"
SERVICE: Final = "dossiers"
CONTAINER_TYPE: Final = "application/vnd.etsi.asic-e+zip"
TIMEOUT_SECONDS: Final = 60.0
LONGEST_WAIT: Final = timedelta(minutes=5)
# Answers that say "not now" or "not set up", not "no": they are tried again.
_PASSING: Final = frozenset({401, 403, 404, 405, 408, 425, 429})
log = logging.getLogger(__name__)

Row = Submission | Completion


@dataclass(frozen=True, slots=True)
class HandOver:
    """How a row is handed over: over which exchange, in which country, when."""

    exchange: Exchange
    country: Country
    at: datetime

    def submission(self, submission_id: uuid.UUID) -> bool:
        """Hand one application over; True when there is nothing left to do for it."""
        row = Submission.objects.get(id=submission_id)
        if row.state != Submission.State.SENDING:
            return True
        answer = self._post(row, path="/dossiers", submission=row, container=row.container, key=str(row.id))
        return self._settle(row, answer)

    def completion(self, completion_id: uuid.UUID) -> bool:
        """Hand one completion over; True when there is nothing left to do for it."""
        row = Completion.objects.select_related("submission").get(id=completion_id)
        if row.state != Completion.State.SENDING or row.container is None:
            return True
        path = f"/dossiers/{row.submission.dossier_code}/completions"
        answer = self._post(row, path=path, submission=row.submission, container=row.container, key=str(row.id))
        return self._settle(row, answer)

    def _post(
        self, row: Row, *, path: str, submission: Submission, container: uuid.UUID, key: str
    ) -> ExchangeResponse | str:
        """The one-stop's answer, or the code of what kept it away."""
        procedure = self.country.procedures.get(submission.procedure)
        ground = procedure.legal_basis[0].number if procedure and procedure.legal_basis else submission.procedure
        try:
            return self.exchange.call(
                method="POST",
                service=provider(organisation=submission.destination, subsystem=SUBSYSTEM, service=SERVICE),
                path=path,
                body=documents.read_file(file_id=container, owner=submission.owner),
                content_type=CONTAINER_TYPE,
                purpose=f"procedure:{submission.procedure}",
                legal_ground=ground,
                data_subject=submission.owner,
                dossier=submission.dossier_code or str(submission.id),
                idempotency_key=key,
                timeout=TIMEOUT_SECONDS,
            )
        except (ExchangeError, ConfigurationInvalid) as error:
            log.warning("handing over %s: %s", row.pk, error)
            return error.code

    def _settle(self, row: Row, answer: ExchangeResponse | str) -> bool:
        """Write down what came of it, once, whatever else ran meanwhile."""
        with transaction.atomic():
            current = type(row).objects.select_for_update().get(pk=row.pk)
            if current.state != "sending":
                return True
            current.attempts += 1
            problem, words = _verdict(answer)
            if problem is None and isinstance(answer, ExchangeResponse):
                self._received(current, answer)
            elif words is not None:
                _refused(current, problem=problem or "", words=words)
            else:
                current.last_problem = (problem or "")[:200]
                current.next_attempt_at = self.at + wait_after(current.attempts)
            current.save()
        return current.state != "sending"

    def _received(self, row: Row, answer: ExchangeResponse) -> None:
        body = answer.json()
        row.state, row.last_problem = "received", ""
        if isinstance(row, Completion):
            _note_completed(row.submission, body)
            return
        row.dossier_code = str(body["dossier_code"])
        row.received_at = parse_datetime(str(body["received_at"]))
        row.due_at = _moment(body.get("due_at"))
        row.authority = body.get("competent_authority") or {}
        row.status = row.status or str(body.get("status", ""))
        row.receipt = _keep_receipt(row, body.get("receipt"), at=self.at)
        audit.record(action="application-received", person=row.owner, detail={"dossier": row.dossier_code})
        notices.tell_received(submission=row)


def wait_after(attempts: int) -> timedelta:
    """2, 4, 8 … seconds, at most five minutes, for ever: an application is not given up."""
    return min(timedelta(seconds=2 ** min(attempts, 20)), LONGEST_WAIT)


def _verdict(answer: ExchangeResponse | str) -> tuple[str | None, str | None]:
    """(None, None) for success; (code, None) to try again; (code, words) for a refusal of the one-stop itself."""
    if isinstance(answer, str):
        return answer, None
    if answer.status in {200, 201} and _is_complete(answer):
        return None, None
    if answer.status < 400 or answer.status >= 500 or answer.status in _PASSING:
        return f"onestop.http_{answer.status}", None
    problem = _json(answer)
    return str(problem.get("code", f"onestop.http_{answer.status}")), str(problem.get("detail", ""))


def _is_complete(answer: ExchangeResponse) -> bool:
    """An answer without what a receipt needs is no answer."""
    body = _json(answer)
    return "due_at" in body or bool(body.get("dossier_code") and parse_datetime(str(body.get("received_at"))))


def _json(answer: ExchangeResponse) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _refused(row: Row, *, problem: str, words: str) -> None:
    row.state = "refused"
    row.last_problem, row.problem_words = problem[:200], words
    submission = row if isinstance(row, Submission) else row.submission
    notices.tell_not_taken(submission=submission, key=str(row.pk))


def _note_completed(submission: Submission, body: dict[str, Any]) -> None:
    submission.due_at = _moment(body.get("due_at")) or submission.due_at
    submission.status = str(body.get("status", "")) or submission.status
    submission.save(update_fields=["due_at", "status"])


def _keep_receipt(row: Submission, receipt: dict[str, str] | None, *, at: datetime) -> uuid.UUID | None:
    if not receipt:
        return None
    stored = documents.keep_own(
        owner=row.owner,
        name=f"receipt-{row.dossier_code}.pdf",
        media_type=receipt["media_type"],
        content=base64.b64decode(receipt["content"], validate=True),
        at=at,
    )
    return stored.id


def _moment(value: object) -> datetime | None:
    return parse_datetime(str(value)) if value else None
