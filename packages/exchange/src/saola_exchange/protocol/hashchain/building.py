"""Making the chains of a batch: a binary tree over the messages, and for each its way up to the root."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from saola_exchange.protocol.hashchain.digestlist import DigestValue, digest_list
from saola_exchange.protocol.hashchain.reading import HC
from saola_exchange.protocol.parts import SHA512, Part, digest
from saola_exchange.protocol.xml import DS

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Batch:
    """The result that is signed or stamped, and one chain per message, in the order they were given."""

    result: bytes
    chains: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Node:
    """A value of the tree, and which messages lie below it."""

    value: bytes
    members: tuple[int, ...]


def build(messages: Sequence[Sequence[Part]], *, chain_uri: str, algorithm: str = SHA512) -> Batch:
    """The hash chains of a batch of one or more messages, each a sequence of its parts in order.

    `chain_uri` is the name under which each message finds its chain, such as `/sig-hashchain.xml`.
    Every message is a step of its own below the tree, also when it has one part only: else the
    root over two messages could be read as one message with an attachment. Raises ValueError for
    an empty batch or message, UnsupportedDigest.
    """
    if not messages or not all(messages):
        raise ValueError("a batch has at least one message and each message at least one part")
    values = [[_digest_value(part, algorithm) for part in parts] for parts in messages]
    leaves = [digest(algorithm, digest_list(parts)) for parts in values]
    paths: list[list[str]] = [[] for _ in messages]
    root = _climb([_Node(leaf, (number,)) for number, leaf in enumerate(leaves)], paths, algorithm)
    chains = tuple(
        _chain(steps=paths[number][::-1], parts=parts, values=values[number], algorithm=algorithm)
        for number, parts in enumerate(messages)
    )
    return Batch(result=_result(root, chain_uri, algorithm), chains=chains)


def _climb(level: list[_Node], paths: list[list[str]], algorithm: str) -> bytes:
    """Combine pairs up to the root; a node without a right sibling moves up unchanged.

    `paths` collects for every message the steps from its leaf upwards: the siblings as XML around
    a mark for the message's own side.
    """
    while len(level) > 1:
        above = []
        for left, right in zip(level[::2], level[1::2], strict=False):
            for number in left.members:
                paths[number].append("{own}" + _hash_value(right.value))
            for number in right.members:
                paths[number].append(_hash_value(left.value) + "{own}")
            pair = digest_list((DigestValue(algorithm, left.value), DigestValue(algorithm, right.value)))
            above.append(_Node(digest(algorithm, pair), left.members + right.members))
        level = above + level[len(above) * 2 :]
    return level[0].value


def _chain(*, steps: list[str], parts: Sequence[Part], values: Sequence[DigestValue], algorithm: str) -> bytes:
    references = "".join(
        f"<hc:DataRef URI={quoteattr(part.name)}>{_digest_element(value.value)}</hc:DataRef>"
        for part, value in zip(parts, values, strict=True)
    )
    inner = [step.replace("{own}", f'<hc:StepRef URI="#STEP{number + 1}"/>') for number, step in enumerate(steps)]
    body = "".join(
        f'<hc:HashStep id="STEP{number}">{step}</hc:HashStep>' for number, step in enumerate([*inner, references])
    )
    default = f"<hc:DefaultDigestMethod Algorithm={quoteattr(algorithm)}/>"
    return f'{_HEAD}<hc:HashChain xmlns:hc="{HC}" xmlns:ds="{DS}">{default}{body}</hc:HashChain>'.encode()


def _result(root: bytes, chain_uri: str, algorithm: str) -> bytes:
    uri = quoteattr(f"{chain_uri}#STEP0")
    method = f"<ds:DigestMethod Algorithm={quoteattr(algorithm)}/>"
    opening = f'<hc:HashChainResult xmlns:hc="{HC}" xmlns:ds="{DS}" URI={uri}>'
    return f"{_HEAD}{opening}{method}{_digest_element(root)}</hc:HashChainResult>".encode()


def _hash_value(value: bytes) -> str:
    return f"<hc:HashValue>{_digest_element(value)}</hc:HashValue>"


def _digest_element(value: bytes) -> str:
    return f"<ds:DigestValue>{base64.b64encode(value).decode('ascii')}</ds:DigestValue>"


def _digest_value(part: Part, algorithm: str) -> DigestValue:
    value = part.digest(algorithm)
    if value is None:
        raise ValueError(f"the digest of {part.name} by {algorithm} is not known")
    return DigestValue(algorithm, value)
