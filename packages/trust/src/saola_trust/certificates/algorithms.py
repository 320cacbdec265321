"""The signature algorithms that exist here, and the two things done with them: sign and verify.

Signatures are bytes as X.509 and CMS carry them: RSA as is, ECDSA as DER (r, s). XML carries
ECDSA as raw r‖s; that conversion lives in `saola_trust.signatures.xmldsig`.
SHA-1 is known so that old evidence can be read, but is refused unless the caller allows it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from saola_trust.certificates.loading import PrivateKey, PublicKey
from saola_trust.errors import AlgorithmRefused, SignatureInvalid

Family = Literal["rsa-pkcs1", "rsa-pss", "ecdsa"]
HashName = str

HASHES: dict[HashName, hashes.HashAlgorithm] = {
    "SHA-1": hashes.SHA1(),  # noqa: S303 - named so that old evidence can be read; refused by `allowed_hash`
    "SHA-224": hashes.SHA224(),
    "SHA-256": hashes.SHA256(),
    "SHA-384": hashes.SHA384(),
    "SHA-512": hashes.SHA512(),
}
WEAK = frozenset({"SHA-1", "SHA-224"})
SMALLEST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """How bytes are signed: the family of the algorithm and the name of the hash, such as ``SHA-256``."""

    family: Family
    hash_name: HashName

    def __post_init__(self) -> None:
        if self.hash_name not in HASHES:
            raise AlgorithmRefused(f"the hash {self.hash_name!r} is not known")


def hash_of(data: bytes, *, hash_name: HashName) -> bytes:
    """The digest of the data; raises AlgorithmRefused for a hash that is not known."""
    if hash_name not in HASHES:
        raise AlgorithmRefused(f"the hash {hash_name!r} is not known")
    return hashlib.new(HASHES[hash_name].name, data, usedforsecurity=False).digest()


def algorithm_for_key(key: PublicKey | PrivateKey, *, hash_name: HashName = "SHA-256") -> SignatureAlgorithm:
    """The usual algorithm for a key: ECDSA for EC, PKCS #1 v1.5 for RSA."""
    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey):
        return SignatureAlgorithm("ecdsa", hash_name)
    return SignatureAlgorithm("rsa-pkcs1", hash_name)


def check_key(key: PublicKey) -> None:
    """Raise AlgorithmRefused when the key is too small to be relied on."""
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < SMALLEST_RSA_BITS:
        raise AlgorithmRefused(f"an RSA key of {key.key_size} bits is too small")
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < 256:
        raise AlgorithmRefused(f"an EC key of {key.key_size} bits is too small")


def sign(data: bytes, *, key: PrivateKey, algorithm: SignatureAlgorithm) -> bytes:
    """Sign; ECDSA is deterministic (RFC 6979), so that golden files stay equal. AlgorithmRefused: key does not fit."""
    chosen = HASHES[algorithm.hash_name]
    if isinstance(key, ec.EllipticCurvePrivateKey) and algorithm.family == "ecdsa":
        return key.sign(data, ec.ECDSA(chosen, deterministic_signing=True))
    if isinstance(key, rsa.RSAPrivateKey) and algorithm.family != "ecdsa":
        return key.sign(data, _rsa_padding(algorithm), chosen)
    raise AlgorithmRefused(f"a {type(key).__name__} cannot sign with {algorithm.family}")


def verify(
    data: bytes, *, signature: bytes, key: PublicKey, algorithm: SignatureAlgorithm, allow_weak: bool = False
) -> None:
    """Raise SignatureInvalid when the signature does not fit, AlgorithmRefused when it cannot count at all."""
    if algorithm.hash_name in WEAK and not allow_weak:
        raise AlgorithmRefused(f"signatures over {algorithm.hash_name} are not accepted")
    chosen = HASHES[algorithm.hash_name]
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm.family == "ecdsa":
            key.verify(signature, data, ec.ECDSA(chosen))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm.family != "ecdsa":
            key.verify(signature, data, _rsa_padding(algorithm, verifying=True), chosen)
        else:
            raise AlgorithmRefused(f"a {type(key).__name__} cannot have signed with {algorithm.family}")
    except InvalidSignature as exc:
        raise SignatureInvalid("the signature value does not fit the signed bytes") from exc
    except (UnsupportedAlgorithm, ValueError) as exc:
        raise AlgorithmRefused(f"this signature cannot be checked: {exc}") from exc


def _rsa_padding(algorithm: SignatureAlgorithm, *, verifying: bool = False) -> padding.AsymmetricPadding:
    if algorithm.family == "rsa-pkcs1":
        return padding.PKCS1v15()
    # RFC 9231 §2.3.9: MGF1 with the same hash, salt as long as the digest; a reader accepts any salt length.
    salt = padding.PSS.AUTO if verifying else padding.PSS.DIGEST_LENGTH
    return padding.PSS(mgf=padding.MGF1(HASHES[algorithm.hash_name]), salt_length=salt)
