"""Plain HTTP to the few services that are not reached over the exchange: identity and signer.

Standard library only, with a limit of bytes and of seconds. `using(FakePeers())` replaces the
network in tests.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from saola_platform.errors import PeerUnavailable

LIMIT = 8 * 1024 * 1024
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer answered, whatever its status."""

    status: int
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; raises PeerUnavailable when it is anything else."""
        try:
            value = json.loads(self.body)
        except ValueError as exc:
            raise PeerUnavailable(f"status {self.status}, and the answer is not JSON") from exc
        if not isinstance(value, dict):
            raise PeerUnavailable(f"status {self.status}, and the answer is not a JSON object")
        return value


class Peers(Protocol):
    """The seam: one request, one answer."""

    def request(
        self, *, method: str, url: str, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """Send and wait; raises PeerUnavailable when nothing usable came back."""
        ...


class HttpPeers:
    """The network."""

    def request(
        self, *, method: str, url: str, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """As the protocol says; redirects are not followed, because no peer of ours sends any."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        connection = (
            http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=ssl.create_default_context())
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, parts.port, timeout=timeout)
        )
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body=body, headers=dict(headers))
            with connection.getresponse() as response:
                content = response.read(LIMIT + 1)
                status = response.status
        except (OSError, http.client.HTTPException) as exc:
            raise PeerUnavailable(f"{parts.netloc} does not answer: {exc}") from exc
        finally:
            connection.close()
        if len(content) > LIMIT:
            raise PeerUnavailable(f"{parts.netloc} answered more than {LIMIT} bytes")
        return Answer(status=status, body=content)


@dataclass(frozen=True, slots=True)
class SentRequest:
    """One request as FakePeers saw it."""

    method: str
    url: str
    body: bytes | None
    headers: Mapping[str, str]


@dataclass(slots=True)
class FakePeers:
    """For tests: answers by method and beginning of the address; the newest matching one wins."""

    sent: list[SentRequest] = field(default_factory=list)
    _answers: list[tuple[str, str, Callable[[SentRequest], Answer]]] = field(default_factory=list)

    def answers(self, *, method: str, url: str, status: int = 200, body: object = None) -> None:
        """Programme one answer: `body` is bytes, or anything JSON can hold."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers_with(method=method, url=url, answer=lambda _: Answer(status=status, body=content))

    def answers_with(self, *, method: str, url: str, answer: Callable[[SentRequest], Answer]) -> None:
        """Programme a function of the request."""
        self._answers.insert(0, (method, url, answer))

    def request(
        self, *, method: str, url: str, body: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """Keep the request and give the programmed answer."""
        del timeout
        sent = SentRequest(method=method, url=url, body=body, headers=dict(headers))
        self.sent.append(sent)
        for known_method, beginning, answer in self._answers:
            if known_method == method and url.startswith(beginning):
                return answer(sent)
        raise PeerUnavailable(f"no answer programmed for {method} {url}")


_in_place: list[Peers] = [HttpPeers()]


@contextmanager
def using(other: Peers) -> Iterator[Peers]:
    """For tests: within the block every request goes to `other`."""
    _in_place.append(other)
    try:
        yield other
    finally:
        _in_place.pop()


def request(
    *,
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] = NO_HEADERS,
    timeout: float = 10.0,
) -> Answer:
    """One request to a peer; raises PeerUnavailable. Never repeats by itself."""
    return _in_place[-1].request(method=method, url=url, body=body, headers=headers, timeout=timeout)


def basic(*, name: str, secret: str) -> str:
    """The Authorization header of client_secret_basic (RFC 6749 §2.3.1: both parts form-encoded first)."""
    pair = f"{quote(name, safe='')}:{quote(secret, safe='')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
