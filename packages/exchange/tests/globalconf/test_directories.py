"""Signed directories: the reference cases, our own round trip, and everything that must be refused."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saola_exchange.errors import ExchangeError
from saola_exchange.globalconf import (
    ConfigurationInvalid,
    ConfigurationOutdated,
    Directory,
    build_directory,
    parse_anchor,
    parse_directory,
    verify_directory,
    verify_file,
)
from saola_exchange.globalconf.directory import PRIVATE, SHARED
from saola_exchange.globalconf.reading import read_shared
from saola_trust.keystore import FakeSigner

AT = datetime(2026, 6, 1, tzinfo=UTC)
SIGNER, STRANGER = FakeSigner("registry"), FakeSigner("stranger")
FILES = [(SHARED, "/V6/1/shared-params.xml", b"shared"), (PRIVATE, "/V6/1/private-params.xml", b"private")]
GOOD = build_directory(
    files=FILES, instance="EX", expires=AT + timedelta(minutes=10), signer=SIGNER, boundaries=("outer", "inner")
)


def judge(data: bytes, *, at: datetime = AT) -> Directory:
    directory = parse_directory(data)
    verify_directory(directory, certificates=[STRANGER.certificate, SIGNER.certificate], at=at, instance="EX")
    return directory


def test_a_directory_is_read_back_as_it_was_signed() -> None:
    directory = judge(GOOD)
    assert (directory.version, directory.expires) == (6, AT + timedelta(minutes=10))
    assert [(one.identifier, one.instance, one.location) for one in directory.files] == [
        (SHARED, "EX", "/V6/1/shared-params.xml"),
        (PRIVATE, "EX", "/V6/1/private-params.xml"),
    ]
    for listed, (_, _, content) in zip(directory.files, FILES, strict=True):
        verify_file(listed, content)
        with pytest.raises(ConfigurationInvalid):
            verify_file(listed, content + b"x")


def test_exactly_the_inner_multipart_and_one_line_end_are_signed() -> None:
    signed = parse_directory(GOOD).signed
    assert signed.startswith(b"--inner\r\nExpire-date: 2026-06-01T00:10:00Z\r\nVersion: 6\r\n\r\n--inner\r\n")
    assert signed.endswith(b"\r\n--inner--\r\n")
    assert not signed.endswith(b"\r\n\r\n")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused_or_changes_nothing_that_counts(at: int, mask: int) -> None:
    changed = bytearray(GOOD)
    changed[at] ^= mask
    with suppress(ExchangeError):
        assert judge(bytes(changed)).signed == parse_directory(GOOD).signed


@given(st.binary(max_size=300))
def test_no_bytes_make_the_parser_raise_anything_undeclared(data: bytes) -> None:
    for candidate in (data, GOOD[:200] + data, GOOD + data):
        with suppress(ConfigurationInvalid):
            assert parse_directory(candidate).files


def test_an_expired_directory_is_refused() -> None:
    with pytest.raises(ConfigurationOutdated):
        judge(GOOD, at=AT + timedelta(minutes=10))


def test_a_directory_of_another_instance_or_key_is_refused() -> None:
    directory = parse_directory(GOOD)
    with pytest.raises(ConfigurationInvalid) as refused:
        verify_directory(directory, certificates=[SIGNER.certificate], at=AT, instance="OTHER")
    assert refused.value.code == "global_conf_part_invalid_instance_identifier"
    with pytest.raises(ConfigurationInvalid) as refused:
        verify_directory(directory, certificates=[STRANGER.certificate], at=AT)
    assert refused.value.code == "global_conf_missing_verification_cert"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"SHARED-PARAMETERS; instance='EX'", b'SHARED-PARAMETERS; instance="EX"'),
        (b"Content-location", b"content-LOCATION"),
    ],
)
def test_spellings_that_other_registries_use_are_understood(old: bytes, new: bytes) -> None:
    assert parse_directory(GOOD.replace(old, new)).files == parse_directory(GOOD).files


def test_a_directory_without_signature_or_date_has_the_code_of_the_reference(reference_data: Path) -> None:
    for case in _cases(reference_data)["malformed"]:
        with pytest.raises(ConfigurationInvalid) as refused:
            parse_directory((reference_data / case["file"]).read_bytes())
        assert refused.value.code == case["error_code"]


def test_the_reference_directories_are_judged_as_expected(reference_data: Path) -> None:
    public = reference_data / "xroad/globalconf/public"
    anchor = parse_anchor((public.parent / "trusted-anchor/configuration_anchor_CS_internal.xml").read_bytes())
    for case in _cases(reference_data)["directories"]:
        directory = parse_directory((reference_data / case["file"]).read_bytes())
        assert (directory.version, directory.expires) == (case["version"], datetime.fromisoformat(case["expires"]))
        shared = directory.file(SHARED)
        assert shared is not None
        assert shared.instance == case["instance"]
        own = read_shared((public / shared.location.lstrip("/")).read_bytes()).sources
        announced = [one for source in own for one in (*source.internal, *source.external)]
        assert _verifies(directory, anchor.certificates) is case["verifies_with_anchor"]
        assert _verifies(directory, announced) is case["verifies_with_certificate_in_own_shared_params"]
        found = {
            listed.location.partition("/V")[2][2:]: _fits(listed, public / listed.location.lstrip("/"))
            for listed in directory.files
        }
        assert found == dict(case["listed_files"])


def _verifies(directory: Directory, certificates: object) -> bool:
    try:
        verify_directory(directory, certificates=certificates, at=AT)  # type: ignore[arg-type]
    except ConfigurationInvalid:
        return False
    return True


def _fits(listed: object, path: Path) -> bool:
    try:
        verify_file(listed, path.read_bytes())  # type: ignore[arg-type]
    except ConfigurationInvalid:
        return False
    return True


def _cases(reference_data: Path) -> dict:  # type: ignore[type-arg]
    return json.loads((reference_data / "xroad/globalconf/cases.json").read_text())  # type: ignore[no-any-return]
