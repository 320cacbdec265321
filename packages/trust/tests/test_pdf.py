"""Signatures in PDF: the official first, the office's seal after; accepted by poppler, refused when changed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saola_trust import pdf
from saola_trust.errors import MalformedPdf, SignatureInvalid, TrustError
from saola_trust.keystore import SoftwareSigner
from saola_trust.services.fakes import EPOCH, FakeTrust
from saola_trust.services.sealing import complete_pdf_lt, seal_pdf
from saola_trust.trustlist import TrustedServices


def official(trust: FakeTrust) -> SoftwareSigner:
    return trust.signer("official", "government", common_name="Official", given_name="Of", surname="Ficial",
                        serial_number="IDCXX-000000000009", organisation="Office", title="Chair")  # fmt: skip


def signed_twice(trust: FakeTrust, content: bytes) -> bytes:
    chain = [trust.issuers["government"].certificate]
    first = official(trust)
    prepared = pdf.prepare(content, certificate=first.certificate, at=trust.at, name="Official", reason="Approved")
    # In between the person types a PIN elsewhere: what is prepared is kept as bytes.
    kept = pdf.PreparedPdf.load(prepared.dump())
    value = first.sign(kept.to_be_signed)
    once = complete_pdf_lt(prepared=kept, signature_der=value, chain=chain, evidence=trust)
    return seal_pdf(once, signer=trust.seal(), chain=chain, evidence=trust, at=trust.at, name="Office")


def test_two_signatures_one_after_the_other_are_valid_under_the_list(trust: FakeTrust, pdf_file: bytes) -> None:
    report = pdf.validate(signed_twice(trust, pdf_file), trusted=trust.trusted, at=trust.at)

    assert report.verdict == "valid"
    assert [(s.signer.common_name, s.level, s.covers_whole) for s in report.signatures if s.signer] == [
        ("Official", "LT", False),
        ("Example Office", "LT", True),
    ]


def test_poppler_finds_both_signatures_valid_and_notices_a_change(
    live_trust: FakeTrust, pdf_file: bytes, tmp_path: Path, program: Callable[[str], str]
) -> None:
    database = f"sql:{tmp_path}"
    pdfsig = program("pdfsig")
    subprocess.run([program("certutil"), "-N", "-d", database, "--empty-password"], check=True, timeout=30)
    good = signed_twice(live_trust, pdf_file)
    place = good.index(b"stream") + 20
    (tmp_path / "good.pdf").write_bytes(good)
    (tmp_path / "bad.pdf").write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])

    def says(name: str) -> str:
        # Certificates are left out: it asks their responder live (see services/test_processes.py).
        command = [pdfsig, "-nocert", "-nssdir", database, tmp_path / name]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout

    assert says("good.pdf").count("Signature is Valid") == 2
    assert "Signature is Valid" not in says("bad.pdf")


def test_an_unsigned_pdf_has_nothing_signed(trust: FakeTrust, pdf_file: bytes) -> None:
    assert pdf.validate(pdf_file, trusted=trust.trusted, at=trust.at).verdict == "nothing_signed"


def test_by_default_nobody_is_trusted(trust: FakeTrust, pdf_file: bytes) -> None:
    report = pdf.validate(signed_twice(trust, pdf_file), trusted=TrustedServices(), at=trust.at)

    assert report.verdict == "untrusted"


def test_a_page_changed_by_an_update_after_signing_is_invalid(trust: FakeTrust, pdf_file: bytes) -> None:
    import io

    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed_twice(trust, pdf_file)), strict=False)
    page = writer.root["/Pages"]["/Kids"][0]
    page[generic.pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b""))
    writer.update_container(page)
    output = io.BytesIO()
    writer.write(output)

    report = pdf.validate(output.getvalue(), trusted=trust.trusted, at=trust.at)

    assert (report.verdict, report.reason_code) == ("invalid", "changed_after_signing")


def test_bytes_behind_the_end_are_invalid(trust: FakeTrust, pdf_file: bytes) -> None:
    assert (
        pdf.validate(signed_twice(trust, pdf_file) + b"more", trusted=trust.trusted, at=trust.at).verdict == "invalid"
    )


def test_a_revoked_official_is_invalid(trust: FakeTrust, pdf_file: bytes) -> None:
    trust.revoked[official(trust).certificate.serial_number] = trust.at - timedelta(days=1)

    report = pdf.validate(signed_twice(trust, pdf_file), trusted=trust.trusted, at=trust.at)

    assert (report.verdict, report.reason_code) == ("invalid", "certificate_revoked")


def test_a_value_of_another_key_is_refused(trust: FakeTrust, pdf_file: bytes) -> None:
    prepared = pdf.prepare(pdf_file, certificate=official(trust).certificate, at=trust.at)

    with pytest.raises(SignatureInvalid):
        pdf.complete(prepared=prepared, signature_der=trust.seal().sign(prepared.to_be_signed), timestamp_token=b"",
                     ocsp_responses=[], chain=[])  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"not a PDF", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_cannot_be_prepared_and_is_not_valid(trust: FakeTrust, data: bytes) -> None:
    with pytest.raises(MalformedPdf):
        pdf.prepare(data, certificate=trust.seal().certificate, at=trust.at)
    assert pdf.validate(data, trusted=trust.trusted, at=trust.at).verdict == "invalid"


@given(st.binary(max_size=120))
def test_what_was_not_dumped_is_not_loaded(data: bytes) -> None:
    with pytest.raises(TrustError):
        pdf.PreparedPdf.load(data)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_pdf_with_any_signed_byte_changed_is_not_valid(data: st.DataObject, signed: bytes) -> None:
    place = data.draw(st.integers(0, len(signed) - 1))
    changed = signed[:place] + bytes([signed[place] ^ data.draw(st.integers(1, 255))]) + signed[place + 1 :]

    report = pdf.validate(changed, trusted=FakeTrust().trusted, at=EPOCH + timedelta(days=300))

    if report.valid:  # in what no signature covers: padding, or proofs that others like them make up for
        assert len(report.signatures) == 2
        assert not any(_covered(signed, place))


def _covered(content: bytes, place: int) -> list[bool]:
    import re

    ranges = [tuple(map(int, found)) for found in re.findall(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]", content)]
    assert len(ranges) == 2
    return [a <= place < a + b or c <= place < c + d for a, b, c, d in ranges]


@pytest.fixture(scope="module")
def signed() -> bytes:
    """A PDF signed twice, made once."""
    typst = pytest.importorskip("typst")
    return signed_twice(FakeTrust(), bytes(typst.compile(b"= Certificate", pdf_standards=["a-2b"])))
