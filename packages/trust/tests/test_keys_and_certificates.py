"""Keys at rest, certificates by profile, and the facts that they state."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from saola_trust.certificates import (
    certificate_pem,
    check_key,
    extended_key_usages,
    facts_of,
    load_certificate,
    load_certificates,
    load_private_key,
    load_request,
    may_sign_documents,
    name_text,
)
from saola_trust.errors import AlgorithmRefused, KeyUnavailable, MalformedCertificate, RequestRefused, TrustError
from saola_trust.keystore import FakeSigner, SoftwareSigner, open_key, seal_key
from saola_trust.services.fakes import FakeTrust
from saola_trust.services.subjects import checked_subject, subject_name

KEY = ec.derive_private_key(7, ec.SECP256R1())


def zeros(count: int) -> bytes:
    return bytes(count)


@pytest.mark.parametrize("pin", ["", "2468"])
def test_a_sealed_key_opens_with_its_secrets_and_with_no_others(pin: str) -> None:
    sealed = seal_key(KEY, secret=b"service", pin=pin, randomness=zeros)

    opened = open_key(sealed, secret=b"service", pin=pin)

    assert opened.private_numbers() == KEY.private_numbers()
    for secret, other in ((b"service", "1357"), (b"another", pin)):
        with pytest.raises(KeyUnavailable):
            open_key(sealed, secret=secret, pin=other)


def test_the_sealed_bytes_do_not_hold_the_key() -> None:
    plain = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    assert plain[-60:] not in seal_key(KEY, secret=b"service", randomness=zeros)


@given(st.binary(max_size=80))
def test_any_bytes_are_refused_as_key_certificate_or_request_with_declared_errors(data: bytes) -> None:
    for read in (
        load_certificate,
        load_certificates,
        load_private_key,
        load_request,
        lambda d: open_key(d, secret=b"s"),
    ):
        with pytest.raises(TrustError):
            read(data)


def test_a_software_signer_refuses_a_certificate_about_another_key(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable):
        SoftwareSigner(FakeSigner("one").certificate, FakeSigner("two").key)


def test_a_software_signer_comes_from_files_and_says_which_one_is_missing(tmp_path: Path) -> None:
    signer = FakeSigner("one")
    (tmp_path / "c.pem").write_text(certificate_pem(signer.certificate))
    (tmp_path / "k.pem").write_bytes(signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    assert (
        SoftwareSigner.from_files(certificate=tmp_path / "c.pem", key=tmp_path / "k.pem").certificate
        == signer.certificate
    )
    with pytest.raises(KeyUnavailable, match="absent"):
        SoftwareSigner.from_files(certificate=tmp_path / "c.pem", key=tmp_path / "absent.pem")


def test_the_key_of_a_signer_does_not_show_in_its_text() -> None:
    assert "key" not in repr(FakeSigner("one"))


def test_small_keys_are_refused() -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is the point

    with pytest.raises(AlgorithmRefused):
        check_key(small.public_key())


def test_the_profiles_say_what_each_certificate_is_for() -> None:
    trust = FakeTrust()
    person, seal = trust.person().certificate, trust.seal().certificate
    server = trust.signer("authentication", "government", common_name="S").certificate

    assert may_sign_documents(person)
    assert may_sign_documents(seal)
    assert not may_sign_documents(server)
    assert extended_key_usages(trust.tsa.certificate) == ("1.3.6.1.5.5.7.3.8",)
    assert extended_key_usages(server) == ("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1")


def test_facts_tell_a_person_from_an_organisation() -> None:
    trust = FakeTrust(country="XY")

    person, seal = facts_of(trust.person().certificate), facts_of(trust.seal().certificate)

    assert (person.kind, person.personal_number, person.country) == ("person", "000000000001", "XY")
    assert (seal.kind, seal.organisation_identifier, seal.personal_number) == ("organisation", "NTRXY-X01", None)


def test_a_name_is_written_with_words_where_there_are_words() -> None:
    subject = FakeTrust(country="XY").seal().certificate.subject
    unknown = x509.NameAttribute(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), "A")

    assert "organizationIdentifier=NTRXY-X01" in name_text(subject)
    assert name_text(x509.Name([unknown])) == "1.3.6.1.4.1.99999.1=A"


def of_three_letters() -> x509.NameAttribute:
    """A country as some authorities write it; the library warns of it."""
    return x509.NameAttribute(NameOID.COUNTRY_NAME, "XYZ", _validate=False)


def test_a_country_of_three_letters_is_read_without_a_warning_which_stays_for_others() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = FakeSigner(subject=x509.Name([of_three_letters()])).certificate.public_bytes(Encoding.DER)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        certificate = load_certificate(made)
        read = (name_text(certificate.subject), name_text(certificate.issuer), facts_of(certificate).country)
        assert told == []
        of_three_letters()
    assert read == ("C=XYZ", "C=XYZ", "XYZ")
    assert len(told) == 1


def test_the_exchange_profile_is_x_roads_basic_one() -> None:
    subject = {"instance": "XX-DEMO", "member_class": "GOV", "member_code": "M1", "server_code": "s1",
               "organisation": "Ministry", "country": "XX"}  # fmt: skip

    authentication = name_text(subject_name(checked_subject("authentication", subject)[1]))
    signing = name_text(subject_name(checked_subject("signing", subject)[1]))

    assert "businessCategory=GOV" in authentication
    assert "serialNumber=M1" in authentication
    assert "CN=s1" in authentication
    assert "CN=M1" in signing


@pytest.mark.parametrize(
    ("profile", "subject", "says"),
    [
        ("root", {}, "no profile"),
        ("seal", "text", "object"),
        ("seal", {"common_name": "A", "organisation": "A", "country": "XX"}, "organisation_identifier is missing"),
        ("tls", {"common_name": "A", "country": "XX", "title": "T"}, "does not belong"),
        ("tls", {"common_name": "A" * 65, "country": "XX"}, "longer"),
        ("tls", {"common_name": "A\n", "country": "XX"}, "not empty"),
        ("tls", {"common_name": 7, "country": "XX"}, "should be a text"),
        (
            "person",
            {"common_name": "A", "given_name": "A", "surname": "B", "country": "XX", "serial_number": "1"},
            "IDCXX",
        ),
    ],
)
def test_a_subject_that_does_not_fit_its_profile_is_refused_by_field(profile: str, subject: object, says: str) -> None:
    with pytest.raises(RequestRefused, match=says):
        checked_subject(profile, subject)


def test_a_request_signed_by_another_key_is_refused() -> None:
    from cryptography.hazmat.primitives import hashes

    name = x509.Name([])
    good = x509.CertificateSigningRequestBuilder(name).sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM)

    assert load_request(good).public_key() == KEY.public_key()
    with pytest.raises(MalformedCertificate):
        load_request(good.replace(b"A", b"B", 3))
