"""Calling the information system behind this gateway."""

from __future__ import annotations

import io
import socket
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

import aiohttp
from yarl import URL

from saola_exchange.protocol.headers import CONNECTION_HEADERS, LOCAL_SECRETS, Headers, without
from saola_exchange.protocol.rest import RestRequest

from .configuration import Limits, Service
from .downloads import read_limited
from .errors import BodyTooLarge, ServiceFailed

# X-Road's servers send no body along with these, so services do not expect one.
WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"})
IN_A_PATH = "/:@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What the service said. `body` None: no body at all."""

    status: int
    reason: str
    headers: Headers
    body: bytes | None = field(repr=False)


class Services(Protocol):
    """The services of this organisation."""

    async def call(self, *, service: Service, request: RestRequest, path: str, body: bytes | None) -> ServiceAnswer:
        """Call with the canonical `path` (decoded). Raises ServiceFailed, BodyTooLarge."""
        ...


@dataclass(slots=True)
class FakeServices:
    """Gives one answer, keeps what was asked."""

    answer: ServiceAnswer | Exception
    calls: list[tuple[str, str, str, bytes | None]] = field(default_factory=list)

    async def call(self, *, service: Service, request: RestRequest, path: str, body: bytes | None) -> ServiceAnswer:
        """See `Services`."""
        self.calls.append((service.id.service, request.method, path, body))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass(frozen=True, slots=True)
class HttpServices:
    """Over HTTP. Redirects are not followed and nothing is repeated."""

    session: aiohttp.ClientSession
    limits: Limits

    async def call(self, *, service: Service, request: RestRequest, path: str, body: bytes | None) -> ServiceAnswer:
        """See `Services`."""
        try:
            async with self.session.request(
                request.method,
                service_url(service=service, request=request, path=path),
                data=None if body is None or request.method in WITHOUT_BODY else io.BytesIO(body),
                headers=service_headers(service=service, request=request),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=service.timeout, connect=min(service.timeout, self.limits.connect)),
            ) as answer:
                content = await self._read(answer)
                return ServiceAnswer(answer.status, answer.reason or "-", _headers(answer), content or None)
        except TimeoutError as exc:
            raise ServiceFailed(
                f"the service did not answer within {service.timeout:g} seconds", code="service_failed.timeout"
            ) from exc
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            raise ServiceFailed("the service could not be reached", code="service_failed.network_error") from exc

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        content = bytearray()
        async for chunk in answer.content.iter_any():
            content += chunk
            if len(content) > self.limits.body:
                raise BodyTooLarge(
                    f"the service's answer is larger than {self.limits.body} bytes", code="service_failed.invalid_body"
                )
        return bytes(content)


def service_session() -> aiohttp.ClientSession:
    """The connections to the services; bodies pass as they are, compressed or not."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=0, keepalive_timeout=15, family=socket.AF_UNSPEC),
        auto_decompress=False,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def plain_text(value: str) -> str:
    """A header value that can be written as UTF-8: bytes of another encoding become replacement characters.

    The signed head keeps them as they came.
    """
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def service_url(*, service: Service, request: RestRequest, path: str) -> URL:
    """The service's address with the canonical path and the raw query."""
    target = service.url + (quote(path, safe=IN_A_PATH) if request.path else "")
    return URL(target if request.query is None else f"{target}?{request.query}", encoded=True)


def service_headers(*, service: Service, request: RestRequest) -> list[tuple[str, str]]:
    """The consumer's headers, and the token by which the service knows its own gateway."""
    passed = without(request.headers, CONNECTION_HEADERS | LOCAL_SECRETS)
    kept = [(name, plain_text(value)) for name, value in passed]
    if service.token is not None:
        kept.append(("X-Saola-Gateway-Token", service.token))
    return kept


async def fetch_description(
    *, session: aiohttp.ClientSession, url: str, limits: Limits, headers: Headers
) -> tuple[str, bytes]:
    """The content type and the bytes of a service's description. Raises ServiceFailed."""
    try:
        timeout = aiohttp.ClientTimeout(total=limits.connect + 20)
        async with session.get(URL(url), headers=headers, allow_redirects=False, timeout=timeout) as answer:
            content = await read_limited(answer.content, limit=limits.body)
            if answer.status != 200:
                raise ServiceFailed(f"the service's description answered {answer.status}")
            return answer.headers.get("Content-Type", "application/octet-stream"), content
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as exc:
        raise ServiceFailed("the service's description could not be fetched") from exc


def _headers(answer: aiohttp.ClientResponse) -> Headers:
    return tuple(
        (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in answer.raw_headers
    )
