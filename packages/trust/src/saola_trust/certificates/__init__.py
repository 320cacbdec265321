"""Certificates: reading them, the facts they state, the profiles we issue, the algorithms of their keys. No I/O."""

from __future__ import annotations

from saola_trust.certificates.algorithms import SignatureAlgorithm, algorithm_for_key, check_key, hash_of, sign, verify
from saola_trust.certificates.facts import CertificateFacts, extended_key_usages, facts_of, may_sign_documents
from saola_trust.certificates.loading import (
    PrivateKey,
    PublicKey,
    certificate_der,
    certificate_pem,
    issued_by,
    load_certificate,
    load_certificates,
    load_private_key,
    load_request,
    public_key_of,
)
from saola_trust.certificates.naming import name_text
from saola_trust.certificates.profiles import Issuer, Profile, issue, issue_root

__all__ = [
    "CertificateFacts",
    "Issuer",
    "PrivateKey",
    "Profile",
    "PublicKey",
    "SignatureAlgorithm",
    "algorithm_for_key",
    "certificate_der",
    "certificate_pem",
    "check_key",
    "extended_key_usages",
    "facts_of",
    "hash_of",
    "issue",
    "issue_root",
    "issued_by",
    "load_certificate",
    "load_certificates",
    "load_private_key",
    "load_request",
    "may_sign_documents",
    "name_text",
    "public_key_of",
    "sign",
    "verify",
]
