"""TLS between gateways: always mutual, with the authentication keys.

OpenSSL checks that the other end's certificate comes from an approved authority; that it is
registered, for the right gateway, and not revoked is checked by `peers` on the same connection.
There are no host names in authentication certificates. TLS 1.3 is used when both offer it; X-Road's
servers offer TLS 1.2 with these three CBC suites only.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

SUITES_OF_TLS_1_2 = (
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA256"
)


class TlsContexts:
    """The contexts for both directions. Authorities can be added while connections are made."""

    def __init__(self, *, certificate: Path, key: Path) -> None:
        self.server = _context(ssl.PROTOCOL_TLS_SERVER, certificate, key)
        self.client = _context(ssl.PROTOCOL_TLS_CLIENT, certificate, key)
        self._known: set[bytes] = set()

    def approve(self, authorities: Iterable[x509.Certificate]) -> None:
        """Let connections be made with certificates of these authorities.

        One that is no longer approved stays known to OpenSSL until the next start; `peers` refuses it.
        """
        for authority in authorities:
            der = authority.public_bytes(Encoding.DER)
            if der not in self._known:
                self._known.add(der)
                self.server.load_verify_locations(cadata=der)
                self.client.load_verify_locations(cadata=der)


def _context(protocol: ssl._SSLMethod, certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(SUITES_OF_TLS_1_2)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    # Only the direct issuer is approved; what stands above it is not our business (§2.1 of the protocol).
    context.verify_flags = ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_TRUSTED_FIRST
    context.load_cert_chain(certificate, key)
    return context
