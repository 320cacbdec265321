"""Who calls: authentication of relying parties (client_secret_basic)."""

from __future__ import annotations

import base64
import binascii
import hmac
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import HttpRequest

from saola_identity.configuration import Client, Configuration, secret
from saola_identity.errors import ClientUnknown


def configuration() -> Configuration:
    """The configuration of this process."""
    found: Configuration = settings.IDENTITY
    return found


def authenticated_client(request: HttpRequest) -> Client:
    """The site that calls, by HTTP Basic (RFC 6749 §2.3.1: both parts form-encoded); raises ClientUnknown."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        raise ClientUnknown
    try:
        name, separator, given = base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise ClientUnknown from exc
    client = configuration().client(unquote_plus(name)) if separator else None
    if client is None:
        raise ClientUnknown
    if not hmac.compare_digest(unquote_plus(given).encode(), secret(client.secret_file).encode()):
        raise ClientUnknown
    return client
