"""Hash chains: one signature or time stamp over many messages, each provable without the others.

`build` makes the chains of a batch, `verify` recomputes one from its documents and inputs.
The format is that of the schema with namespace `http://cyber.ee/hashchain`.
"""

from saola_exchange.protocol.hashchain.building import Batch, build
from saola_exchange.protocol.hashchain.digestlist import DigestValue, digest_list
from saola_exchange.protocol.hashchain.reading import MalformedHashChain
from saola_exchange.protocol.hashchain.verifying import HashChainInvalid, Unverified, verify

__all__ = [
    "Batch",
    "DigestValue",
    "HashChainInvalid",
    "MalformedHashChain",
    "Unverified",
    "build",
    "digest_list",
    "verify",
]
