"""Recomputing a hash chain: from its result down to the parts, and every part must be met on the way."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from saola_exchange.errors import ProtocolError
from saola_exchange.protocol.hashchain.digestlist import DigestValue, digest_list
from saola_exchange.protocol.hashchain.reading import (
    DataRef,
    HashValue,
    MalformedHashChain,
    StepRef,
    Steps,
    Value,
    read_chain,
    read_result,
)
from saola_exchange.protocol.parts import ContentPart, Part, UnsupportedDigest, digest
from saola_exchange.protocol.xml import MalformedXml, parse

MAXIMUM_VISITS = 2000
_CANONICAL = {
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": False,
    "http://www.w3.org/2001/10/xml-exc-c14n#": True,
}


class HashChainInvalid(ProtocolError):
    """The chain does not lead from what was signed to the parts; the code says where it breaks."""

    code = "invalid_hash_chain"
    fault = "peer"
    remedy = "A part was changed or does not belong to this signature; ask the other side for its copy."


@dataclass(frozen=True, slots=True)
class Unverified:
    """A part that the chain covers but that is not at hand: only its digest can be told."""

    uri: str
    algorithm: str
    digest: bytes


def verify(
    *,
    result: bytes,
    documents: Mapping[str, bytes],
    inputs: Sequence[Part],
    allow_missing: bool = False,
    allow_transforms: bool = False,
) -> tuple[Unverified, ...]:
    """Check that `result` covers every one of `inputs`, in their order; give the covered but missing parts.

    `documents` holds chains and further parts by the URI that refers to them. Missing parts are
    refused unless `allow_missing` (evidence keeps no SOAP attachments). Raises HashChainInvalid,
    MalformedHashChain, UnsupportedDigest.
    """
    walk = _Walk(documents, {part.name: part for part in inputs}, allow_missing, allow_transforms)
    reference, expected = read_result(result)
    actual = walk.value_of(reference, Steps())
    if not hmac.compare_digest(actual.value, expected):
        raise HashChainInvalid("the hash chain does not lead to the signed result")
    unused = sorted(set(walk.inputs) - walk.used)
    if unused:
        raise HashChainInvalid(f"the hash chain does not refer to {', '.join(unused)}", code="hashchain_unused_inputs")
    walk.require_order([part.name for part in inputs])
    return tuple(walk.unverified.values())


@dataclass(slots=True)
class _Walk:
    documents: Mapping[str, bytes]
    inputs: Mapping[str, Part]
    allow_missing: bool
    allow_transforms: bool
    used: set[str] = field(default_factory=set)
    unverified: dict[str, Unverified] = field(default_factory=dict)
    met: list[str] = field(default_factory=list)
    _chains: dict[str, Steps] = field(default_factory=dict)
    _visits: int = 0
    _depth: int = 0

    def value_of(self, value: Value, chain: Steps) -> DigestValue:
        """The digest that a value of a step stands for."""
        if isinstance(value, HashValue):
            return DigestValue(value.algorithm, value.value)
        return self._step(value, chain) if isinstance(value, StepRef) else self._data(value)

    def require_order(self, names: Sequence[str]) -> None:
        """Refuse a chain that exchanges the parts' roles.

        The names in a chain are not signed, only the digests and their order. Were any order accepted,
        a body that looks like a head could be shown as the message, and the head as its attachment.
        """
        if [name for name in dict.fromkeys(self.met) if name in self.inputs] != list(names) or (
            names and self.met[0] != names[0]
        ):
            raise HashChainInvalid("the hash chain gives the parts in another order than they were signed in")

    def _step(self, reference: StepRef, chain: Steps) -> DigestValue:
        if reference.document:
            chain = self._chain(reference.document)
        if reference.step not in chain:
            raise MalformedHashChain(f"there is no step {reference.step[:100]!r}")
        self._visits += 1
        self._depth += 1
        if self._visits > MAXIMUM_VISITS or self._depth > 100:  # also ends chains that lead back to themselves
            raise MalformedHashChain("the hash chain is too long or refers to itself")
        values = [self.value_of(value, chain) for value in chain[reference.step]]
        self._depth -= 1
        return DigestValue(reference.algorithm, digest(reference.algorithm, digest_list(values)))

    def _chain(self, uri: str) -> Steps:
        if uri not in self._chains:
            if uri not in self.documents:
                raise HashChainInvalid(f"there is no hash chain {uri[:100]!r}", code="invalid_reference")
            self._chains[uri] = read_chain(self.documents[uri])
        return self._chains[uri]

    def _data(self, reference: DataRef) -> DigestValue:
        self.met.append(reference.uri)
        part = self.inputs.get(reference.uri)
        if part is None and reference.uri in self.documents:
            part = ContentPart(reference.uri, self.documents[reference.uri])
        else:
            self.used.add(reference.uri)
        if part is None:
            return self._missing(reference)
        if isinstance(part, ContentPart):
            return self._content(reference, part)
        value = part.digest(reference.algorithm)
        if value is None or reference.transforms:
            raise HashChainInvalid(f"the digest of {part.name} was not taken as the chain says")
        return DigestValue(reference.algorithm, value)

    def _content(self, reference: DataRef, part: ContentPart) -> DigestValue:
        content = self._transformed(part, reference.transforms)
        value = digest(reference.algorithm, content)
        if not hmac.compare_digest(value, reference.value):
            raise HashChainInvalid(f"{part.name} is not what the hash chain refers to", code="invalid_hash_chain_ref")
        return DigestValue(reference.algorithm, value)

    def _missing(self, reference: DataRef) -> DigestValue:
        if not self.allow_missing:
            raise HashChainInvalid(f"there is no part {reference.uri[:100]!r}", code="invalid_reference")
        self.unverified[reference.uri] = Unverified(reference.uri, reference.algorithm, reference.value)
        return DigestValue(reference.algorithm, reference.value)

    def _transformed(self, part: ContentPart, transforms: tuple[str, ...]) -> bytes:
        """Transforms hide differences (comments) from a signature: only where the caller allows them."""
        content = part.content
        for transform in transforms:
            if not self.allow_transforms or transform not in _CANONICAL:
                raise MalformedHashChain(f"a transform of {part.name} is not accepted")
            try:
                content = etree.tostring(
                    parse(content), method="c14n", exclusive=_CANONICAL[transform], with_comments=False
                )
            except MalformedXml as exc:
                raise HashChainInvalid(f"{part.name} is not XML", code="invalid_hash_chain_ref") from exc
        return content


__all__ = ["HashChainInvalid", "UnsupportedDigest", "Unverified", "verify"]
