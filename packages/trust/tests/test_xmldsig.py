"""The primitives of XML signatures."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from saola_trust.certificates import SignatureAlgorithm, sign
from saola_trust.errors import AlgorithmRefused, MalformedSignature, SignatureInvalid, TrustError
from saola_trust.signatures import xmldsig
from saola_trust.signatures.reading import read_signatures

# Computed with xmlsec1's and libxml2's rules by hand, from the examples of the recommendations.
SOURCE = b'<a:root xmlns:a="urn:a" xmlns:b="urn:b"><a:child  y="2" x="1"><!-- c --><e></e></a:child></a:root>'


def child() -> etree._Element:
    found = xmldsig.parse_xml(SOURCE)[0]
    assert found is not None
    return found


def test_inclusive_canonicalisation_carries_the_namespaces_of_the_ancestors() -> None:
    expected = b'<a:child xmlns:a="urn:a" xmlns:b="urn:b" x="1" y="2"><e></e></a:child>'

    assert xmldsig.canonicalise(child(), algorithm=xmldsig.C14N) == expected


def test_exclusive_canonicalisation_carries_only_what_is_used() -> None:
    expected = b'<a:child xmlns:a="urn:a" x="1" y="2"><e></e></a:child>'

    assert xmldsig.canonicalise(child()) == expected


def test_exclusive_canonicalisation_carries_the_prefixes_that_are_named() -> None:
    assert b'xmlns:b="urn:b"' in xmldsig.canonicalise(child(), prefixes=["b"])


def test_comments_stay_only_when_asked_for() -> None:
    assert b"<!-- c -->" in xmldsig.canonicalise(child(), algorithm=xmldsig.EXCLUSIVE_COMMENTS)


def test_inclusive_canonicalisation_below_xml_attributes_is_refused() -> None:
    inside = xmldsig.parse_xml(b'<a xml:lang="en"><b/></a>')[0]

    with pytest.raises(AlgorithmRefused):
        xmldsig.canonicalise(inside, algorithm=xmldsig.C14N)


def test_an_unknown_canonicalisation_is_refused() -> None:
    with pytest.raises(AlgorithmRefused):
        xmldsig.canonicalise(child(), algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116")


NAMES = st.sampled_from(["a", "b", "n:c", "n:d"])
TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> etree._Element:
    name = draw(NAMES)
    tag = f"{{urn:n}}{name[2:]}" if name.startswith("n:") else name
    element = etree.Element(tag, nsmap={"n": "urn:n"})
    element.text = draw(TEXTS)
    for key in draw(st.sets(st.sampled_from(["x", "y", "z"]))):
        element.set(key, draw(TEXTS))
    for _ in range(draw(st.integers(0, 2)) if depth else 0):
        element.append(draw(elements(depth=depth - 1)))
    return element


@given(elements(), st.sampled_from([xmldsig.C14N, xmldsig.EXCLUSIVE]))
def test_what_is_canonical_stays_as_it_is(element: etree._Element, algorithm: str) -> None:
    once = xmldsig.canonicalise(element, algorithm=algorithm)

    assert xmldsig.canonicalise(xmldsig.parse_xml(once), algorithm=algorithm) == once


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>&undeclared;</a>",
        b"<a",
        b"",
        b"\x00\x01",
    ],
)
def test_entities_document_types_and_broken_xml_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedSignature):
        xmldsig.parse_xml(data)


def test_xml_beyond_the_limit_is_refused_unread() -> None:
    with pytest.raises(MalformedSignature):
        xmldsig.parse_xml(b"<a/>", limit=3)


@given(st.binary(max_size=300))
def test_reading_any_bytes_as_signatures_raises_only_declared_errors(data: bytes) -> None:
    try:
        read_signatures(data)
    except TrustError:
        return
    pytest.fail("random bytes were read as a signature")


@given(st.data(), st.sampled_from([ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()]))
def test_ecdsa_values_survive_the_way_to_xml_and_back(data: st.DataObject, curve: ec.EllipticCurve) -> None:
    key = ec.derive_private_key(data.draw(st.integers(1, 2**200)), curve)
    der = sign(b"data", key=key, algorithm=SignatureAlgorithm("ecdsa", "SHA-256"))

    raw = xmldsig.ecdsa_der_to_raw(der, key=key.public_key())

    assert len(raw) == 2 * ((curve.key_size + 7) // 8)
    assert xmldsig.ecdsa_raw_to_der(raw, key=key.public_key()) == der


RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.derive_private_key(7, ec.SECP256R1())


@pytest.mark.parametrize(
    ("address", "algorithm"),
    [item for item in xmldsig.SIGNATURES.items() if item[1].hash_name not in {"SHA-1", "SHA-224"}],
)
def test_every_algorithm_signs_and_verifies_and_notices_a_changed_byte(
    address: str, algorithm: SignatureAlgorithm
) -> None:
    key = EC_KEY if algorithm.family == "ecdsa" else RSA_KEY
    value = xmldsig.xml_value(sign(b"data", key=key, algorithm=algorithm), key=key.public_key())

    xmldsig.verify_value(b"data", value=value, key=key.public_key(), algorithm=xmldsig.signature_algorithm(address))

    with pytest.raises(SignatureInvalid):
        xmldsig.verify_value(b"date", value=value, key=key.public_key(), algorithm=algorithm)
    assert xmldsig.address_of(algorithm) == address


def test_sha_1_is_refused_unless_it_is_allowed() -> None:
    with pytest.raises(AlgorithmRefused):
        xmldsig.digest(b"data", algorithm=xmldsig.DS + "sha1")

    assert len(xmldsig.digest(b"data", algorithm=xmldsig.DS + "sha1", allow_weak=True)) == 20


def test_two_elements_with_one_id_are_refused() -> None:
    root = xmldsig.parse_xml(b'<a><b Id="x"/><c ID="x"/></a>')

    with pytest.raises(MalformedSignature):
        xmldsig.element_by_id(root, "x")
