"""Results in the document store: what is signed on them, by whom, checked against the trusted list now."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from saola_trust import containers
from saola_trust.validation import Report

from saola_platform.documents import api as documents
from saola_platform.errors import ConfigurationInvalid, PeerUnavailable
from saola_platform.kernel import trust
from saola_platform.portal.models import StoredResult

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """The report on a result's signatures; None when the trusted list could not be had."""

    report: Report | None
    problem: Literal["", "no-trusted-list", "unknown-kind"] = ""


def check(*, result: StoredResult, at: datetime) -> Checked:
    """Validate the signatures of a result, as anybody who receives it can."""
    try:
        trusted = trust.trusted_services(at=at)
    except (PeerUnavailable, ConfigurationInvalid) as error:
        log.warning("the trusted list: %s", error)
        return Checked(None, "no-trusted-list")
    content = documents.read_file(file_id=result.file, owner=result.owner)
    if result.media_type == "application/pdf":
        # Large, and a portal that nobody asks for a result does without it.
        from saola_trust import pdf

        return Checked(pdf.validate(content, trusted=trusted, at=at))
    if result.media_type == "application/vnd.etsi.asic-e+zip":
        return Checked(containers.validate(content, trusted=trusted, at=at))
    return Checked(None, "unknown-kind")
