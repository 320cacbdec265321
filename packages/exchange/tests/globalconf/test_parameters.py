"""Contents of a configuration: written as the schemas want them, read from every version."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from saola_exchange.globalconf import AnchorSource, ConfigurationInvalid, ConfigurationView, build_anchor, parse_anchor
from saola_exchange.globalconf.fakes import FakeInstance
from saola_exchange.globalconf.parameters import GlobalGroup, MemberClass, PrivateParameters, Source
from saola_exchange.globalconf.reading import read_private, read_shared
from saola_exchange.globalconf.writing import write_private, write_shared
from saola_exchange.protocol.identifiers import GlobalGroupId

INSTANCE = FakeInstance()


def full() -> object:
    shared = INSTANCE.shared
    group = GlobalGroup(GlobalGroupId(shared.instance, "all"), "All", frozenset({INSTANCE.consumer}))
    closed = dataclasses.replace(shared.servers[0], maintenance="back at noon")
    certificate = INSTANCE.trust.tsa.certificate
    return dataclasses.replace(
        shared,
        groups=(group,),
        servers=(closed, *shared.servers[1:]),
        sources=(Source("registry.example", (certificate,), (certificate,)),),
        member_classes=(MemberClass("GOV", "Government"),),
    )


def test_shared_parameters_are_read_back_as_they_were_written() -> None:
    shared = full()
    assert read_shared(write_shared(shared)) == shared  # type: ignore[arg-type]


def test_shared_parameters_fit_the_schema_of_version_6(reference_data: Path) -> None:
    schema = _schema(reference_data, "v6/shared-parameters.xsd")
    schema.assertValid(etree.fromstring(write_shared(full())))  # type: ignore[arg-type]


def test_private_parameters_fit_the_schema_and_are_read_back(reference_data: Path) -> None:
    private = PrivateParameters("EX-TEST", "http://registry/managementservice/", INSTANCE.consumer, 120)
    written = write_private(private)
    _schema(reference_data, "v3/private-parameters.xsd").assertValid(etree.fromstring(written))
    assert read_private(written) == private


def test_an_anchor_is_read_back_as_it_was_written() -> None:
    source = AnchorSource("http://registry/internalconf", (INSTANCE.trust.tsa.certificate,))
    at = datetime(2026, 6, 1, tzinfo=UTC)
    anchor = parse_anchor(build_anchor(instance="EX", generated_at=at, sources=[source]))
    assert (anchor.instance, anchor.generated_at, anchor.sources) == ("EX", at, (source,))


def test_an_anchor_without_certificate_is_refused() -> None:
    with pytest.raises(ConfigurationInvalid):
        parse_anchor(
            build_anchor(instance="EX", generated_at=datetime.now(UTC), sources=[AnchorSource("http://x", ())])
        )


def test_the_reference_configurations_of_every_version_are_read(reference_data: Path) -> None:
    folder = reference_data / "xroad"
    for name, instance, members in (
        ("asic/globalconf_good2_v3", "DEV", {"COM/1234", "COM/4321"}),
        ("asic/globalconf_messagelog", "CS", None),
        ("hashchain/globalconf_good_v4", "EE", None),
    ):
        view = ConfigurationView.load(folder / name)
        found = {f"{member.id.member_class}/{member.id.member_code}" for member in view.members()}
        assert view.instance == instance
        assert found == members or (members is None and found)
    newest = read_shared((folder / "globalconf/public/V6/20251110170000548026000/shared-params.xml").read_bytes())
    assert [service.name for service in newest.certification] == ["Test CA", "New CA"]
    assert newest.members[0].subsystems[0].name == "Management services"


def test_a_version_2_configuration_is_read(reference_data: Path) -> None:
    """The oldest form: no source, no subsystem names, SHA-1 of authentication certificates."""
    shared = write_shared(dataclasses.replace(INSTANCE.shared, sources=()))
    for element in ("subsystemName",):
        root = etree.fromstring(shared)
        etree.strip_elements(root, element, with_tail=False)
        shared = etree.tostring(root)
    _schema(reference_data, "v2/shared-parameters.xsd").assertValid(etree.fromstring(shared))
    assert read_shared(shared).members[0].subsystems[0].name is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<owner>id0</owner>", b"<owner>id99</owner>"),
        (b"<memberCode>A01</memberCode>", b"<memberCode>A/01</memberCode>"),
        (b"<instanceIdentifier>EX-TEST</instanceIdentifier>", b""),
        (b'id="id1"', b'id="id0"'),
        (b"<ocspFreshnessSeconds>3600<", b"<ocspFreshnessSeconds>soon<"),
        (b"<topCA>", b"<topCA><!--"),
        (b":conf", b":other"),
    ],
)
def test_parameters_that_contradict_themselves_are_refused(old: bytes, new: bytes) -> None:
    written = write_shared(INSTANCE.shared)
    changed = written.replace(old, new)
    assert changed != written
    with pytest.raises(ConfigurationInvalid):
        read_shared(changed)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_readers_raise_anything_undeclared(data: bytes) -> None:
    for read in (read_shared, read_private, parse_anchor):
        with pytest.raises(ConfigurationInvalid):
            read(data)


def _schema(reference_data: Path, name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(reference_data / "xroad/asic/schemas/globalconf" / name))
