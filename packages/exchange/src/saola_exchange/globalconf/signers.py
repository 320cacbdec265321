"""May this certificate be believed: approved issuer, right kind, right member, not revoked at that moment.

The direct issuer must be an approved authority, or come along with the message and be issued by one;
above an approved authority nothing is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from saola_trust.certificates import extended_key_usages, issued_by, may_sign_documents, name_text
from saola_trust.errors import AlgorithmRefused, MalformedRevocation, RevocationInvalid
from saola_trust.revocation import RevocationStatus, verify_response

from saola_exchange.errors import ExchangeError, Whose
from saola_exchange.globalconf.errors import ConfigurationInvalid
from saola_exchange.globalconf.parameters import Authority, Server
from saola_exchange.globalconf.profiles import SubjectNamesNobody, member_of_subject
from saola_exchange.globalconf.view import ConfigurationView, serves
from saola_exchange.protocol.identifiers import ClientId, MemberId

MAXIMUM_DEPTH = 3
_NO_DELAY = timedelta(0)


class CertificateRefused(ExchangeError):
    """A certificate that must not be believed; the code says why."""

    code = "incorrect_certificate"
    fault: Whose = "peer"
    remedy = "Use a registered certificate of an approved certification service that is not revoked."


def require_member(view: ConfigurationView, *, certificate: x509.Certificate, sender: ClientId) -> MemberId:
    """Check that a certificate is one to sign with and names the sender's member. Raises CertificateRefused."""
    if not may_sign_documents(certificate):
        raise CertificateRefused("the certificate is not one to sign with", code="malformed_signature")
    found = _profile_of(view, certificate, sender.instance)
    try:
        member = member_of_subject(certificate.subject, profile=found, instance=sender.instance)
    except (SubjectNamesNobody, ConfigurationInvalid) as exc:
        raise CertificateRefused(exc.detail) from exc
    if member != sender.member:
        raise CertificateRefused(f"the certificate is for {member}, the message is from {sender}")
    return member


def require_signer(
    view: ConfigurationView,
    *,
    certificate: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    ocsp_responses: Sequence[bytes],
    sender: ClientId,
    at: datetime,
) -> RevocationStatus:
    """Check the signing certificate of a message from `sender`; give the status that was relied on.

    Raises CertificateRefused.
    """
    require_member(view, certificate=certificate, sender=sender)
    return require_chain(
        view,
        instance=sender.instance,
        certificate=certificate,
        intermediates=intermediates,
        ocsp_responses=ocsp_responses,
        at=at,
    )


def require_authentication(
    view: ConfigurationView,
    *,
    certificate: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    ocsp_responses: Sequence[bytes],
    client: ClientId,
    at: datetime,
) -> Server:
    """Check the TLS certificate of a gateway that speaks for `client`; give the gateway.

    Raises CertificateRefused with codes that begin with `ssl_authentication_failed`.
    """
    try:
        if not is_for_authentication(certificate):
            raise CertificateRefused("the certificate is not one to authenticate with")
        require_chain(
            view,
            instance=client.instance,
            certificate=certificate,
            intermediates=intermediates,
            ocsp_responses=ocsp_responses,
            at=at,
        )
        server = view.server_of_certificate(certificate)
        if server is None or not serves(server, client):
            raise CertificateRefused(f"the certificate is not registered for a gateway of {client}")
    except CertificateRefused as exc:
        raise CertificateRefused(exc.detail, code=f"ssl_authentication_failed.{exc.code}") from exc
    return server


def is_for_authentication(certificate: x509.Certificate) -> bool:
    """Whether the certificate's usages make it one to authenticate with; without key usage it is none."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    if ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string in extended_key_usages(certificate):
        return True
    return usage.digital_signature or usage.key_encipherment or usage.data_encipherment


def require_chain(
    view: ConfigurationView,
    *,
    instance: str,
    certificate: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    ocsp_responses: Sequence[bytes],
    at: datetime,
    delay: timedelta = _NO_DELAY,
) -> RevocationStatus:
    """Check that a certificate was valid and not revoked at `at`; give its own status.

    `delay` extends how old an OCSP answer may be, for evidence that was stamped later than it was
    made. Raises CertificateRefused.
    """
    status: RevocationStatus | None = None
    current = certificate
    for _ in range(MAXIMUM_DEPTH):
        _require_dates(current, at)
        found = view.authority_of(current, instance=instance)
        issuer = found[1].certificate if found else issued_by(current, [one for one in intermediates if _is_ca(one)])
        if issuer is None:
            break
        responders = _responders(found[1]) if found else []
        freshness = view.ocsp_freshness(instance) + delay
        checked = _status(ocsp_responses, current, issuer, responders, at=at, freshness=freshness)
        status = status or checked
        if found:
            _require_dates(issuer, at)
            return status
        current = issuer
    raise CertificateRefused(
        "the certificate is not from a certification service that is approved in the instance " + instance,
        code="invalid_cert_path.cannot_create_cert_path",
    )


def _status(
    responses: Sequence[bytes],
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    responders: Sequence[x509.Certificate],
    *,
    at: datetime,
    freshness: timedelta,
) -> RevocationStatus:
    """The status in the first response that is about the certificate and may be believed."""
    reason = "there is no OCSP response about the certificate"
    for response in responses:
        try:
            status = verify_response(
                response, certificate=certificate, issuer=issuer, responders=responders, at=at, freshness=freshness
            )
        except (RevocationInvalid, MalformedRevocation, AlgorithmRefused) as exc:
            reason = exc.detail
            continue
        if not status.good:
            raise CertificateRefused(f"the certificate's status is {status.state}", code="cert_validation")
        return status
    raise CertificateRefused(reason, code="incorrect_validation_info")


def _profile_of(view: ConfigurationView, certificate: x509.Certificate, instance: str) -> str:
    """The naming convention of the service that issued the certificate. Raises CertificateRefused."""
    found = view.authority_of(certificate, instance=instance)
    if found is not None:
        return found[0].profile
    raise CertificateRefused(
        "the certificate is not from a certification service that is approved in the instance " + instance,
        code="invalid_cert_path.cannot_create_cert_path",
    )


def _responders(authority: Authority) -> list[x509.Certificate]:
    return [service.certificate for service in authority.ocsp if service.certificate is not None]


def _require_dates(certificate: x509.Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise CertificateRefused(
            f"the certificate {name_text(certificate.subject)} was not valid at that time",
            code="invalid_cert_path.cert_validation",
        )


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
