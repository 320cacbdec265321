"""Whatever comes in, the parsers answer with a value or with their declared error."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saola_identity.configuration import Client
from saola_identity.errors import RequestRefused
from saola_identity.oidc.authorization import AuthorizationRequest, addressee, answer_url, parse
from saola_identity.oidc.errors import AuthorizationRefused
from saola_identity.signing.asking import FIELDS
from saola_identity.signing.asking import parse as parse_signature

URI = "https://portal.example/callback?kept=1"
CLIENT = Client("portal", {"en": "Portal"}, Path("secret"), (URI,), scopes=("openid", "profile"))
NOW = datetime(2026, 11, 20, tzinfo=UTC)
NAMES = [
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
    "prompt", "max_age", "acr_values", "login_hint", "id_token_hint", "ui_locales", "request", "response_mode",
]  # fmt: skip
LIKELY = ["code", "portal", URI, "openid profile", "A" * 43, "S256", "none", "login", "0", "high low", "query", "é\x00"]
VALUES = st.lists(st.one_of(st.sampled_from(LIKELY), st.text(max_size=40)), max_size=2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


# The machine may be busy: time is measured elsewhere.
settings.register_profile("identity", deadline=None)
settings.load_profile("identity")


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_any_authorisation_request_is_answered_or_refused(parameters):
    with suppress(AuthorizationRefused):
        found = parse(parameters=parameters, client=CLIENT, redirect_uri=URI, at=NOW)
        assert "openid" in found.scopes
        assert set(found.scopes) <= set(CLIENT.scopes)
        assert AuthorizationRequest.from_session(json.loads(json.dumps(found.to_session()))) == found


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_nothing_is_ever_sent_to_an_address_that_is_not_registered(parameters):
    with suppress(AuthorizationRefused):
        found = addressee(parameters=parameters, find=lambda name: CLIENT if name == "portal" else None)
        assert found == (CLIENT, URI)


@given(st.text(min_size=1), st.text())
def test_the_answer_keeps_what_the_address_held_and_brings_state_back_unchanged(state, description):
    url = answer_url(redirect_uri=URI, issuer="https://id.example", state=state, values={"error": description})
    query = parse_qs(urlsplit(url).query, keep_blank_values=True)
    assert query == {"kept": ["1"], "error": [description], "iss": ["https://id.example"], "state": [state]}


@given(st.one_of(st.binary(max_size=50), JSON.map(lambda value: json.dumps(value).encode())))
def test_any_body_of_a_signing_request_is_refused_in_words(body):
    with pytest.raises(RequestRefused) as refused:
        parse_signature(body=body, client=CLIENT)
    assert refused.value.detail


@given(st.fixed_dictionaries(dict.fromkeys(sorted(FIELDS), JSON)))
def test_any_values_in_the_right_fields_are_refused_in_words(data):
    with pytest.raises(RequestRefused) as refused:
        parse_signature(body=json.dumps(data).encode(), client=CLIENT)
    assert refused.value.detail
