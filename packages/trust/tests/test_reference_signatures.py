"""Containers made by others, with the verdict that each must get. What is not valid there is never valid here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from saola_trust.certificates import load_certificate
from saola_trust.containers import validate
from saola_trust.trustlist import ServiceKind, StatusPeriod, TrustedService, TrustedServices

pytestmark = pytest.mark.reference

AT = datetime(2026, 11, 22, tzinfo=UTC)
# What is refused on purpose or not read yet: ASiC-S containers with time stamps or signatures (4), evidence signed
# over SHA-1 (3), level T and EPES without proof (2), a file name with a plus sign for a space (1).
KNOWN_TO_BE_REFUSED = {
    "valid/1xTST-valid-bdoc-data-file.asics",
    "valid/2xTST-text-data-file-expired-tst-and-valid-tst.asics",
    "valid/3xTST-different-mimetypes-in-different-manifests.asics",
    "valid/testasics.asics",
    "valid/NoOcspCertificateAnywhere_LT_liveTS.asice",
    "valid/asics_testing_two_signatures.bdoc",
    "valid/test.asice",
    "valid/latvian_T_signature.asice",
    "valid/bdoc-with-b-epes-signature.bdoc",
    "valid/M1n1_Test_____.txt-TS-d4j.bdoc",
}


def trusted(folder: Path) -> TrustedServices:
    """Exactly the services whose certificates lie there."""
    always = (StatusPeriod(True, datetime(2000, 1, 1, tzinfo=UTC)),)
    listed = json.loads((folder / "trust.json").read_text(encoding="utf-8"))
    return TrustedServices(tuple(service(folder / str(one["file"]), one["role"], always) for one in listed))


def service(path: Path, role: ServiceKind, periods: tuple[StatusPeriod, ...]) -> TrustedService:
    return TrustedService(role, "test", path.name, load_certificate(path.read_bytes()), periods)


def test_each_container_gets_its_verdict_but_for_the_known_ones(reference_data: Path) -> None:
    folder = reference_data / "signatures"
    services = trusted(folder / "trust")
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))["cases"]

    found = {
        case["file"]: (
            case["expected"],
            validate((folder / case["file"]).read_bytes(), trusted=services, at=AT).verdict,
        )
        for case in cases
    }

    assert len(found) > 50
    assert [name for name, (expected, got) in found.items() if got == "valid" and expected != "valid"] == []
    assert {name for name, (expected, got) in found.items() if got != expected} == KNOWN_TO_BE_REFUSED
