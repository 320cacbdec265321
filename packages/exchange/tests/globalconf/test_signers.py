"""Which certificates are believed, and the answers of the view about members and gateways."""

from __future__ import annotations

from datetime import timedelta

import pytest
from saola_exchange.globalconf import (
    CertificateRefused,
    ConfigurationOutdated,
    ConfigurationView,
    require_authentication,
    require_signer,
)
from saola_exchange.globalconf.fakes import FakeInstance
from saola_exchange.globalconf.parameters import GlobalGroup
from saola_exchange.protocol.identifiers import ClientId, GlobalGroupId, MemberId, ServerId
from saola_trust.keystore import FakeSigner


@pytest.fixture
def instance() -> FakeInstance:
    return FakeInstance()


def check(instance: FakeInstance, *, sender: ClientId | None = None, **changes: object) -> None:
    signer = instance.signer(instance.consumer.member)
    arguments = {
        "certificate": signer.certificate,
        "intermediates": [],
        "ocsp_responses": [instance.ocsp(signer.certificate)],
        "sender": sender or instance.consumer,
        "at": instance.at + timedelta(seconds=5),
        **changes,
    }
    require_signer(instance.view, **arguments)  # type: ignore[arg-type]


def refused(instance: FakeInstance, **changes: object) -> str:
    with pytest.raises(CertificateRefused) as caught:
        check(instance, **changes)  # type: ignore[arg-type]
    return caught.value.code


def test_a_members_own_certificate_is_believed(instance: FakeInstance) -> None:
    check(instance)


def test_another_members_certificate_is_refused(instance: FakeInstance) -> None:
    assert refused(instance, sender=instance.provider) == "incorrect_certificate"


def test_a_tls_certificate_does_not_sign(instance: FakeInstance) -> None:
    certificate = instance.signer(instance.consumer.member, "authentication").certificate
    assert refused(instance, certificate=certificate) == "malformed_signature"


def test_a_revoked_certificate_is_refused(instance: FakeInstance) -> None:
    certificate = instance.signer(instance.consumer.member).certificate
    instance.trust.revoked[certificate.serial_number] = instance.at
    assert refused(instance) == "cert_validation"


def test_a_certificate_without_answer_about_it_is_refused(instance: FakeInstance) -> None:
    other = instance.ocsp(instance.signer(instance.provider.member).certificate)
    assert refused(instance, ocsp_responses=[]) == "incorrect_validation_info"
    assert refused(instance, ocsp_responses=[b"x", other]) == "incorrect_validation_info"


def test_an_answer_that_is_too_old_is_refused(instance: FakeInstance) -> None:
    late = instance.at + timedelta(seconds=3602)
    assert refused(instance, at=late) == "incorrect_validation_info"


def test_a_certificate_out_of_its_time_is_refused(instance: FakeInstance) -> None:
    late = instance.at + timedelta(days=36500)
    assert refused(instance, at=late) == "invalid_cert_path.cert_validation"


def test_a_certificate_of_a_service_that_is_not_approved_is_refused(instance: FakeInstance) -> None:
    subject = instance.signer(instance.consumer.member).certificate.subject
    stranger = FakeSigner("stranger", issuer=instance.trust.issuers["public"], subject=subject)
    answer = instance.trust.ocsp(stranger.certificate, instance.trust.issuers["public"].certificate)
    code = refused(instance, certificate=stranger.certificate, ocsp_responses=[answer])
    assert code == "invalid_cert_path.cannot_create_cert_path"
    imitation = FakeInstance()
    imitation.trust.issuers["government"] = imitation.trust._authority("an imitation")
    forged = imitation.signer(instance.consumer.member).certificate
    assert refused(instance, certificate=forged) == "invalid_cert_path.cannot_create_cert_path"


def test_a_gateways_certificate_is_believed_for_its_clients_only(instance: FakeInstance) -> None:
    certificate = instance.signer(instance.consumer.member, "authentication").certificate
    arguments = {
        "certificate": certificate,
        "intermediates": [],
        "ocsp_responses": [instance.ocsp(certificate)],
        "at": instance.at + timedelta(seconds=5),
    }
    server = require_authentication(instance.view, client=instance.consumer, **arguments)  # type: ignore[arg-type]
    assert server.id == ServerId(instance.name, "GOV", "A01", "S1")
    with pytest.raises(CertificateRefused) as caught:
        require_authentication(instance.view, client=instance.provider, **arguments)  # type: ignore[arg-type]
    assert caught.value.code == "ssl_authentication_failed.incorrect_certificate"


def test_a_signing_certificate_does_not_authenticate(instance: FakeInstance) -> None:
    certificate = instance.signer(instance.consumer.member).certificate
    with pytest.raises(CertificateRefused):
        require_authentication(
            instance.view,
            certificate=certificate,
            intermediates=[],
            ocsp_responses=[instance.ocsp(certificate)],
            client=instance.consumer,
            at=instance.at + timedelta(seconds=5),
        )


def test_the_view_knows_members_gateways_and_groups(instance: FakeInstance) -> None:
    group = GlobalGroupId(instance.name, "all")
    instance.groups = (GlobalGroup(group, "All", frozenset({instance.consumer})),)
    view = instance.view
    assert view.knows(instance.consumer)
    assert view.knows(ClientId(*instance.consumer.member.parts))
    assert not view.knows(ClientId(instance.name, "GOV", "A01", "other"))
    assert not view.knows(ClientId("OTHER", "GOV", "A01"))
    assert [server.address for server in view.servers_of(instance.consumer)] == ["127.0.0.1"]
    assert view.servers_of(ClientId(*instance.consumer.member.parts)) == view.servers_of(instance.consumer)
    assert view.is_in_group(instance.consumer, group)
    assert not view.is_in_group(instance.provider, group)
    assert not view.is_in_group(instance.consumer, GlobalGroupId("OTHER", "all"))
    assert view.ocsp_urls(instance.signer(instance.consumer.member).certificate) == ("http://127.0.0.1:1/ocsp",)
    assert view.member(MemberId(instance.name, "GOV", "B02")).name == "Organisation B02"  # type: ignore[union-attr]


def test_an_expired_configuration_is_not_acted_on(instance: FakeInstance) -> None:
    view = instance.view
    view.require_valid(at=instance.at)
    with pytest.raises(ConfigurationOutdated):
        view.require_valid(at=instance.at + instance.expires_after)


def test_the_published_test_configuration_knows_the_published_gateway(reference_data: object) -> None:
    from pathlib import Path

    assert isinstance(reference_data, Path)
    view = ConfigurationView.load(reference_data / "xroad/asic/globalconf_good2_v3")
    assert view.instance == "DEV"
    assert [str(server.id) for server in view.servers_of(ClientId("DEV", "COM", "4321", "TestClient"))] == [
        "DEV/COM/4321/SS1"
    ]
