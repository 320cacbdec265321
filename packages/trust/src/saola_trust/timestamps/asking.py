"""Both directions of the exchange with a time-stamping authority: the request, and the token out of its answer."""

from __future__ import annotations

from dataclasses import dataclass

from asn1crypto import cms, core, tsp

from saola_trust.certificates.algorithms import HASHES, WEAK
from saola_trust.certificates.asn1 import hash_name_of, reading
from saola_trust.errors import AlgorithmRefused, MalformedTimestamp, TimestampInvalid
from saola_trust.timestamps.verifying import read_token

LARGEST_REQUEST = 16 * 1024
LARGEST_ANSWER = 256 * 1024


class Answer(core.Sequence):  # type: ignore[misc]
    """TimeStampResp of RFC 3161 §2.4.2, where a refusal carries no token; asn1crypto's own demands one."""

    _fields = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class TimestampRequest:
    """What is to be stamped: the digest and its hash, whether the answer should carry certificates."""

    hash_name: str
    digest: bytes
    nonce: int | None = None
    with_certificates: bool = True
    policy: str | None = None


def request(
    digest: bytes, *, hash_name: str = "SHA-256", nonce: int | None = None, with_certificates: bool = True
) -> bytes:
    """A TimeStampReq in DER for a digest that the caller computed."""
    fields: dict[str, object] = {
        "version": 1,
        "message_imprint": {"hash_algorithm": {"algorithm": _asn1_name(hash_name)}, "hashed_message": digest},
        "cert_req": with_certificates,
    }
    if nonce is not None:
        fields["nonce"] = nonce
    return bytes(tsp.TimeStampReq(fields).dump())


def parse_request(data: bytes) -> TimestampRequest:
    """Read a TimeStampReq; raises MalformedTimestamp, or AlgorithmRefused for weak or unknown hashes."""
    if len(data) > LARGEST_REQUEST:
        raise MalformedTimestamp(f"a request of {len(data)} bytes is larger than {LARGEST_REQUEST}")
    with reading(MalformedTimestamp, "the time-stamp request"):
        parsed = tsp.TimeStampReq.load(data, strict=True)
        imprint = parsed["message_imprint"]
        hash_name, digest = hash_name_of(imprint["hash_algorithm"]), bytes(imprint["hashed_message"].native)
        if hash_name in WEAK:
            raise AlgorithmRefused(f"digests of {hash_name} are not stamped")
        if len(digest) != HASHES[hash_name].digest_size:
            raise MalformedTimestamp(f"a digest of {len(digest)} bytes is not one of {hash_name}")
        return TimestampRequest(
            hash_name=hash_name,
            digest=digest,
            nonce=parsed["nonce"].native,
            with_certificates=bool(parsed["cert_req"].native),
            policy=parsed["req_policy"].native,
        )


def token_of(answer: bytes, *, asked: bytes) -> bytes:
    """The token in a TimeStampResp, in DER; raises TimestampInvalid when refused or not the answer to `asked`.

    The token's signature is not verified here: call `verify` with the authorities that are trusted.
    """
    if len(answer) > LARGEST_ANSWER:
        raise MalformedTimestamp(f"an answer of {len(answer)} bytes is larger than {LARGEST_ANSWER}")
    expected = parse_request(asked)
    with reading(MalformedTimestamp, "the answer of the time-stamping authority"):
        parsed = Answer.load(answer, strict=True)
        status = parsed["status"]["status"].native
        if status not in {"granted", "granted_with_mods"}:
            raise TimestampInvalid(f"the time-stamping authority answered {status}")
        token = bytes(parsed["time_stamp_token"].dump())
    stamp = read_token(token)
    if (stamp.hash_name, stamp.digest, stamp.nonce) != (expected.hash_name, expected.digest, expected.nonce):
        # RFC 3161 §2.4.2: imprint and nonce of the answer must be those of the request.
        raise TimestampInvalid("the time stamp does not answer this request")
    return token


def _asn1_name(hash_name: str) -> str:
    if hash_name not in HASHES:
        raise AlgorithmRefused(f"the hash {hash_name!r} is not known")
    return hash_name.replace("-", "").lower()
