"""Time marks: signatures of the years before time stamps, whose OCSP answer proves the time (BDOC 2.1 §6.1).

The responder signs the digest of the signature value as the nonce of its answer, and by that that the
signature existed when it answered. It counts only for signatures that name that policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asn1crypto import algos

from saola_trust.certificates.algorithms import WEAK, hash_of
from saola_trust.certificates.asn1 import hash_name_of, reading
from saola_trust.errors import MalformedRevocation, TrustError
from saola_trust.revocation import parse_response
from saola_trust.validation.report import Refused

POLICY = "urn:oid:1.3.6.1.4.1.10015.1000.3.2.1"


def marked_at(value: bytes, responses: Sequence[bytes]) -> datetime:
    """When the first answer that marks this signature value was made; raises `Refused` when none does.

    The answer itself is not verified here: that follows, as for every OCSP answer.
    """
    for response in responses:
        try:
            answer = parse_response(response)
            if answer.nonce is not None and _marks(answer.nonce, value):
                return answer.produced_at
        except TrustError as exc:
            raise Refused(exc.code, exc.detail) from exc
    raise Refused("no_timestamp", "there is neither a time stamp nor a time mark")


def _marks(nonce: bytes, value: bytes) -> bool:
    with reading(MalformedRevocation, "the time mark"):
        info = algos.DigestInfo.load(nonce, strict=True)
        hash_name = hash_name_of(info["digest_algorithm"])
        return hash_name not in WEAK and bytes(info["digest"].native) == hash_of(value, hash_name=hash_name)
