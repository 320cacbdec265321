"""Hash chains: golden bytes, any shape, the reference cases, and every way to break one."""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from saola_exchange.errors import ProtocolError
from saola_exchange.protocol import hashchain
from saola_exchange.protocol.hashchain import DigestValue, HashChainInvalid, MalformedHashChain
from saola_exchange.protocol.parts import HASH_CHAIN, SHA512, ContentPart, DigestPart, Part, attachment_name

SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def message(number: int, attachments: int) -> list[Part]:
    parts: list[Part] = [ContentPart("/message.xml", b"message %d" % number)]
    return parts + [ContentPart(attachment_name(n), b"%d of %d" % (n, number)) for n in range(1, attachments + 1)]


def build(shape: list[int]) -> tuple[list[list[Part]], hashchain.Batch]:
    messages = [message(number, attachments) for number, attachments in enumerate(shape)]
    return messages, hashchain.build(messages, chain_uri=HASH_CHAIN)


def verify(batch: hashchain.Batch, number: int, parts: list[Part]) -> None:
    hashchain.verify(result=batch.result, documents={HASH_CHAIN: batch.chains[number]}, inputs=parts)


def test_a_steps_input_has_exactly_these_bytes() -> None:
    values = [DigestValue("urn:a", b"\x01\x02"), DigestValue("urn:b", b"")]
    # SEQUENCE OF SEQUENCE { OCTET STRING, UTF8String, SEQUENCE {} }
    expected = "301e300d040201020c0575726e3a613000300b04000c0575726e3a623000"
    assert hashchain.digest_list(values).hex() == expected.replace("301e", "301c", 1)


def test_the_length_of_a_long_step_is_written_in_the_long_form() -> None:
    assert hashchain.digest_list([DigestValue(SHA512, b"\x00" * 64)] * 2).startswith(b"\x30\x81\xde\x30\x6d\x04\x40")


def test_a_chain_of_one_message_with_a_body_has_exactly_these_bytes() -> None:
    parts, batch = build([1])
    first, second = (hashlib.sha512(part.content).digest() for part in parts[0] if isinstance(part, ContentPart))
    root = hashlib.sha512(hashchain.digest_list([DigestValue(SHA512, first), DigestValue(SHA512, second)])).digest()
    assert etree.fromstring(batch.result).findtext("{*}DigestValue") == _base64(root)
    references = etree.fromstring(batch.chains[0]).findall("{*}HashStep/{*}DataRef")
    assert [(one.get("URI"), one.findtext("{*}DigestValue")) for one in references] == [
        ("/message.xml", _base64(first)),
        ("/attachment1", _base64(second)),
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=40))
def test_chains_of_any_shape_prove_every_message_and_no_other(shape: list[int]) -> None:
    messages, batch = build(shape)
    for number, parts in enumerate(messages):
        verify(batch, number, parts)
    changed = [ContentPart("/message.xml", b"another"), *messages[-1][1:]]
    with pytest.raises(HashChainInvalid):
        verify(batch, len(shape) - 1, list(changed))


def test_two_messages_cannot_be_read_as_one_with_an_attachment() -> None:
    """The step that joins them is over steps, not over the messages: a chain that says otherwise does not fit."""
    messages, batch = build([0, 0])
    digests = [hashlib.sha512(part.content).digest() for (part,) in messages if isinstance(part, ContentPart)]
    forged = hashchain.build(
        [[DigestPart("/message.xml", digests[0]), DigestPart("/attachment1", digests[1])]], chain_uri=HASH_CHAIN
    ).chains[0]
    parts = [DigestPart("/message.xml", digests[0]), DigestPart("/attachment1", digests[1])]
    with pytest.raises(HashChainInvalid):
        hashchain.verify(result=batch.result, documents={HASH_CHAIN: forged}, inputs=parts)


def test_a_body_cannot_be_shown_as_the_message_by_exchanging_names() -> None:
    """Only digests and their order are signed: the chain with the two names exchanged leads to the same result."""
    messages, batch = build([1, 0])
    head, body = (part for part in messages[0] if isinstance(part, ContentPart))
    swapped = batch.chains[0].replace(b"/message.xml", b"/other").replace(b"/attachment1", b"/message.xml")
    chain = {HASH_CHAIN: swapped.replace(b"/other", b"/attachment1")}
    forged: list[Part] = [ContentPart("/message.xml", body.content), ContentPart("/attachment1", head.content)]
    with pytest.raises(HashChainInvalid) as refused:
        hashchain.verify(result=batch.result, documents=chain, inputs=forged)
    assert "order" in refused.value.detail
    with pytest.raises(HashChainInvalid):
        hashchain.verify(result=batch.result, documents=chain, inputs=forged[:1], allow_missing=True)


def test_a_part_that_the_chain_does_not_name_is_refused() -> None:
    messages, batch = build([0, 1])
    with pytest.raises(HashChainInvalid) as refused:
        verify(batch, 0, [*messages[0], ContentPart("/attachment1", b"smuggled")])
    assert refused.value.code == "hashchain_unused_inputs"


def test_a_part_that_is_missing_is_refused_or_told() -> None:
    messages, batch = build([2])
    documents = {HASH_CHAIN: batch.chains[0]}
    with pytest.raises(HashChainInvalid) as refused:
        hashchain.verify(result=batch.result, documents=documents, inputs=messages[0][:2])
    assert refused.value.code == "invalid_reference"
    missing = hashchain.verify(result=batch.result, documents=documents, inputs=messages[0][:2], allow_missing=True)
    assert [one.uri for one in missing] == ["/attachment2"]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_changed_byte_of_a_chain_or_its_result_is_refused_or_changes_nothing(data: st.DataObject) -> None:
    messages, batch = build([1, 0, 2])
    documents = {"result": batch.result, "chain": batch.chains[2]}
    which = data.draw(st.sampled_from(sorted(documents)))
    at = data.draw(st.integers(0, len(documents[which]) - 1))
    changed = bytearray(documents[which])
    changed[at] ^= data.draw(st.integers(1, 255))
    documents[which] = bytes(changed)
    with suppress(ProtocolError):
        hashchain.verify(result=documents["result"], documents={HASH_CHAIN: documents["chain"]}, inputs=messages[2])
        assert _values(documents[which]) == _values({"result": batch.result, "chain": batch.chains[2]}[which])


@pytest.mark.parametrize(
    "chain",
    [
        '<hc:HashStep id="STEP0"><hc:StepRef URI="#STEP0"/></hc:HashStep>',
        '<hc:HashStep id="STEP0"><hc:StepRef URI="#STEP9"/></hc:HashStep>',
        '<hc:HashStep id="STEP0"><hc:StepRef URI="STEP0"/></hc:HashStep>',
        '<hc:HashStep id="STEP0"/><hc:HashStep id="STEP0"/>',
        '<hc:HashStep id="STEP0"><hc:DataRef URI="/message.xml"/></hc:HashStep>',
        '<hc:HashStep id="STEP0"><hc:Foo/></hc:HashStep>',
        "<hc:Foo/>",
    ],
)
def test_a_chain_that_the_schema_does_not_allow_or_that_has_no_end_is_malformed(chain: str) -> None:
    _, batch = build([0])
    default = f'<hc:DefaultDigestMethod Algorithm="{SHA512}"/>'
    document = f'<hc:HashChain xmlns:hc="http://cyber.ee/hashchain">{default}{chain}</hc:HashChain>'.encode()
    with pytest.raises(MalformedHashChain):
        hashchain.verify(result=batch.result, documents={HASH_CHAIN: document}, inputs=[])


def test_what_we_build_fits_the_schema(reference_data: Path) -> None:
    schema = etree.XMLSchema(etree.parse(reference_data / "xroad/asic/schemas/hashchain.xsd"))
    _, batch = build([0, 1, 2])
    for document in (batch.result, *batch.chains):
        schema.assertValid(etree.fromstring(document))


def test_the_reference_cases_are_judged_as_expected(reference_data: Path) -> None:
    folder = reference_data / "xroad/hashchain"
    judged = {case["case"]: _judge(folder / "verifier", case) for case in _cases(folder)["hash_chains"]}
    assert judged == {case["case"]: case.get("error_code", "valid") for case in _cases(folder)["hash_chains"]}


def _cases(folder: Path) -> dict[str, list[dict[str, object]]]:
    return json.loads((folder / "cases.json").read_text())  # type: ignore[no-any-return]


def _judge(folder: Path, case: dict) -> str:  # type: ignore[type-arg]
    documents = {uri: (folder / name).read_bytes() for uri, name in case["files"].items()}
    given_inputs = case["inputs"]
    if isinstance(given_inputs, list):
        default = (folder / "hc-verifier1-message.xml").read_bytes()
        inputs: list[Part] = [ContentPart(name, documents.get(name, default)) for name in given_inputs]
    else:
        inputs = [DigestPart(name, _described(folder, text), SHA256) for name, text in given_inputs.items()]
    try:
        hashchain.verify(
            result=(folder / case["result"]).read_bytes(),
            documents=documents,
            inputs=inputs,
            allow_missing="unresolvable" in case,
            allow_transforms=True,
        )
    except ProtocolError as exc:
        return exc.code
    return "valid"


def _described(folder: Path, text: str) -> bytes:
    words = text.split()
    if words[:2] == ["one", "byte"]:
        return bytes([int(words[2], 16)])
    return hashlib.sha256((folder / words[2]).read_bytes()).digest()


def _values(document: bytes) -> list[tuple[str, str, str]]:
    """What counts in a document: element names, texts and attributes."""
    return [
        (str(element.tag), (element.text or "").strip(), str(sorted(element.attrib.items())))
        for element in etree.fromstring(document).iter()
    ]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
