"""The authorities of this installation: two hierarchies, their OCSP responders, the TSA, the list's operator.

`establish` makes what is missing in the data folder and changes nothing that is there; `open_*` read it.
The key of a root is used only while its issuing authority is made.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from saola_trust.certificates import Issuer, Profile, issue, issue_root
from saola_trust.keystore import SoftwareSigner
from saola_trust.services.folder import (
    ensure_key,
    ensure_secret,
    read_certificate,
    read_secret,
    read_signer,
    write_certificate,
)
from saola_trust.services.settings import HIERARCHIES, Settings
from saola_trust.services.subjects import subject_name

BACKDATED = timedelta(minutes=5)  # for clients whose clock is behind
ROOT_YEARS, ISSUING_YEARS, SERVICE_YEARS = 20, 10, 5


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """One hierarchy as it is used: the root's certificate, the issuing authority, its OCSP responder."""

    name: str
    root: x509.Certificate
    issuer: Issuer
    responder: SoftwareSigner

    @property
    def chain(self) -> tuple[x509.Certificate, x509.Certificate]:
        """The issuing authority and the root."""
        return self.issuer.certificate, self.root


def new_serial() -> int:
    """A positive random serial number of at most 20 octets in DER (RFC 5280 §4.1.2.2)."""
    return secrets.randbits(150) | 1 << 150


def establish(settings: Settings, *, at: datetime) -> None:
    """Make the authorities in the data folder; does nothing where they are already."""
    secret = ensure_secret(settings.secret_file)
    for name in HIERARCHIES:
        _hierarchy(settings, name, secret=secret, at=at)
    government = open_hierarchy(settings, "government")
    _service(settings, government.issuer, "tsa", "tsa", "Time-stamping unit", secret=secret, at=at)
    _operator(settings, secret=secret, at=at)


def open_hierarchy(settings: Settings, name: str) -> Hierarchy:
    """Read one hierarchy; raises KeyUnavailable when `establish` has not run."""
    secret, folder = read_secret(settings.secret_file), settings.data / name
    issuing = read_signer(folder / "issuing", secret=secret)
    return Hierarchy(
        name=name,
        root=read_certificate(folder / "root.pem"),
        issuer=_issuer(settings, name, issuing),
        responder=read_signer(folder / "ocsp", secret=secret),
    )


def open_tsa(settings: Settings) -> SoftwareSigner:
    """The time-stamping unit."""
    return read_signer(settings.data / "tsa", secret=read_secret(settings.secret_file))


def open_operator(settings: Settings) -> SoftwareSigner:
    """The signer of the trusted list."""
    return read_signer(settings.data / "operator", secret=read_secret(settings.secret_file))


def _issuer(settings: Settings, name: str, signer: SoftwareSigner) -> Issuer:
    url = settings.public_url
    return Issuer(signer.certificate, signer.key, f"{url}/ocsp/{name}", f"{url}/ca/{name}.crt")


def _hierarchy(settings: Settings, name: str, *, secret: bytes, at: datetime) -> None:
    folder = settings.data / name
    if not (folder / "issuing.pem").exists():
        _issuing(settings, name, folder, secret=secret, at=at)
    issuer = _issuer(settings, name, read_signer(folder / "issuing", secret=secret))
    _service(settings, issuer, f"{name}/ocsp", "ocsp", f"{name.capitalize()} OCSP responder", secret=secret, at=at)


def _issuing(settings: Settings, name: str, folder: Path, *, secret: bytes, at: datetime) -> None:
    root_key = ensure_key(folder / "root.key", secret=secret)
    if not (folder / "root.pem").exists():
        subject = _subject(settings, f"{name.capitalize()} root CA")
        root = issue_root(key=root_key, subject=subject, serial=new_serial(), not_before=at - BACKDATED,
                          not_after=_years(at, ROOT_YEARS))  # fmt: skip
        write_certificate(folder / "root.pem", root)
    key = ensure_key(folder / "issuing.key", secret=secret)
    certificate = issue(
        issuer=Issuer(read_certificate(folder / "root.pem"), root_key),
        profile="issuing-ca",
        key=key.public_key(),
        subject=_subject(settings, f"{name.capitalize()} issuing CA"),
        serial=new_serial(),
        not_before=at - BACKDATED,
        not_after=_years(at, ISSUING_YEARS),
    )
    write_certificate(folder / "issuing.pem", certificate)


def _service(
    settings: Settings, issuer: Issuer, path: str, profile: Profile, name: str, *, secret: bytes, at: datetime
) -> None:
    target = settings.data / path
    if target.with_suffix(".pem").exists():
        return
    key = ensure_key(target.with_suffix(".key"), secret=secret)
    certificate = issue(
        issuer=issuer,
        profile=profile,
        key=key.public_key(),
        subject=_subject(settings, name),
        serial=new_serial(),
        not_before=at - BACKDATED,
        not_after=_years(at, SERVICE_YEARS),
    )
    write_certificate(target.with_suffix(".pem"), certificate)


def _operator(settings: Settings, *, secret: bytes, at: datetime) -> None:
    """The list's operator stands outside both hierarchies: it judges them, so neither may vouch for it."""
    target = settings.data / "operator"
    if target.with_suffix(".pem").exists():
        return
    key = ensure_key(target.with_suffix(".key"), secret=secret)
    subject = _subject(settings, "Operator of the trusted list")
    begin, end = at - BACKDATED, _years(at, ISSUING_YEARS)
    own = issue_root(key=key, subject=subject, serial=new_serial(), not_before=begin, not_after=end)
    certificate = issue(issuer=Issuer(own, key), profile="list-operator", key=key.public_key(), subject=subject,
                        serial=new_serial(), not_before=begin, not_after=end)  # fmt: skip
    write_certificate(target.with_suffix(".pem"), certificate)


def _subject(settings: Settings, name: str) -> x509.Name:
    organisation = settings.operator_name[:64]
    return subject_name({"country": settings.country, "organisation": organisation, "common_name": name})


def _years(at: datetime, years: int) -> datetime:
    return at + timedelta(days=365 * years)
