"""The multipart form in which two gateways exchange one message (pr-messtransport).

`Encoder` gives the bytes around each part, so that a body can be passed through while it arrives;
`Decoder` takes bytes as they arrive and gives events. Both hold one part's head at most in memory.
"""

from saola_exchange.protocol.transport.decoding import (
    BodyChunk,
    BodyEnd,
    BodyStart,
    Decoder,
    Event,
    FaultPart,
    HashChainPart,
    HashChainResultPart,
    HeadPart,
    OcspPart,
    SignaturePart,
    TransportError,
)
from saola_exchange.protocol.transport.encoding import Encoder, new_boundary, request_headers, response_headers
from saola_exchange.protocol.transport.limits import Limits

__all__ = [
    "BodyChunk",
    "BodyEnd",
    "BodyStart",
    "Decoder",
    "Encoder",
    "Event",
    "FaultPart",
    "HashChainPart",
    "HashChainResultPart",
    "HeadPart",
    "Limits",
    "OcspPart",
    "SignaturePart",
    "TransportError",
    "new_boundary",
    "request_headers",
    "response_headers",
]
