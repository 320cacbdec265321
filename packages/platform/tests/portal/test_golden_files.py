"""What an applicant signs, byte for byte as it was reviewed: application.json, completion.json, the digests."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime

from saola_blueprint import Country
from saola_platform.documents import api as documents
from saola_platform.kernel.signing import ToSign, forms
from saola_platform.kernel.signing.values import SigningCertificate
from saola_platform.portal.applying.container import application_record, completion_record, documents_to_sign
from saola_platform.portal.applying.drafts import Application
from saola_platform.portal.applying.prefill import Known
from saola_platform.portal.applying.reads import Read
from saola_platform.portal.models import Attachment, Draft
from saola_trust.signatures import Document
from saola_trust.signatures import prepare as prepare_signature

from .conftest import AT, CODE, OWNER, FakeTrust
from .papers import PDF

Golden = Callable[[str, bytes], None]
SUBMISSION, COMPLETION = (uuid.UUID(f"00000000-0000-4000-8000-00000000000{number}") for number in (1, 2))
NAME = "Ex\u00e4mple Person"  # a letter beyond ASCII, which is signed as it is
MESSAGE = "Here is the \u201cnotice\u201d.\nThank you."
ANSWERS = {"about.name": NAME, "about.number": OWNER, "about.born": "1990-05-05", "about.email": "",
           "child.name": "Small Child", "child.sex": "f", "child.weight": 3200, "child.hour": "07:05",
           "child.other_known": False, "child.other_name": "is not asked"}  # fmt: skip


def paper(pk: int, document: str) -> Attachment:
    """An uploaded file under a number that the database would have chosen."""
    kept = documents.keep_own(owner=OWNER, name="notice.pdf", media_type="application/pdf", content=PDF, at=AT)
    return Attachment(pk=pk, document=document, file=kept.id, name="notice.pdf", media_type="application/pdf",
                      size=len(PDF), sha256=hashlib.sha256(PDF).hexdigest(), added_at=AT)  # fmt: skip


def application(state: Country) -> Application:
    row = Draft(id=SUBMISSION, owner=OWNER, owner_name=NAME, procedure=CODE, language="en", destination="A1.1")
    # The day of birth was changed by the person, the name was not.
    read = Read(lookup="applicant", register="persons", state="found", inputs="", purpose=f"procedure:{CODE}",
                legal_ground={"en": "Example Act 1/2020, s. 4"}, read_at=AT.isoformat(), message_id="EX-DEMO-m-1",
                data={"name": NAME, "number": OWNER, "born": "1990-05-04"})  # fmt: skip
    known = Known(ANSWERS, {"applicant": read}, {"personal_number": OWNER, "full_name": NAME}, AT.date())
    papers = (paper(7, "notice"), paper(8, "proof"))
    return Application(row, state, state.procedures[CODE], known, papers, AT.date())


def signed_info(signed: list[ToSign], fabric: FakeTrust, at: datetime) -> bytes:
    """The bytes that the person's key signs, after a look that the site asks for the digest of exactly these."""
    certificate = fabric.person(number=OWNER).certificate
    named = [Document(one.name, one.media_type, one.content) for one in signed]
    unsigned = prepare_signature(documents=named, certificate=certificate, at=at)
    asked = forms.prepare(form="container", documents=signed, title="", name="", at=at,
                          certificate=SigningCertificate(certificate, (fabric.issuer_of(certificate),)))  # fmt: skip
    assert asked.digest == hashlib.sha256(unsigned.to_be_signed).digest()
    return unsigned.to_be_signed


def test_an_application_is_signed_byte_for_byte_as_reviewed(
    db: None, state: Country, fabric: FakeTrust, golden: Golden
) -> None:
    found = application(state)
    signed = documents_to_sign(name="application.json", record=application_record(application=found, at=AT),
                               attachments=found.attachments, owner=OWNER)  # fmt: skip

    assert [one.content for one in signed[1:]] == [PDF]  # the proof is replaced by data, so it does not go along
    golden("application.json", signed[0].content)
    golden("application.signed-info.xml", signed_info(signed, fabric, AT))


def test_a_completion_is_signed_byte_for_byte_as_reviewed(
    db: None, state: Country, fabric: FakeTrust, golden: Golden
) -> None:
    papers = [paper(9, "completion")]
    record = completion_record(completion_id=COMPLETION, dossier_code="A1.1-260601-0001", submission_id=SUBMISSION,
                               message=MESSAGE, attachments=papers, at=AT)  # fmt: skip
    signed = documents_to_sign(name="completion.json", record=record, attachments=papers, owner=OWNER)

    golden("completion.json", signed[0].content)
    golden("completion.signed-info.xml", signed_info(signed, fabric, AT))
