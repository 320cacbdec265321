"""What tests of identity share: a person, a signed-in browser, and a site that signs people in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet
from saola_identity.accounts.api import Account, PersonDetails, save_account
from saola_identity.authentication.demonstration.people import save_persona

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
VERIFIER = "v" * 64


def challenge_of(verifier: str) -> str:
    """The PKCE challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def make_person(number: str = "000000000001", name: str = "Ada Example (mother)", pin: str = "2468") -> Account:
    """An account with a card."""
    details = PersonDetails(personal_number=number, full_name=name, given_name="Ada", surname="Example", level="high")
    account = save_account(person=details, at=NOW)
    save_persona(
        account=account, role="mother", label={"en": "Mother", "fr": "Mère"}, story={}, title={}, organisation="",
        pin=pin, position=0,
    )  # fmt: skip
    return account


@dataclass(slots=True)
class Site:
    """A relying party with one browser."""

    browser: Client
    client_id: str = "portal"
    port: int = 8001
    secret: str = field(default="a secret with: colon, % sign and spaces", repr=False)

    @property
    def redirect_uri(self) -> str:
        """Where it is answered."""
        return f"http://localhost:{self.port}/signin/callback"

    @property
    def basic(self) -> str:
        """Its Authorization header."""
        pair = f"{quote(self.client_id, safe='')}:{quote(self.secret, safe='')}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """A right authorisation request, changed; None removes a parameter."""
        found: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile personal_number",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        return {key: value for key, value in (found | changes).items() if value is not None}

    def authorize(self, **changes: str | None) -> Any:
        """Ask for a sign-in."""
        return self.browser.get("/oidc/authorize", self.parameters(**changes))

    def answer(self, response: Any) -> dict[str, str]:
        """The parameters that the browser brings back."""
        assert response.status_code == 302, response.content
        assert response["Location"].startswith(self.redirect_uri + "?"), response["Location"]
        return {key: values[0] for key, values in parse_qs(urlsplit(response["Location"]).query).items()}

    def code(self, **changes: str | None) -> str:
        """A code for the person signed in."""
        return self.answer(self.authorize(**changes))["code"]

    def redeem(self, code: str, *, authorization: str | None = None, **changes: str) -> Any:
        """Call the token endpoint."""
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
        }  # fmt: skip
        return Client().post("/oidc/token", form | changes, headers={"authorization": authorization or self.basic})

    def tokens(self, **changes: str | None) -> dict[str, Any]:
        """Everything up to the tokens."""
        response = self.redeem(self.code(**changes))
        assert response.status_code == 200, response.content
        found: dict[str, Any] = response.json()
        return found

    def claims(self, tokens: dict[str, Any]) -> dict[str, Any]:
        """The ID token's claims, checked with the published keys."""
        keys = KeySet.import_key_set(Client().get("/oidc/keys").json())
        return dict(jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims)


@pytest.fixture
def person(db: None) -> Account:
    """Ada."""
    return make_person()


@pytest.fixture
def another_person(db: None) -> Account:
    """Ben."""
    return make_person("000000000002", "Ben Example (father)")


@pytest.fixture
def become() -> Callable[[Client, Account], None]:
    """Sign a person in to a browser by the demonstration's page."""

    def sign_in(browser: Client, account: Account) -> None:
        response = browser.post(f"/sign-in/as/{account.pk}")
        assert response.status_code == 302

    return sign_in


@pytest.fixture
def browser(client: Client) -> Client:
    """A browser that nobody signed in to."""
    return client


@pytest.fixture
def portal(client: Client, person: Account, become: Callable[[Client, Account], None]) -> Site:
    """The portal, with Ada signed in to identity."""
    become(client, person)
    return Site(client)


@pytest.fixture
def onestop(portal: Site) -> Site:
    """Another site in the same browser."""
    return Site(portal.browser, client_id="onestop", port=8002)


@pytest.fixture
def issuer() -> str:
    """Our own address."""
    found: str = settings.IDENTITY.issuer
    return found


@pytest.fixture
def stranger(client: Client) -> Site:
    """The portal, in a browser that nobody signed in to."""
    return Site(client)


@pytest.fixture
def clinic(portal: Site) -> Site:
    """A site that may know nothing but a name of its own for each person."""
    return Site(portal.browser, client_id="clinic", port=8003)
