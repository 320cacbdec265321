"""The package as a whole: what it offers exists, what can go wrong is documented, and the cores stay pure."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest
import saola_trust
from saola_trust.errors import TrustError

ROOT = Path(__file__).parents[3]
MODULES = [module.name for module in pkgutil.walk_packages(saola_trust.__path__, "saola_trust.")]


def all_errors(kind: type[TrustError] = TrustError) -> set[type[TrustError]]:
    for name in MODULES:
        importlib.import_module(name)
    below = kind.__subclasses__()
    return {kind, *(found for one in below for found in all_errors(one))}


@pytest.mark.parametrize("name", MODULES)
def test_every_name_that_a_module_offers_is_there(name: str) -> None:
    module = importlib.import_module(name)

    assert module.__doc__
    assert [offered for offered in getattr(module, "__all__", []) if not hasattr(module, offered)] == []


def test_every_error_has_a_code_of_its_own_a_remedy_and_a_line_in_the_reference() -> None:
    errors = {error for error in all_errors() if error is not TrustError and error.__module__.startswith("saola_trust")}
    documented = (ROOT / "docs" / "reference" / "trust-services.md").read_text(encoding="utf-8")
    codes = {error.code for error in errors}

    assert sorted(code for code in codes if f"`{code}`" not in documented) == []
    assert all(error.remedy.endswith(".") and error.remedy != TrustError.remedy for error in errors)


def test_every_configuration_key_is_documented() -> None:
    from saola_trust.services.settings import KNOWN

    documented = (ROOT / "docs" / "reference" / "trust-services.md").read_text(encoding="utf-8")

    assert sorted(key for key in KNOWN if f"| `{key}` |" not in documented) == []


def test_every_reason_of_a_validation_is_explained() -> None:
    explained = (ROOT / "docs" / "how-to" / "verify-a-signed-document.md").read_text(encoding="utf-8")

    for code in ("not_covered", "no_timestamp", "no_revocation_proof", "certificate_revoked", "issuer_not_trusted"):
        assert f"`{code}`" in explained
