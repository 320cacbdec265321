"""The signed directory of a configuration: which files belong to it, their digests, until when it holds.

What is signed is the inner multipart, from its first boundary to the CRLF after its last one
(pr-gconf §3). The verification certificate only carries the key: its own dates mean nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from saola_trust import certificates as x509_tools
from saola_trust.errors import TrustError
from saola_trust.signatures import xmldsig

from saola_exchange.globalconf import xmlconf
from saola_exchange.globalconf.errors import ConfigurationInvalid, ConfigurationOutdated
from saola_exchange.globalconf.mime import MimePart, read_multipart, read_part
from saola_exchange.protocol.parts import DIGESTS, UnsupportedDigest, digest

PRIVATE, SHARED = "PRIVATE-PARAMETERS", "SHARED-PARAMETERS"
MAXIMUM_SIZE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of the configuration: what it is, where it is, and the digest it must have."""

    identifier: str
    instance: str
    location: str
    algorithm: str
    digest: bytes
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """A parsed directory. Nothing in it may be believed before `verify_directory`."""

    version: int
    expires: datetime
    files: tuple[ListedFile, ...]
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    algorithm: str
    certificate_hash: bytes
    certificate_hash_algorithm: str

    def file(self, identifier: str) -> ListedFile | None:
        """The file of that kind, None when the directory lists none."""
        return next((listed for listed in self.files if listed.identifier == identifier), None)


def parse_directory(data: bytes) -> Directory:
    """Read a directory as it was downloaded. Raises ConfigurationInvalid."""
    if len(data) > MAXIMUM_SIZE:
        raise ConfigurationInvalid(f"the directory is larger than {MAXIMUM_SIZE} bytes")
    parts = read_multipart(read_part(data))
    if not parts:
        raise ConfigurationInvalid("the directory has no signed data", code="global_conf_missing_signed_data")
    if len(parts) < 2:  # nothing was signed, so no date of it counts
        raise ConfigurationInvalid(
            "the directory has no signature, hence no date until which it is valid",
            code="global_conf_missing_signed_data_expiration_date",
        )
    listing, signature = read_multipart(parts[0]), parts[1]
    if not listing or len(parts) > 2:
        raise ConfigurationInvalid("the directory does not consist of a list and its signature")
    value, algorithm = _verification_hash(signature)
    return Directory(
        version=_version(listing[0]),
        expires=xmlconf.read_time(listing[0].required("Expire-date")),
        files=tuple(_listed_file(part) for part in listing[1:]),
        signed=parts[0].content,
        signature=_base64(signature.content, "global_conf_signature_decode_failure"),
        algorithm=signature.required("Signature-Algorithm-Id"),
        certificate_hash=value,
        certificate_hash_algorithm=algorithm,
    )


def verify_directory(
    directory: Directory, *, certificates: Iterable[x509.Certificate], at: datetime, instance: str | None = None
) -> x509.Certificate:
    """Check who signed the directory and until when it holds; give the certificate that fits.

    `instance` is the one that the anchor is about. Raises ConfigurationInvalid, ConfigurationOutdated.
    """
    certificate = _certificate_of(directory, certificates)
    try:
        x509_tools.verify(
            directory.signed,
            signature=directory.signature,
            key=x509_tools.public_key_of(certificate),
            algorithm=xmldsig.signature_algorithm(directory.algorithm),
        )
    except TrustError as exc:
        raise ConfigurationInvalid(
            f"the signature of the directory is not valid: {exc.detail}",
            code="global_conf_signature_verification_failure",
        ) from exc
    if directory.expires <= at:
        raise ConfigurationOutdated(f"the configuration expired at {xmlconf.write_time(directory.expires)}")
    shared = directory.file(SHARED)
    if shared is None or (instance is not None and shared.instance != instance):
        raise ConfigurationInvalid(
            "the directory lists no shared parameters of the anchor's instance",
            code="global_conf_part_invalid_instance_identifier",
        )
    return certificate


def verify_file(listed: ListedFile, content: bytes) -> None:
    """Check a downloaded file against the directory. Raises ConfigurationInvalid."""
    try:
        fits = digest(listed.algorithm, content) == listed.digest
    except UnsupportedDigest as exc:
        raise ConfigurationInvalid(exc.detail) from exc
    if not fits:
        raise ConfigurationInvalid(
            f"{listed.location} is not the file that was signed: its digest differs",
            code="global_conf_part_downloaded_file_integrity_failure",
        )


def _certificate_of(directory: Directory, certificates: Iterable[x509.Certificate]) -> x509.Certificate:
    for certificate in certificates:
        der = x509_tools.certificate_der(certificate)
        if digest(directory.certificate_hash_algorithm, der) == directory.certificate_hash:
            return certificate
    raise ConfigurationInvalid(
        "the directory is signed with a key that the anchor does not name",
        code="global_conf_missing_verification_cert",
    )


def _version(part: MimePart) -> int:
    value = part.headers.get("version", "2")  # version 2 had no such field
    if not re.fullmatch(r"[0-9]{1,3}", value):
        raise ConfigurationInvalid(
            "the version of the directory is not a number", code="global_conf_header_field_wrong_value"
        )
    return int(value)


def _listed_file(part: MimePart) -> ListedFile:
    identifier, _, parameters = part.required("Content-identifier").partition(";")
    match = re.search(r"instance\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|([^;\s]+))", parameters)
    instance = next((value for value in match.groups() if value), "") if match else ""
    if identifier.strip() in {PRIVATE, SHARED} and not instance:
        raise ConfigurationInvalid(
            f"{identifier.strip()} names no instance", code="global_conf_header_field_missing_parameter"
        )
    return ListedFile(
        identifier=identifier.strip(),
        instance=instance,
        location=part.required("Content-location"),
        algorithm=part.required("Hash-algorithm-id"),
        digest=_base64(part.content, "malformed_global_conf"),
        file_name=part.headers.get("content-file-name"),
    )


def _verification_hash(part: MimePart) -> tuple[bytes, str]:
    value, _, parameters = part.required("Verification-certificate-hash").partition(";")
    match = re.search(r"hash-algorithm-id\s*=\s*\"?([^\";\s]+)", parameters)
    algorithm = match.group(1) if match else ""
    if algorithm not in DIGESTS:
        raise ConfigurationInvalid("the hash of the verification certificate has no algorithm that is accepted")
    return _base64(value.encode(), "global_conf_header_field_wrong_value"), algorithm


def _base64(data: bytes, code: str) -> bytes:
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ConfigurationInvalid("a value of the directory is not base64", code=code) from exc
