"""Where asn1crypto meets us: its undeclared exceptions become one declared error, its algorithm names become ours.

asn1crypto reads lazily and raises whatever the broken bytes lead it into. Everything that touches
a parsed structure therefore happens inside `reading(...)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509

from saola_trust.certificates.algorithms import HASHES, SignatureAlgorithm
from saola_trust.certificates.loading import certificate_der
from saola_trust.errors import AlgorithmRefused, TrustError

BROKEN = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    NotImplementedError,
)
NAMES = {name.replace("-", "").lower(): name for name in HASHES}


@contextmanager
def reading(error: type[TrustError], what: str) -> Iterator[None]:
    """Turn what asn1crypto and its helpers raise on broken bytes into `error`."""
    try:
        yield
    except BROKEN as exc:
        raise error(f"{what} cannot be read: {str(exc).splitlines()[0] if str(exc) else type(exc).__name__}") from exc


def hash_name_of(algorithm: Any) -> str:
    """Our name of an asn1crypto DigestAlgorithm; raises AlgorithmRefused."""
    name = NAMES.get(str(algorithm["algorithm"].native))
    if name is None:
        raise AlgorithmRefused(f"the hash {algorithm['algorithm'].native} is not known")
    return name


def algorithm_of(signed_digest: Any, *, digest: Any = None) -> SignatureAlgorithm:
    """Our name of an asn1crypto SignedDigestAlgorithm; `digest` helps where CMS states the hash apart."""
    name = str(signed_digest["algorithm"].native)
    family = signed_digest.signature_algo
    if family not in {"rsassa_pkcs1v15", "rsassa_pss", "ecdsa"}:
        raise AlgorithmRefused(f"the signature algorithm {name} is not accepted")
    bare = name in {"rsassa_pkcs1v15", "ecdsa"} and digest is not None
    hash_name = hash_name_of(digest) if bare else NAMES.get(str(signed_digest.hash_algo))
    if hash_name is None:
        raise AlgorithmRefused(f"the hash of {name} is not known")
    if family == "ecdsa":
        return SignatureAlgorithm("ecdsa", hash_name)
    return SignatureAlgorithm("rsa-pss" if family == "rsassa_pss" else "rsa-pkcs1", hash_name)


def signed_digest_of(algorithm: SignatureAlgorithm) -> dict[str, str]:
    """The asn1crypto value of our algorithm; PSS is not written by us into CMS or OCSP."""
    if algorithm.family == "rsa-pss":
        raise AlgorithmRefused("CMS and OCSP are signed with PKCS #1 v1.5 or ECDSA here, not with PSS")
    suffix = algorithm.hash_name.replace("-", "").lower()
    return {"algorithm": f"{suffix}_ecdsa" if algorithm.family == "ecdsa" else f"{suffix}_rsa"}


def to_asn1(certificate: x509.Certificate) -> Any:
    """The certificate as asn1crypto sees it."""
    return asn1_x509.Certificate.load(certificate_der(certificate))
