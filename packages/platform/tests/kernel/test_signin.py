"""Signing in and out against an OpenID Provider that may lie."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from joserfc import jwt
from joserfc.jwk import ECKey
from saola_blueprint.schema import Country
from saola_platform.kernel import clock, pages
from saola_platform.kernel.models import AuditEntry
from saola_platform.kernel.peers import Answer, FakePeers, SentRequest
from saola_platform.kernel.signin import kept_input, person_of, provider, signed_in

ISSUER = "http://identity.example"
AT = datetime(2026, 6, 1, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@signed_in(level="substantial")
def private(request: HttpRequest) -> HttpResponse:
    """A page with a form."""
    kept = kept_input(request)
    return HttpResponse(f"{person_of(request).name}; kept: {kept['answer'] if kept else 'nothing'}")


urlpatterns = [
    path("private", private),
    path("", include("saola_platform.kernel.urls")),
    path("", include("saola_platform.kernel.signin.urls")),
]


class FakeProvider:
    """An OpenID Provider: change `claims` or `attributes` to make it lie."""

    def __init__(self, peers: FakePeers) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"})
        self.claims: dict[str, Any] = {}
        self.attributes = {"sub": "pairwise-1", "name": "Example Person", "personal_number": "000000000001"}
        self.tokens: list[dict[str, list[str]]] = []
        self.peers = peers
        peers.answers(
            method="GET",
            url=f"{ISSUER}/.well-known/openid-configuration",
            body={
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "userinfo_endpoint": f"{ISSUER}/userinfo",
                "end_session_endpoint": f"{ISSUER}/end",
                "jwks_uri": f"{ISSUER}/jwks",
            },
        )
        peers.answers_with(method="GET", url=f"{ISSUER}/jwks", answer=lambda _: self._json(self._keys()))
        peers.answers_with(method="POST", url=f"{ISSUER}/token", answer=self._token)
        peers.answers_with(method="GET", url=f"{ISSUER}/userinfo", answer=lambda _: self._json(self.attributes))

    def _keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def _json(self, body: Any) -> Answer:
        return Answer(status=200, body=json.dumps(body).encode())

    def _token(self, request: SentRequest) -> Answer:
        self.tokens.append(parse_qs((request.body or b"").decode()))
        now = int(clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": "portal",
            "sub": "pairwise-1",
            "nonce": self.nonce,
            "iat": now,
            "exp": now + 300,
            "acr": "high",
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode({"alg": "ES256", "kid": "k1"}, claims, self.key)
        return self._json({"access_token": "a", "id_token": token, "token_type": "Bearer"})

    def sign_in(self, client: Client, address: str, **changes: str) -> Any:
        """Follow the browser from our sign-in to the provider and back."""
        leaving = client.get(address)
        query = {name: values[0] for name, values in parse_qs(urlsplit(leaving["Location"]).query).items()}
        self.nonce = query["nonce"]
        self.query = query
        return client.get("/signin/callback", {"code": "c", "state": query["state"], "iss": ISSUER, **changes})


@pytest.fixture
def op(fake_peers: FakePeers, small_country: Country) -> Iterator[FakeProvider]:
    provider.forget()
    with clock.fixed(AT), override_settings(ROOT_URLCONF=__name__), pages.using_navigation():
        yield FakeProvider(fake_peers)
    provider.forget()


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_comes_back(op: FakeProvider, client: Client) -> None:
    sent = client.get("/private?page=2")
    assert sent.status_code == 302
    back = op.sign_in(client, sent["Location"])
    assert back["Location"] == "/private?page=2"
    assert client.get("/private").content == b"Example Person; kept: nothing"
    assert AuditEntry.objects.get().action == "signed-in"


def test_a_provider_that_cannot_answer_now_is_asked_again_with_the_same_code(op: FakeProvider, client: Client) -> None:
    op.peers.answers(method="POST", url=f"{ISSUER}/token", status=503, body={})
    assert op.sign_in(client, "/sign-in?next=/private").status_code == 502
    op.peers.answers_with(method="POST", url=f"{ISSUER}/token", answer=op._token)
    back = client.get("/signin/callback", {"code": "c", "state": op.query["state"], "iss": ISSUER})
    assert back["Location"] == "/private"


def test_the_provider_is_asked_for_the_level_and_a_proof_of_the_code(op: FakeProvider, client: Client) -> None:
    op.sign_in(client, "/sign-in?level=substantial")
    assert op.query["acr_values"] == "substantial high"
    assert op.query["code_challenge_method"] == "S256"
    assert len(op.tokens[0]["code_verifier"][0]) >= 43
    assert op.tokens[0]["redirect_uri"] == ["http://testserver/signin/callback"]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://other.example"},
        {"aud": "other"},
        {"nonce": "other"},
        {"nonce": None},
        {"exp": int(AT.timestamp()) - 60},
        {"exp": None},
        {"sub": "pairwise-2"},
        {"acr": None},
        {"acr": "total"},
    ],
)
def test_an_id_token_that_is_not_for_this_sign_in_is_refused(
    op: FakeProvider, client: Client, claims: dict[str, Any]
) -> None:
    op.claims = claims
    assert op.sign_in(client, "/sign-in").status_code == 400
    assert client.get("/private").status_code == 302


def test_an_id_token_of_another_key_is_refused(op: FakeProvider, client: Client) -> None:
    listed = op._keys()
    op._keys = lambda: listed  # type: ignore[method-assign]
    op.key = ECKey.generate_key("P-256", {"kid": "k1"})
    assert op.sign_in(client, "/sign-in").status_code == 400


def test_a_key_that_the_provider_changed_is_fetched_anew(op: FakeProvider, client: Client) -> None:
    op.sign_in(client, "/sign-in")
    op.key = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256"})
    assert op.sign_in(Client(), "/sign-in").status_code == 302


@pytest.mark.parametrize("changes", [{"iss": "http://other.example"}, {"iss": ""}, {"state": "x"}, {"error": "denied"}])
def test_an_answer_that_we_did_not_ask_for_is_refused(
    op: FakeProvider, client: Client, changes: dict[str, str]
) -> None:
    assert op.sign_in(client, "/sign-in", **changes).status_code == 400
    assert client.get("/private").status_code == 302


def test_an_answer_can_be_used_once(op: FakeProvider, client: Client) -> None:
    op.sign_in(client, "/sign-in")
    again = client.get("/signin/callback", {"code": "c", "state": op.query["state"], "iss": ISSUER})
    assert again.status_code == 400


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_nobody_is_sent_to_another_site(op: FakeProvider, client: Client, address: str) -> None:
    assert op.sign_in(client, f"/sign-in?next={address}")["Location"] == "/"


def test_signing_in_gives_a_new_session(op: FakeProvider, client: Client) -> None:
    client.get("/sign-in")
    before = client.session.session_key
    op.sign_in(client, "/sign-in")
    assert client.session.session_key != before


def test_too_low_a_level_is_explained(op: FakeProvider, client: Client) -> None:
    op.claims = {"acr": "low"}
    op.sign_in(client, "/sign-in")
    page = client.get("/private")
    assert page.status_code == 403
    assert "level=substantial" in page.content.decode()


def test_what_was_typed_survives_a_sign_in_that_lapsed(op: FakeProvider, client: Client) -> None:
    op.sign_in(client, "/sign-in")
    with clock.fixed(AT + timedelta(hours=2)):
        page = client.post("/private", {"answer": "forty-two", "csrfmiddlewaretoken": "x"})
        assert page.status_code == 401
        assert "What you typed is kept" in page.content.decode()
        op.sign_in(client, "/sign-in?next=/private")
        assert client.get("/private").content == b"Example Person; kept: forty-two"
        assert client.get("/private").content == b"Example Person; kept: nothing"


def test_what_was_typed_is_never_shown_to_another_person(op: FakeProvider, client: Client) -> None:
    op.sign_in(client, "/sign-in")
    with clock.fixed(AT + timedelta(hours=2)):
        client.post("/private", {"answer": "forty-two"})
        op.claims = {"sub": "pairwise-2"}
        op.attributes = {"sub": "pairwise-2", "name": "Other Person", "personal_number": "000000000002"}
        op.sign_in(client, "/sign-in?next=/private")
        assert client.get("/private").content == b"Other Person; kept: nothing"


def test_a_sign_in_lapses_after_an_idle_hour_and_after_a_working_day(op: FakeProvider, client: Client) -> None:
    op.sign_in(client, "/sign-in")
    for minutes in range(50, 8 * 60, 50):
        with clock.fixed(AT + timedelta(minutes=minutes)):
            assert client.get("/private").status_code == 200
    with clock.fixed(AT + timedelta(hours=8, minutes=1)):
        assert client.get("/private").status_code == 302


def test_signing_out_ends_the_session_here_and_at_the_provider(op: FakeProvider, client: Client) -> None:
    op.sign_in(client, "/sign-in")
    assert client.get("/sign-out").status_code == 405
    target = client.post("/sign-out")["Location"]
    query = parse_qs(urlsplit(target).query)
    assert target.startswith(f"{ISSUER}/end?")
    assert query["post_logout_redirect_uri"] == ["http://testserver/"]
    assert query["id_token_hint"]
    assert client.get("/private").status_code == 302
    assert AuditEntry.objects.filter(action="signed-out", person="000000000001").count() == 1


def test_a_provider_that_is_down_is_said_in_plain_words(small_country: Country, fake_peers: FakePeers) -> None:
    provider.forget()
    with override_settings(ROOT_URLCONF=__name__), pages.using_navigation():
        page = Client().get("/sign-in")
    assert page.status_code == 502
    assert "Try again in a few minutes" in page.content.decode()
