"""Signing the own messages, and believing those of others.

A received signature must cover exactly the message's parts, fit, and come from the member that sends:
its certificate issued by an approved authority, in date, not revoked, and about that member.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from saola_trust.keystore import Signer

from saola_exchange.protocol.identifiers import ClientId
from saola_exchange.protocol.parts import message_parts
from saola_exchange.protocol.signature import sign, verify

from .exchanging import Body, Message
from .peers import Peers
from .revocation import OwnStatus


@dataclass(frozen=True, slots=True)
class Seal:
    """The gateway's signing key and its eye for the signatures of others."""

    signer: Signer
    own: OwnStatus
    peers: Peers
    clock: Callable[[], datetime]

    def sign(self, *, head: bytes, body: Body | None) -> Message:
        """Sign a message now. Raises NotReady while there is no fresh OCSP answer about the own certificate."""
        parts = message_parts(head=head, body_digest=None if body is None else body.digest)
        answer = self.own.answer_for(self.signer.certificate)
        (signature,) = sign(messages=[parts], signer=self.signer, ocsp_responses=[answer], at=self.clock())
        return Message(head=head, body=body, signature=signature)

    def require_signed_by(self, sender: ClientId, message: Message) -> None:
        """Refuse a message that the sender's member did not sign. Raises ProtocolError, CertificateRefused."""
        self.peers.require_signer(verify(message.signature, parts=message.parts), sender=sender)
