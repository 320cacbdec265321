"""Fault codes in both spellings, and how faults are told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from saola_exchange.errors import ProtocolError
from saola_exchange.protocol import faults
from saola_exchange.protocol.faults import Fault


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("server.serverproxy.access_denied", "Server.ServerProxy.AccessDenied"),
        ("server.clientproxy.io_error", "Server.ClientProxy.IOError"),
        ("server.serverproxy.ssl_authentication_failed", "Server.ServerProxy.SslAuthenticationFailed"),
        ("server.clientproxy.global_conf_outdated", "Server.ClientProxy.OutdatedGlobalConf"),
        ("client.missing_header_field", "Client.MissingHeaderField"),
        ("malformed_signature.hashchain_unused_inputs", "MalformedSignature.HashChainUnusedInputs"),
    ],
)
def test_a_code_has_two_spellings(new: str, old: str) -> None:
    assert faults.old_spelling(new) == old
    assert faults.new_spelling(old) == new
    assert faults.new_spelling(new) == new


@given(st.text(max_size=200), st.text(max_size=50))
def test_a_fault_survives_its_soap_form(message: str, detail: str) -> None:
    told = faults.parse_soap(faults.to_soap(Fault("server.serverproxy.x", message, detail)))
    assert told.code == "server.serverproxy.x"
    if message.isprintable():
        assert told.message == message.strip()


def test_a_fault_of_an_older_server_is_understood() -> None:
    old = faults.to_soap(Fault("Server.ServerProxy.UnknownService", "no", "d"))
    assert faults.parse_soap(old).code == "server.serverproxy.unknown_service"
    assert faults.parse_soap(old).consumer_status == 500


@given(st.binary(max_size=300))
def test_no_bytes_make_the_fault_parser_raise_anything_undeclared(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        faults.parse_soap(data)


def test_an_entity_in_a_fault_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    with pytest.raises(ProtocolError):
        faults.parse_soap(bomb)


def test_only_servers_faults_are_server_errors_to_the_consumer() -> None:
    assert Fault("server.clientproxy.network_error", "m").consumer_status == 500
    assert Fault("client.invalid_request", "m").consumer_status == 400


def test_a_prefix_is_added_once() -> None:
    fault = Fault("access_denied", "m").prefixed(faults.PROVIDER_SERVER)
    assert fault.code == "server.serverproxy.access_denied"
    assert fault.prefixed(faults.CONSUMER_SERVER) == fault


def test_the_consumer_gets_json_or_xml_as_it_accepts() -> None:
    fault = Fault("client.invalid_request", "<&>", "d")
    assert json.loads(faults.to_json(fault)) == {"type": "client.invalid_request", "message": "<&>", "detail": "d"}
    assert etree.fromstring(faults.to_xml(fault)).findtext("message") == "<&>"
    assert faults.wants_xml("text/html, text/xml;q=0.5")
    assert not faults.wants_xml("application/json")
    assert not faults.wants_xml(None)
