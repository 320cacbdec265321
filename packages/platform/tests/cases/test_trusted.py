"""Intake with real signatures: only the applicant's own, valid and trusted one opens a dossier."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
from saola_platform.cases import intake, queries, verification
from saola_platform.cases.errors import ApplicationRefused
from saola_platform.cases.models import Dossier
from saola_platform.cases.trusted import TrustedListVerifier
from saola_platform.kernel import trust
from saola_trust.containers import Document
from saola_trust.services.fakes import FakeTrust

from .world import MORNING, MOTHER, PORTAL, OneStop, application


@pytest.fixture
def fabric(onestop: OneStop) -> Iterator[FakeTrust]:
    """Trust services of the morning, and the verifier that is used in production."""
    found = FakeTrust(at=(MORNING - timedelta(minutes=5)).astimezone(UTC))
    with trust.using(services=found.trusted, evidence=found), verification.using(TrustedListVerifier()):
        yield found


def signed(fabric: FakeTrust, onestop: OneStop, *, signer: Any, submission: uuid.UUID) -> bytes:
    with zipfile.ZipFile(io.BytesIO(application(submission=submission, destination=onestop.organisation))) as plain:
        documents = [
            Document(name, "application/octet-stream", plain.read(name))
            for name in plain.namelist()
            if name != "signer.json"
        ]
    return fabric.container(documents=documents, signers=[signer])


def take_in(container: bytes, submission: uuid.UUID) -> Dossier:
    return intake.take_in(container=container, submission_id=str(submission), portal=PORTAL, at=MORNING).dossier


def test_the_applicants_own_signature_opens_a_dossier(onestop: OneStop, fabric: FakeTrust) -> None:
    submission = uuid.uuid4()
    signer = fabric.person(name="Ann Example", number=MOTHER)
    dossier = take_in(signed(fabric, onestop, signer=signer, submission=submission), submission)
    assert (dossier.signature["verdict"], dossier.signature["level"]) == ("valid", "XAdES B-LT")
    assert dossier.signature["personal_number"] == MOTHER
    assert queries.attachment(dossier=dossier, index=0)[1] == b"%PDF-1.4 a paper"


def test_somebody_elses_signature_is_refused(onestop: OneStop, fabric: FakeTrust) -> None:
    submission = uuid.uuid4()
    container = signed(fabric, onestop, signer=fabric.person(number="000199000105"), submission=submission)
    with pytest.raises(ApplicationRefused, match="not signed by its applicant"):
        take_in(container, submission)


def test_a_revoked_certificate_is_refused(onestop: OneStop, fabric: FakeTrust) -> None:
    submission, signer = uuid.uuid4(), fabric.person(number=MOTHER)
    fabric.revoked[signer.certificate.serial_number] = fabric.at - timedelta(days=1)
    with pytest.raises(ApplicationRefused, match="revoked"):
        take_in(signed(fabric, onestop, signer=signer, submission=submission), submission)


def test_a_changed_container_is_refused(onestop: OneStop, fabric: FakeTrust) -> None:
    submission = uuid.uuid4()
    container = signed(fabric, onestop, signer=fabric.person(number=MOTHER), submission=submission)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as source, zipfile.ZipFile(target, "w") as changed:
        for name in source.namelist():
            changed.writestr(name, source.read(name).replace(b"Bea Example", b"Bea Exampla"))
    with pytest.raises(ApplicationRefused, match="not valid"):
        take_in(target.getvalue(), submission)
    assert not Dossier.objects.exists()
