"""The running services: what they give, what they refuse, and that they come back."""

from __future__ import annotations

import base64
import json
import signal
import stat
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from saola_trust import pdf
from saola_trust.certificates import certificate_der, certificate_pem, load_certificates
from saola_trust.command import main_ca
from saola_trust.containers import Document, validate, write_asice
from saola_trust.errors import ServiceUnavailable
from saola_trust.services.client import Credential, ServiceRefused, complete_lt, fetch_trustlist, read_trustlist
from saola_trust.services.sealing import complete_pdf_lt
from saola_trust.signatures import prepare
from saola_trust.trustlist import parse_and_verify

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("trust-processes")]

PERSON = {"common_name": "Example Person", "given_name": "Example", "surname": "Person", "country": "XX"}
SEAL = {"common_name": "Office", "organisation": "Office", "organisation_identifier": "NTRXX-X01", "country": "XX"}


def person(installation: Any, number: str = "000000000001") -> Credential:
    subject = {**PERSON, "serial_number": f"IDCXX-{number}"}
    return installation.operator.create(owner=number, kind="person", hierarchy="public", subject=subject, pin="2468")


def seal(installation: Any) -> Credential:
    return installation.operator.create(owner="X01", kind="seal", hierarchy="government", subject=SEAL, pin=None)


def signed_by_person(installation: Any, documents: list[Document]) -> bytes:
    credential = person(installation)
    unsigned = prepare(documents=documents, certificate=credential.certificate, at=datetime.now(UTC))
    activation = installation.activation(
        owner="000000000001", credential=credential.credential_id, hashes=[unsigned.digest]
    )
    [value] = installation.identity.sign(
        credential_id=credential.credential_id, hashes=[unsigned.digest], activation=activation, pin="2468"
    )
    return complete_lt(unsigned=unsigned, signature_der=value, chain=credential.chain, evidence=installation.evidence)


def signed_by_office(installation: Any, documents: list[Document]) -> bytes:
    credential = seal(installation)
    unsigned = prepare(documents=documents, certificate=credential.certificate, at=datetime.now(UTC))
    [value] = installation.office.seal(credential_id=credential.credential_id, hashes=[unsigned.digest])
    return complete_lt(unsigned=unsigned, signature_der=value, chain=credential.chain, evidence=installation.evidence)


def post(url: str, body: bytes, kind: str) -> bytes:
    request = urllib.request.Request(url, body, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


def test_a_container_of_person_and_office_is_valid_for_us_and_for_libdigidocpp(
    installation: Any, documents: list[Document], digidoc: Callable[..., list[str]]
) -> None:
    both = [signed_by_person(installation, documents), signed_by_office(installation, documents)]
    container = write_asice(documents=documents, signatures=both)
    operator = installation.certificate("trustlist.crt")
    address = f"{installation.authorities.url}/trustlist.xml"
    trusted = read_trustlist(address, operator_certificate=operator, at=datetime.now(UTC))

    assert validate(container, trusted=trusted, at=datetime.now(UTC)).verdict == "valid"
    verdicts = digidoc(container, trusted_list=fetch_trustlist(address), operator=certificate_der(operator))
    assert verdicts == ["ok", "ok"]


def test_poppler_trusts_a_sealed_pdf_and_asks_our_responder(
    installation: Any, pdf_file: bytes, tmp_path: Path, program: Callable[[str], str]
) -> None:
    credential = seal(installation)
    prepared = pdf.prepare(pdf_file, certificate=credential.certificate, at=datetime.now(UTC))
    [value] = installation.office.seal(credential_id=credential.credential_id, hashes=[prepared.digest])
    made = complete_pdf_lt(
        prepared=prepared, signature_der=value, chain=credential.chain, evidence=installation.evidence
    )
    (tmp_path / "sealed.pdf").write_bytes(made)
    (tmp_path / "root.pem").write_text(certificate_pem(installation.certificate("ca/government-root.crt")))
    database, certutil = f"sql:{tmp_path}", program("certutil")
    subprocess.run([certutil, "-N", "-d", database, "--empty-password"], check=True, timeout=30)

    def says() -> str:
        command = [program("pdfsig"), "-nssdir", database, tmp_path / "sealed.pdf"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout

    assert "Certificate is Trusted" not in says()
    add = [certutil, "-A", "-d", database, "-n", "root", "-t", "CT,C,C", "-i", tmp_path / "root.pem"]
    subprocess.run(add, check=True, timeout=30)
    assert "Signature is Valid" in says()
    assert "Certificate is Trusted" in says()


def test_openssl_accepts_the_responder_before_and_after_a_revocation(
    installation: Any, tmp_path: Path, program: Callable[[str], str]
) -> None:
    credential = person(installation, "000000000007")
    for name, text in [
        ("person.pem", certificate_pem(credential.certificate)),
        ("issuer.pem", certificate_pem(credential.chain[0])),
        ("chain.pem", "".join(certificate_pem(one) for one in credential.chain)),
    ]:
        (tmp_path / name).write_text(text)

    def ask(*more: str) -> str:
        url = f"{installation.authorities.url}/ocsp/public"
        command = [program("openssl"), "ocsp", "-issuer", tmp_path / "issuer.pem", *more, "-cert",
                   tmp_path / "person.pem", "-url", url, "-CAfile", tmp_path / "chain.pem"]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert "Response verify OK" in done.stderr
        return done.stdout

    assert ": good" in ask()
    assert ": good" in ask("-sha256")
    serial = f"{credential.certificate.serial_number:x}"
    installation.authority.revoke(hierarchy="public", serial=serial, reason="key_compromise")
    assert ": revoked" in ask()
    assert "keyCompromise" in ask()


def test_the_responder_answers_get_says_unknown_and_refuses_what_is_not_a_request(installation: Any) -> None:
    from saola_trust import revocation

    credential = person(installation)
    issuer = credential.chain[0]
    url = f"{installation.authorities.url}/ocsp/public"
    asked = revocation.build_request(certificate=credential.certificate, issuer=issuer)
    with urllib.request.urlopen(f"{url}/{base64.b64encode(asked).decode()}", timeout=10) as answer:
        status = revocation.verify_response(answer.read(), certificate=credential.certificate, issuer=issuer)
    assert status.good
    stranger = ec.derive_private_key(3, ec.SECP256R1())
    name = x509.Name([])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    never = (
        x509.CertificateBuilder(issuer.subject, name, stranger.public_key(), 99)
        .not_valid_before(day)
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .sign(stranger, hashes.SHA256())
    )
    asked = revocation.build_request(certificate=never, issuer=issuer)
    found = revocation.verify_response(post(url, asked, "application/ocsp-request"), certificate=never, issuer=issuer)
    assert found.state == "unknown"
    assert post(url, b"nonsense", "application/ocsp-request") == revocation.build_error("malformed_request")
    other = post(f"{installation.authorities.url}/ocsp/government", asked, "application/ocsp-request")
    assert other == revocation.build_error("unauthorized")


def test_openssl_accepts_the_time_stamp_service(
    installation: Any, tmp_path: Path, program: Callable[[str], str]
) -> None:
    openssl = program("openssl")
    (tmp_path / "data").write_bytes(b"data")
    (tmp_path / "root.pem").write_text(certificate_pem(installation.certificate("ca/government-root.crt")))
    query = [openssl, "ts", "-query", "-data", tmp_path / "data", "-sha512", "-cert", "-out", tmp_path / "query"]
    subprocess.run(query, check=True, timeout=30, capture_output=True)
    answer = post(
        f"{installation.authorities.url}/tsa", (tmp_path / "query").read_bytes(), "application/timestamp-query"
    )
    (tmp_path / "answer").write_bytes(answer)

    command = [
        openssl,
        "ts",
        "-verify",
        "-queryfile",
        tmp_path / "query",
        "-in",
        tmp_path / "answer",
        "-CAfile",
        tmp_path / "root.pem",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert "Verification: OK" in done.stdout + done.stderr


def test_the_responder_vouches_for_the_time_stamping_unit(installation: Any) -> None:
    from saola_trust import timestamps
    from saola_trust.revocation import verify_response
    from saola_trust.services.client import fetch_ocsp

    unit, *_ = [one for one in timestamps.read_token(installation.evidence.timestamp(bytes(32))).certificates
                if "unit" in one.subject.rfc4514_string()]  # fmt: skip
    issuer = installation.certificate("ca/government.crt")
    answer = fetch_ocsp(f"{installation.authorities.url}/ocsp/government", unit, issuer)

    assert verify_response(answer, certificate=unit, issuer=issuer).good


def test_the_same_credential_is_given_for_the_same_owner_and_kind(installation: Any) -> None:
    one, two = person(installation), person(installation)

    assert one.credential_id == two.credential_id
    assert [item.kind for item in installation.identity.of(owner="000000000001")] == ["person"]


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(ServiceRefused) as caught:
        action()
    return caught.value.service_code


def test_a_signature_needs_an_activation_for_exactly_these_hashes_used_once(installation: Any) -> None:
    credential = person(installation)
    digest, other = b"d" * 32, b"e" * 32

    def sign(activation: str, hashes_: list[bytes] | None = None) -> Callable[[], object]:
        return lambda: installation.identity.sign(
            credential_id=credential.credential_id, hashes=hashes_ or [digest], activation=activation, pin="2468"
        )

    def activation(**claims: Any) -> str:
        return installation.activation(
            owner="000000000001", credential=credential.credential_id, hashes=[digest], claims=claims
        )

    once = activation()
    assert sign(once)()
    assert refused(sign(once)) == "trust.activation_refused"
    assert refused(sign(activation(), [other])) == "trust.activation_refused"
    now = int(time.time())
    wrong = {"sub": "000000000002", "credential": "x", "iss": "other", "aud": "other", "jti": "", "hashes": "text"}
    for changes in (
        *({name: value} for name, value in wrong.items()),
        *({"exp": at} for at in (now - 60, now + 3600, "soon")),
    ):
        assert refused(sign(activation(**changes))) == "trust.activation_refused", changes
    assert refused(sign("not.a.token")) == "trust.activation_refused"


def test_five_wrong_pins_lock_the_key_even_for_the_right_one(installation: Any) -> None:
    credential = person(installation, "000000000005")

    def sign(pin: str) -> Callable[[], object]:
        activation = installation.activation(
            owner="000000000005", credential=credential.credential_id, hashes=[b"d" * 32]
        )
        return lambda: installation.identity.sign(
            credential_id=credential.credential_id, hashes=[b"d" * 32], activation=activation, pin=pin
        )

    assert [refused(sign("0000")) for _ in range(5)] == ["trust.pin_wrong"] * 5
    assert refused(sign("2468")) == "trust.credential_locked"
    assert [item.status for item in installation.identity.of(owner="000000000005")] == ["locked"]


def test_each_token_opens_only_its_own_door(installation: Any) -> None:
    credential, office = person(installation), seal(installation)
    activation = installation.activation(owner="000000000001", credential=credential.credential_id, hashes=[b"d" * 32])

    def sign(client: Any) -> Callable[[], object]:
        return lambda: client.sign(
            credential_id=credential.credential_id, hashes=[b"d" * 32], activation=activation, pin="2468"
        )

    assert refused(sign(installation.office)) == "trust.not_allowed"
    assert refused(sign(installation.operator)) == "trust.not_allowed"
    assert (
        refused(lambda: installation.identity.seal(credential_id=office.credential_id, hashes=[b"d" * 32]))
        == "trust.not_allowed"
    )
    assert (
        refused(lambda: installation.office.seal(credential_id=credential.credential_id, hashes=[b"d" * 32]))
        == "trust.not_allowed"
    )
    assert refused(lambda: installation.office.of(owner="000000000001")) == "trust.not_allowed"
    assert [item.kind for item in installation.office.of(owner="X01")] == ["seal"]
    create = {"owner": "n", "kind": "seal", "hierarchy": "government", "subject": SEAL, "pin": None}
    assert refused(lambda: installation.identity.create(**create)) == "trust.not_allowed"


def test_a_bad_request_gets_a_problem_document_that_names_the_field(installation: Any) -> None:
    token = installation.token("operator.token")
    url = f"{installation.authorities.url}/ca/public/certificates"

    def problem(body: bytes, address: str = url) -> dict[str, Any]:
        request = urllib.request.Request(
            address, body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=10)
        assert caught.value.headers["Content-Type"].startswith("application/problem+json")
        return {**json.loads(caught.value.read()), "http": caught.value.code}

    assert problem(b"{")["detail"] == "the body is not JSON"
    assert problem(b"[]")["http"] == 400
    assert "profile" in problem(b"{}")["detail"]
    assert (
        "csr"
        in problem(json.dumps({"profile": "tls", "subject": {"common_name": "a", "country": "XX"}}).encode())["detail"]
    )
    assert problem(b"{}", url.replace("public", "other"))["http"] == 404
    assert problem(b"x" * 70_000)["http"] == 413
    assert problem(b"{}", f"{installation.authorities.url}/nowhere")["http"] == 404


def test_a_certificate_asked_for_twice_with_one_key_is_issued_once(installation: Any) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    csr = (
        x509.CertificateSigningRequestBuilder(x509.Name([]))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
        .decode()
    )
    subject = {"instance": "XX-DEMO", "member_class": "GOV", "member_code": "M1", "server_code": "s1",
               "organisation": "Ministry", "country": "XX"}  # fmt: skip

    def issue() -> str:
        return installation.authority.issue(
            hierarchy="government", profile="authentication", subject=subject, csr_pem=csr, valid_days=30
        ).serial

    assert issue() == issue()


def test_the_operator_issues_lists_and_revokes_from_the_command_line(
    installation: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    csr = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    (tmp_path / "request.pem").write_bytes(csr)
    usual = ["--url", installation.authorities.url, "--token-file", str(installation.folder / "operator.token")]
    usual += ["--hierarchy", "government"]
    subject = json.dumps({"common_name": "portal.example", "country": "XX"})
    issue = ["issue", "--profile", "tls", "--subject", subject, "--csr", str(tmp_path / "request.pem"), "--days", "30"]

    assert main_ca([*usual, *issue]) == 0
    certificate, *chain = load_certificates(capsys.readouterr().out.encode())
    serial = f"{certificate.serial_number:x}"
    assert main_ca([*usual, "revoke", serial, "--reason", "superseded"]) == 0
    assert main_ca([*usual, "list"]) == 0

    assert len(chain) == 2
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith(serial)]
    assert "superseded" in line
    assert main_ca([*usual, "revoke", "00"]) == 1
    assert "no certificate" in capsys.readouterr().err


def test_keys_and_tokens_are_readable_by_their_owner_only_and_no_key_lies_open(installation: Any) -> None:
    files = [
        path for path in installation.folder.rglob("*") if path.suffix in {".key", ".token"} or "secret" in path.name
    ]

    assert len(files) > 8
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    assert not any(b"PRIVATE KEY" in path.read_bytes() for path in installation.folder.rglob("*") if path.is_file())


def test_running_init_again_changes_nothing(installation: Any) -> None:
    before = {path: path.read_bytes() for path in installation.folder.rglob("*.pem")}

    installation.authorities.init()
    installation.signer.init()

    assert {path: path.read_bytes() for path in installation.folder.rglob("*.pem")} == before


def test_another_secret_is_refused_before_it_looks_like_wrong_pins(installation: Any) -> None:
    secret = installation.folder / "signer" / "service-secret"
    kept = secret.read_bytes()
    secret.write_bytes(b"another secret that is long enough")
    try:
        with pytest.raises(subprocess.CalledProcessError):
            installation.signer.init()
    finally:
        secret.write_bytes(kept)
    installation.signer.init()


def test_both_processes_stay_small(installation: Any, documents: list[Document]) -> None:
    signed_by_person(installation, documents)

    assert installation.authorities.memory < 60 * 1024
    assert installation.signer.memory < 60 * 1024


def test_a_killed_process_comes_back_with_everything_it_had(installation: Any, documents: list[Document]) -> None:
    before = person(installation)
    number = parse_list(installation)
    installation.signer.end(signal.SIGKILL)
    installation.authorities.end(signal.SIGKILL)

    installation.authorities.start()
    installation.signer.start()

    assert person(installation).credential_id == before.credential_id
    assert signed_by_person(installation, documents)
    assert parse_list(installation) == number


def parse_list(installation: Any) -> int:
    operator = installation.certificate("trustlist.crt")
    xml = fetch_trustlist(f"{installation.authorities.url}/trustlist.xml")
    information = parse_and_verify(xml, operator_certificate=operator, at=datetime.now(UTC)).information
    assert information is not None
    return information.sequence


def test_a_credential_whose_making_was_cut_off_is_finished_by_the_next_call(installation: Any) -> None:
    installation.authorities.end(signal.SIGKILL)
    with pytest.raises(ServiceUnavailable):
        person(installation, "000000000006")
    installation.authorities.start()

    made = person(installation, "000000000006")

    issued = [item for item in installation.authority.listing(hierarchy="public") if "000000000006" in item["subject"]]
    assert [item["serial"] for item in issued] == [f"{made.certificate.serial_number:x}"]


def test_lost_connections_to_postgresql_are_replaced(
    installation: Any, postgres_cluster: Any, documents: list[Document]
) -> None:
    with psycopg.connect(postgres_cluster.operator_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname LIKE 'trust_%' AND pid <> pg_backend_pid()"
        )

    assert signed_by_person(installation, documents)


def test_a_process_ends_cleanly_when_asked(installation: Any) -> None:
    assert installation.signer.end() == 0
    installation.signer.start()
