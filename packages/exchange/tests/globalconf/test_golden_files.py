"""The configuration of an instance, byte for byte as it was reviewed: contents, signed directory, anchor."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta

from saola_exchange.globalconf import AnchorSource, build_anchor, build_directory, parse_directory, verify_directory
from saola_exchange.globalconf.directory import PRIVATE, SHARED
from saola_exchange.globalconf.fakes import FakeInstance
from saola_exchange.globalconf.parameters import (
    BASIC_PROFILE,
    Authority,
    CertificationService,
    GlobalGroup,
    MemberClass,
    OcspService,
    PrivateParameters,
    SharedParameters,
    Source,
)
from saola_exchange.globalconf.writing import write_private, write_shared
from saola_exchange.protocol.identifiers import GlobalGroupId
from saola_trust.keystore import FakeSigner

Golden = Callable[[str, bytes], None]
INSTANCE = FakeInstance()
SIGNER = FakeSigner("registry")


def shared() -> SharedParameters:
    """Everything that can stand in shared parameters."""
    found = INSTANCE.shared
    top, issuing = (INSTANCE.trust.issuers[name].certificate for name in ("public", "government"))
    intermediate = Authority(issuing, (OcspService("http://127.0.0.1:1/ocsp"),))
    service = CertificationService("Second CA", BASIC_PROFILE, Authority(top, ()), (intermediate,), True)
    closed = dataclasses.replace(found.servers[0], maintenance="back at noon")
    group = GlobalGroup(GlobalGroupId(INSTANCE.name, "all"), "All", frozenset({INSTANCE.consumer, INSTANCE.provider}))
    return dataclasses.replace(
        found,
        certification=(*found.certification, service),
        sources=(Source("registry.example", (SIGNER.certificate,), (SIGNER.certificate,)),),
        servers=(closed, *found.servers[1:]),
        groups=(group,),
        member_classes=(MemberClass("GOV", "Government"),),
    )


def private() -> PrivateParameters:
    """Everything that can stand in private parameters."""
    address = "http://registry.example/managementservice/"
    return PrivateParameters(INSTANCE.name, address, INSTANCE.consumer, 120, SIGNER.certificate)


def test_shared_parameters_are_byte_for_byte_the_reviewed_ones(golden: Golden) -> None:
    golden("shared-params.xml", write_shared(shared()))


def test_private_parameters_are_byte_for_byte_the_reviewed_ones(golden: Golden) -> None:
    golden("private-params.xml", write_private(private()))


def test_a_directory_is_signed_byte_for_byte_as_reviewed(golden: Golden) -> None:
    files = [(SHARED, "/V6/1/shared-params.xml", write_shared(shared())),
             (PRIVATE, "/V6/1/private-params.xml", write_private(private()))]  # fmt: skip
    expires = INSTANCE.at + timedelta(minutes=10)
    made = build_directory(
        files=files, instance=INSTANCE.name, expires=expires, signer=SIGNER, boundaries=("outer", "inner")
    )
    parsed = parse_directory(made)

    assert verify_directory(parsed, certificates=[SIGNER.certificate], at=INSTANCE.at) == SIGNER.certificate
    golden("directory.to-be-signed", parsed.signed)
    golden("directory.multipart", made)


def test_an_anchor_is_byte_for_byte_the_reviewed_one(golden: Golden) -> None:
    source = AnchorSource("http://registry.example/internalconf", (SIGNER.certificate,))

    golden("anchor.xml", build_anchor(instance=INSTANCE.name, generated_at=INSTANCE.at, sources=[source]))
