"""The organisation's electronic seal on PDFs (PAdES B-LT); its key stays in the signer service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from saola_trust.errors import ServiceUnavailable, TrustError
from saola_trust.services.client import Credential, SignerClient

from saola_platform.errors import ConfigurationInvalid, SignatureFailed
from saola_platform.kernel import clock
from saola_platform.kernel.configuration import cached_secret, site
from saola_platform.kernel.signing.forms import assemble_pdf


class Signer(Protocol):
    """What is needed of the signer service."""

    def of(self, *, owner: str) -> tuple[Credential, ...]:
        """The credentials of an organisation."""
        ...

    def seal(self, *, credential_id: str, hashes: Sequence[bytes]) -> list[bytes]:
        """Signature values (DER) over SHA-256 digests."""
        ...


_in_place: list[tuple[Signer, str]] = []


def seal_pdf(*, content: bytes, reason: str = "") -> bytes:
    """The PDF with this organisation's seal over all that is in it; raises SignatureFailed, to be tried again.

    Sealing again makes a second seal: whoever repeats keeps the result of the first time.
    """
    from saola_trust import pdf

    signer, owner = _signer()
    try:
        credential = _credential(signer, owner=owner)
        prepared = pdf.prepare(
            content, certificate=credential.certificate, at=clock.now(), reason=reason or None, name=None
        )
        (value,) = signer.seal(credential_id=credential.credential_id, hashes=[prepared.digest])
        return assemble_pdf(file=prepared.dump(), value=value, chain=credential.chain)
    except ServiceUnavailable as exc:
        raise SignatureFailed(f"the seal cannot be made now: {exc}") from exc
    except TrustError as exc:
        raise SignatureFailed(
            f"the seal cannot be made: {exc}", remedy="Check the section `seal` of the configuration, and the PDF."
        ) from exc


def _signer() -> tuple[Signer, str]:
    if _in_place:
        return _in_place[-1]
    settings = site().seal
    if settings is None:
        raise ConfigurationInvalid("this site has no seal", remedy="Add the section `seal` to its configuration.")
    return SignerClient(settings.signer_url, cached_secret(settings.token_file)), settings.credential_owner


def _credential(signer: Signer, *, owner: str) -> Credential:
    usable = [one for one in signer.of(owner=owner) if one.kind == "seal" and one.status == "active"]
    if not usable:
        raise SignatureFailed(f"organisation {owner} has no active seal", remedy="Ask the signer's operator for one.")
    return usable[0]


@contextmanager
def using(signer: Signer, *, owner: str) -> Iterator[None]:
    """For tests: within the block seals are made by `signer` for `owner`."""
    _in_place.append((signer, owner))
    try:
        yield
    finally:
        _in_place.pop()
