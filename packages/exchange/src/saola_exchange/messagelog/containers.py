"""A logged message as a container that can be checked without this system."""

from __future__ import annotations

from saola_exchange.evidence import BatchTimestamp, EvidenceContent, build_container, container_name
from saola_exchange.protocol.signature import MessageSignature

from .records import StoredRecord


def container_of(stored: StoredRecord) -> tuple[str, bytes]:
    """The container's file name and its bytes; without a time stamp when the message still waits for one."""
    record, message = stored.record, stored.record.message
    batch = stored.batch
    content = EvidenceContent(
        message=message.head,
        signature=MessageSignature(message.signature, message.hash_chain_result, message.hash_chain),
        body=message.body,
        timestamp=None if batch is None else BatchTimestamp(batch.chain, batch.chain_result, batch.token),
    )
    name = container_name(query_id=record.query_id, kind=record.kind.value, record_id=record.id)
    return name, build_container(content, at=record.at)
