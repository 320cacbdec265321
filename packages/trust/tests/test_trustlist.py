"""The trusted list: round trip, and refused as a whole when anything is wrong with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saola_trust.errors import TrustListInvalid
from saola_trust.keystore import FakeSigner
from saola_trust.services.fakes import EPOCH, FakeTrust
from saola_trust.trustlist import StatusPeriod, TrustedService, TrustedServices, parse_and_verify

TRUST = FakeTrust()
LIST = TRUST.trusted_list()


def read(xml: bytes, *, days: int = 0) -> TrustedServices:
    return parse_and_verify(xml, operator_certificate=TRUST.operator.certificate, at=TRUST.at + timedelta(days=days))


def test_a_list_says_what_was_put_into_it() -> None:
    found = read(LIST)

    assert found.services == TRUST.services()
    assert found.information is not None
    assert (found.information.territory, found.information.sequence) == ("XX", 1)


def test_the_history_of_a_service_survives() -> None:
    periods = (StatusPeriod(False, TRUST.at), StatusPeriod(True, EPOCH))
    service = TrustedService("ca", "provider", "authority", TRUST.issuers["public"].certificate, periods)

    [found] = read(TRUST.trusted_list([service])).services

    assert found.periods == periods
    assert [found.granted(TRUST.at + timedelta(days=n)) for n in (-1000, -1, 1)] == [False, True, False]


def test_an_expired_list_is_refused() -> None:
    with pytest.raises(TrustListInvalid, match="expired"):
        read(LIST, days=31)


def test_a_list_of_another_operator_is_refused() -> None:
    with pytest.raises(TrustListInvalid, match="not signed by"):
        parse_and_verify(LIST, operator_certificate=FakeSigner("other").certificate, at=TRUST.at)


def test_a_service_added_after_signing_is_noticed() -> None:
    with pytest.raises(TrustListInvalid):
        read(LIST.replace(b"<TrustServiceProviderList>", b"<TrustServiceProviderList><TrustServiceProvider/>"))


def test_a_signed_document_that_is_no_list_is_refused() -> None:
    from saola_trust.signatures import sign_enveloped

    with pytest.raises(TrustListInvalid, match="not a trusted list"):
        read(sign_enveloped(b"<other/>", signer=TRUST.operator, at=TRUST.at))


@given(st.integers(0, len(LIST) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused_or_means_nothing(place: int, flip: int) -> None:
    changed = LIST[:place] + bytes([LIST[place] ^ flip]) + LIST[place + 1 :]
    try:
        found = read(changed)
    except TrustListInvalid:
        return
    assert found.services == TRUST.services()


def test_a_path_goes_only_through_authorities() -> None:
    person = TRUST.person()
    forged = FakeSigner("forged", profile="person", issuer=_issuer_of(person))

    assert TRUST.trusted.path(person.certificate, at=TRUST.at) == (TRUST.issuers["public"].certificate,)
    assert TRUST.trusted.path(forged.certificate, at=TRUST.at, helpers=[person.certificate]) is None


def test_nothing_is_trusted_by_an_empty_list() -> None:
    assert TrustedServices().path(TRUST.person().certificate, at=TRUST.at) is None


def _issuer_of(signer: object) -> object:
    from saola_trust.certificates import Issuer

    return Issuer(signer.certificate, signer.key)  # type: ignore[attr-defined]
