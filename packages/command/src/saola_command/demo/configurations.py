"""Writes the configuration file of every process of the demo; each is the same kind that production uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from saola_command.demo import layout as places
from saola_command.demo.declaration import Demo, Member
from saola_command.demo.layout import Layout, site_name
from saola_command.postgres import Database, Endpoint


@dataclass(frozen=True, slots=True)
class Writer:
    """Everything that the configuration files are made from."""

    demo: Demo
    layout: Layout

    def write(self, name: str, content: Mapping[str, Any]) -> Path:
        """Write one file below configurations/, readable by the owner alone."""
        path = self.layout.folder("configurations") / f"{name}.yaml"
        path.write_text(yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False), encoding="utf-8")
        path.chmod(0o600)
        return path

    def database(self, name: str) -> str:
        """The connection address of a process's own database, as its own role."""
        database = self.database_of(name)
        endpoint = Endpoint(self.layout.centre, places.DATABASE)
        return endpoint.url(user=database.name, password=database.password, database=database.name)

    def database_of(self, name: str) -> Database:
        """The database and role of a process; the password is kept with the other secrets."""
        password = self.layout.secret(f"database-{name}").read_text(encoding="utf-8")
        return Database(name.lower().replace("-", "_"), password)

    def central(self, port: int) -> str:
        """The address of a central service."""
        return f"http://{self.layout.centre}:{port}"

    def full(self, client: str) -> str:
        """An identifier of the declaration, with the instance in front."""
        return f"{self.demo.instance}/{client}"


def database_names(demo: Demo) -> list[str]:
    """The owners of databases: each organisation's gateway and site, and each central service."""
    sites = [f"site-{member.code}" for member in demo.members]
    return ["trust", "signer", "identity", *[f"gateway-{m.code}" for m in demo.members], *sites]


def trust_configuration(writer: Writer, *, role: str) -> Path:
    """Of the certification services (`trust`) or of the signer, which has its own keys and its own process."""
    roles, port = (
        (["signer"], places.SIGNER)
        if role == "signer"
        else (
            ["ca", "ocsp", "tsa", "trustlist"],
            places.TRUST,
        )
    )
    layout, demo = writer.layout, writer.demo
    operator = dict(demo.operator)
    content: dict[str, Any] = {
        "listen": f"{layout.centre}:{port}",
        "public_url": writer.central(port),
        "data": str(layout.folder(role)),
        "database": writer.database(role),
        "roles": roles,
        "country": demo.territory,
        "operator_name": next(iter(operator.values())),
        "operator_token_file": str(layout.secret("operator.token")),
    }
    if role == "signer":
        seals = [member.seal for member in demo.members if member.seal]
        content |= {
            "identity_token_file": str(layout.secret("identity.token")),
            "activation_key_file": str(layout.folder("identity") / "activation.pub.json"),
            "ca_url": writer.central(places.TRUST),
            "seal_tokens": {s.organisation: str(layout.secret(f"seal-{s.organisation}.token")) for s in seals},
        }
    return writer.write(role, content)


def gateway_configuration(writer: Writer, *, index: int, member: Member) -> Path:
    """Of the gateway of one member."""
    layout, host = writer.layout, writer.layout.gateway(index)
    site = f"http://127.0.0.1:{layout.ports[site_name(member.site, member.subsystem)]}"
    services = [
        {
            "subsystem": member.subsystem,
            "code": service.code,
            "url": f"{site}/services/{service.code}",
            "token_file": str(layout.secret(f"service-{member.code}.token")),
            "openapi": f"{site}/services/{service.code}/openapi.json",
            "timeout": 30,
            "access": [
                {"client": writer.full(grant.client), "method": grant.method, "path": grant.path}
                for grant in service.access
            ],
        }
        for service in member.services
    ]
    return writer.write(
        f"gateway-{member.code}",
        {
            "instance": writer.demo.instance,
            "server": {"member_class": member.member_class, "member_code": member.code, "server_code": "gateway1"},
            "organisation": next(iter(member.name.values())),
            "country": writer.demo.territory,
            "consumer": {"host": host, "port": places.CONSUMER},
            "transport": {"host": host, "port": places.TRANSPORT},
            "ocsp_port": places.OCSP,
            "administration": {"host": host, "port": places.ADMINISTRATION},
            "database": writer.database(f"gateway-{member.code}"),
            "data": str(layout.folder(f"gateway-{member.code}")),
            "anchor": str(layout.data / "registry" / "anchor.xml"),
            "timestamping": {"url": writer.central(places.TRUST) + "/tsa", "interval_seconds": 3},
            "configuration_refresh_seconds": 10,
            "clients": [
                {"subsystem": member.subsystem, "token_file": str(layout.secret(f"client-{member.code}.token"))}
            ],
            "services": services,
        },
    )


def registry_configuration(writer: Writer) -> Path:
    """Of the registry, with the files of its state: members now, servers when their certificates exist."""
    layout, demo = writer.layout, writer.demo
    folder = layout.folder("registry")
    members = [
        {
            "member_class": member.member_class,
            "member_code": member.code,
            "name": next(iter(member.name.values())),
            "subsystems": [{"code": member.subsystem, "name": next(iter(member.name.values()))}],
        }
        for member in demo.members
    ]
    (folder / "members.yaml").write_text(yaml.safe_dump(members, allow_unicode=True, sort_keys=False), encoding="utf-8")
    (folder / "servers").mkdir(exist_ok=True)
    trust = writer.central(places.TRUST)
    return writer.write(
        "registry",
        {
            "listen": f"{layout.centre}:{places.REGISTRY}",
            "public_url": writer.central(places.REGISTRY),
            "data": str(folder),
            "instance": demo.instance,
            "members_file": str(folder / "members.yaml"),
            "servers_dir": str(folder / "servers"),
            "approved_cas": [
                {
                    "name": "Government certification authority (demonstration)",
                    "top_ca": str(folder / "government.crt"),
                    "ocsp": [{"url": trust + "/ocsp/government", "certificate": None}],
                }
            ],
            "approved_tsas": [
                {
                    "name": "Time stamping (demonstration)",
                    "url": trust + "/tsa",
                    "certificate": str(layout.folder("trust") / "tsa.pem"),
                }
            ],
            "expire_seconds": 86400,
            "interval_seconds": 60,
            "timestamping_interval": 60,
        },
    )


def server_file(writer: Writer, *, index: int, member: Member, authentication_certificate: Path) -> Path:
    """The registry's entry for one gateway."""
    path = writer.layout.folder("registry") / "servers" / f"{member.code}.yaml"
    content = {
        "member_class": member.member_class,
        "member_code": member.code,
        "server_code": "gateway1",
        "address": writer.layout.gateway(index),
        "auth_certificates": [str(authentication_certificate)],
        "clients": [f"{writer.demo.instance}/{member.member_class}/{member.code}/{member.subsystem}"],
    }
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def site_title(*, country: Path, member: Member) -> dict[str, str]:
    """What a person is told they sign in to: the site's name in the country, and whose it is."""
    declared = yaml.safe_load((country / "country.yaml").read_text(encoding="utf-8"))
    names = declared.get("site_names", {}).get(member.site, {})
    return {tag: f"{names[tag]} – {name}" if tag in names else name for tag, name in member.name.items()}


def identity_configuration(writer: Writer) -> Path:
    """Of the identity provider, which in the demo also makes the accounts of the demo's people."""
    layout, demo = writer.layout, writer.demo
    clients = []
    for member in demo.members:
        if member.site == "register":
            continue
        url = layout.url(member.site)
        clients.append(
            {
                "client_id": member.site,
                "name": site_title(country=demo.country, member=member),
                "secret_file": str(layout.secret(f"oidc-{member.site}.secret")),
                "redirect_uris": [url + "/signin/callback"],
                "post_logout_redirect_uris": [url + "/"],
                "scopes": ["openid", "profile", "personal_number"],
            }
        )
    return writer.write(
        "identity",
        {
            "listen": f"127.0.0.1:{layout.ports['identity']}",
            "issuer": layout.url("identity"),
            "database": writer.database("identity"),
            "data": str(layout.folder("identity")),
            "secret_key_file": str(layout.secret("django-identity.key")),
            "country": str(demo.country),
            "people_file": str(demo.people),
            "demo": True,
            "signer_url": writer.central(places.SIGNER),
            "signer_token_file": str(layout.secret("identity.token")),
            "signer_operator_token_file": str(layout.secret("operator.token")),
            "activation_key_file": str(layout.folder("identity") / "activation.json"),
            "clients": clients,
        },
    )


def site_configuration(writer: Writer, *, index: int, member: Member) -> Path:
    """Of the site of one member."""
    layout, demo = writer.layout, writer.demo
    name = site_name(member.site, member.subsystem)
    has_people = member.site != "register"
    content: dict[str, Any] = {
        "site": member.site,
        "organisation": member.code,
        "country": str(demo.country),
        "listen": f"127.0.0.1:{layout.ports[name]}",
        "public_url": layout.url(name),
        "database": writer.database(f"site-{member.code}"),
        "data": str(layout.folder(f"site-{member.code}")),
        "secret_key_file": str(layout.secret(f"django-{member.code}.key")),
        "demo": True,
        "demo_status_url": layout.url("status") + "/status.json",
        "exchange": {
            "gateway": f"http://{layout.gateway(index)}:{places.CONSUMER}",
            "client": f"{demo.instance}/{member.member_class}/{member.code}/{member.subsystem}",
            "client_token_file": str(layout.secret(f"client-{member.code}.token")),
            "gateway_token_file": str(layout.secret(f"service-{member.code}.token")),
            "instance": demo.instance,
        },
        "identity": {
            "issuer": layout.url("identity"),
            "client_id": member.site,
            "client_secret_file": str(layout.secret(f"oidc-{member.site}.secret")),
        }
        if has_people
        else None,
        "trust": {
            "trustlist_url": writer.central(places.TRUST) + "/trustlist.xml",
            "trustlist_certificate_file": str(layout.folder("trust") / "trustlist.crt"),
            "tsa_url": writer.central(places.TRUST) + "/tsa",
        }
        if has_people
        else None,
        "seal": {
            "signer_url": writer.central(places.SIGNER),
            "credential_owner": member.seal.organisation,
            "token_file": str(layout.secret(f"seal-{member.seal.organisation}.token")),
        }
        if member.seal
        else None,
        "mail": {"host": layout.centre, "port": places.MAIL, "sender": "saola@demo.invalid"} if has_people else None,
        "registers": list(member.registers),
        "register_samples": str(demo.registers) if member.site == "register" else None,
        "staff_file": str(demo.staff) if member.site == "onestop" else None,
    }
    return writer.write(f"site-{member.code}", content)
