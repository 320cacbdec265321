"""What a site that is no demonstration must not do: start with weak settings or with made-up people."""

from __future__ import annotations

from collections.abc import Sequence

from saola_identity.configuration import Configuration
from saola_identity.errors import ConfigurationInvalid

DEMONSTRATION = "saola_identity.authentication.demonstration"
SHORTEST_SECRET = 50
SHORTEST_CLIENT_SECRET = 32


def check(
    *,
    configuration: Configuration,
    apps: Sequence[str],
    debug: bool,
    secret_key: str,
    client_secrets: Sequence[str],
) -> None:
    """Refuse to start; raises ConfigurationInvalid with everything that is wrong. A demonstration may do more."""
    problems = []
    if debug:
        problems.append("DEBUG shows secrets to visitors: switch it off")
    if configuration.demo:
        _refuse(problems)
        return
    if DEMONSTRATION in apps:
        problems.append("anyone could be anyone: the demonstration's sign-in is installed although demo is false")
    if configuration.people_file is not None:
        problems.append("people_file belongs to a demonstration: remove it")
    if configuration.signer_operator_token_file is not None:
        problems.append("signer_operator_token_file belongs to a demonstration: remove it")
    if not configuration.is_https:
        problems.append("issuer must begin with https://")
    if len(secret_key) < SHORTEST_SECRET:
        problems.append(f"the secret key needs at least {SHORTEST_SECRET} characters")
    if any(len(one) < SHORTEST_CLIENT_SECRET for one in client_secrets):
        problems.append(f"each client secret needs at least {SHORTEST_CLIENT_SECRET} characters")
    problems += [
        f"the redirect URIs of {client.client_id} must begin with https://"
        for client in configuration.clients
        if not all(uri.startswith("https://") for uri in client.redirect_uris)
    ]
    _refuse(problems)


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise ConfigurationInvalid("this site must not start: " + "; ".join(problems))
