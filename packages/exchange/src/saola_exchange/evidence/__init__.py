"""Evidence of one message in one file: building the container, and judging it years later without a network.

No input or output in here but in `command`: a container's bytes and a configuration go in, a report comes out.
"""

from saola_exchange.evidence.errors import ContainerInvalid, NotAContainer
from saola_exchange.evidence.reading import ContainerLimits, read_container
from saola_exchange.evidence.report import Lack, PartReport, Report, SignerReport, StampReport
from saola_exchange.evidence.verifying import verify_container
from saola_exchange.evidence.writing import BatchTimestamp, EvidenceContent, build_container, container_name

__all__ = [
    "BatchTimestamp",
    "ContainerInvalid",
    "ContainerLimits",
    "EvidenceContent",
    "Lack",
    "NotAContainer",
    "PartReport",
    "Report",
    "SignerReport",
    "StampReport",
    "build_container",
    "container_name",
    "read_container",
    "verify_container",
]
