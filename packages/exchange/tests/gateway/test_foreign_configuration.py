"""The configuration and the keys that X-Road's own servers work with: followed, and spoken TLS with."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from lxml import etree
from saola_exchange.gateway.errors import GlobalConfigurationOutdated, PeerNotTrusted
from saola_exchange.gateway.following import FollowedConfiguration
from saola_exchange.gateway.peers import OcspMissing, Peers
from saola_exchange.gateway.tls import TlsContexts
from saola_exchange.globalconf import CertificateRefused, ConfigurationUnreachable
from saola_exchange.protocol.identifiers import ClientId
from saola_trust import revocation
from saola_trust.certificates import load_certificate, load_private_key
from saola_trust.keystore import SoftwareSigner

pytestmark = pytest.mark.reference

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
PROVIDER = ClientId("DEV", "COM", "1234", "TestService")


def fetch_from(folder: Path) -> Any:
    """Serves the published folder under the addresses of its anchor."""

    def fetch(url: str) -> bytes | None:
        parts = urlsplit(url)
        if parts.path == "/internalconf":
            path = folder / f"V{parts.query.removeprefix('version=')}" / "internalconf"
        else:
            path = folder / parts.path.lstrip("/")
        return path.read_bytes() if path.is_file() else None

    return fetch


def followed(reference_data: Path, folder: Path, **changes: Any) -> FollowedConfiguration:
    source = reference_data / "xroad" / "globalconf"
    values: dict[str, Any] = {
        "anchor": source / "trusted-anchor" / "configuration_anchor_CS_internal.xml",
        "folder": folder,
        "interval": 60,
        "grace": timedelta(0),
        "clock": lambda: AT,
        "changed": lambda _: None,
        "fetch": fetch_from(source / "public"),
    }
    return FollowedConfiguration(**(values | changes))


def authentication_key(reference_data: Path) -> SoftwareSigner:
    folder = reference_data / "xroad" / "dev-pki"
    keys = json.loads((folder / "cases.json").read_text())["keys"]
    described = next(key for key in keys if key["usage"] == "AUTHENTICATION")
    key, _, _ = pkcs12.load_key_and_certificates((folder / described["file"]).read_bytes(), b"Secret1234")
    configuration = etree.fromstring((folder / "signer" / "keyconf.xml").read_bytes())
    element = next(item for item in configuration.iter("key") if item.findtext("keyId") == described["key_id"])
    certificate = load_certificate(base64.b64decode(element.findtext("cert/contents") or ""))
    return SoftwareSigner(certificate, key)  # type: ignore[arg-type]


async def test_a_configuration_that_xroad_signed_is_followed_and_kept(reference_data: Path, tmp_path: Path) -> None:
    following = followed(reference_data, tmp_path / "conf")
    with pytest.raises(GlobalConfigurationOutdated):
        following.view()
    assert await following.refresh()
    assert {server.address for server in following.view().servers_of(PROVIDER)} >= {"ss0"}

    def away(url: str) -> bytes | None:
        raise ConfigurationUnreachable(url)

    again = followed(reference_data, tmp_path / "conf", fetch=away)
    again.load()
    assert not await again.refresh()
    assert again.failing_since == AT
    assert again.view().instance == "DEV"


async def test_an_expired_configuration_serves_for_the_grace_only(reference_data: Path, tmp_path: Path) -> None:
    now = [AT]
    following = followed(reference_data, tmp_path, clock=lambda: now[0], grace=timedelta(hours=2))
    assert await following.refresh()
    assert following.expires is not None
    now[0] = following.expires + timedelta(hours=1)
    assert following.view()
    now[0] = following.expires + timedelta(hours=3)
    with pytest.raises(GlobalConfigurationOutdated):
        following.view()


async def test_xroads_certificates_connect_with_its_suites(reference_data: Path, tmp_path: Path) -> None:
    signer = authentication_key(reference_data)
    key, certificate = tmp_path / "key", tmp_path / "crt"
    key.write_bytes(signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate.write_bytes(signer.certificate.public_bytes(Encoding.PEM))
    following = followed(reference_data, tmp_path / "conf")
    assert await following.refresh()
    ours = TlsContexts(certificate=certificate, key=key)
    for service in following.view().shared.certification:
        ours.approve(authority.certificate for authority in service.authorities)
    ours.client.maximum_version = ssl.TLSVersion.TLSv1_2
    ours.client.set_ciphers("ECDHE-RSA-AES256-SHA384")
    seen: list[bytes | None] = []

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=ours.server)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=ours.client)
        assert writer.get_extra_info("cipher")[0] == "ECDHE-RSA-AES256-SHA384"
        assert await reader.read() == b""
        writer.close()
    assert seen == [signer.certificate.public_bytes(Encoding.DER)]


async def test_an_xroad_gateway_is_believed_with_a_fresh_ocsp_answer_only(reference_data: Path, tmp_path: Path) -> None:
    signer = authentication_key(reference_data)
    folder = reference_data / "xroad" / "dev-pki" / "ca"
    authority = load_certificate((folder / "certs" / "ca.cert.pem").read_bytes())
    responder = SoftwareSigner(
        load_certificate((folder / "certs" / "ocsp.cert.pem").read_bytes()),
        load_private_key((folder / "private" / "ocsp.key.der").read_bytes()),
    )
    following = followed(reference_data, tmp_path)
    assert await following.refresh()
    known: list[bytes] = []
    peers = Peers(view=following.view, ocsp_known=lambda _: known, clock=lambda: AT)
    der = signer.certificate.public_bytes(Encoding.DER)
    with pytest.raises(OcspMissing):
        peers.require_provider(der, address="ss0", provider=PROVIDER)
    question = revocation.build_request(certificate=signer.certificate, issuer=authority)
    known.append(
        revocation.build_response(
            question=revocation.parse_request(question),
            status=revocation.CertificateStatus("good"),
            responder=responder,
            produced_at=AT,
        )
    )
    peers.require_provider(der, address="ss0", provider=PROVIDER)
    with pytest.raises(PeerNotTrusted, match="not registered"):
        peers.require_provider(der, address="ss1", provider=PROVIDER)
    with pytest.raises(CertificateRefused):
        peers.require_provider(der, address="ss0", provider=ClientId("DEV", "COM", "1111", "nobody"))
