"""What the supervisor of a demonstration says about it, read on the server and bounded in time and size."""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

TIMEOUT_SECONDS: Final = 2.0
LARGEST: Final = 1 << 20
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Process:
    """One running part of the demonstration."""

    name: str
    kind: str
    organisation: str
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class Link:
    """A site to open; ``kind`` is portal, onestop, identity, mail or register."""

    kind: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody one can be: a citizen, or an official who works at the one-stop."""

    full_name: str
    label: str
    role: str
    story: str
    is_official: bool


@dataclass(frozen=True, slots=True)
class Status:
    """The demonstration at this moment."""

    processes: tuple[Process, ...]
    messages_total: int
    messages_per_gateway: tuple[tuple[str, int], ...]
    people: tuple[Person, ...]
    links: tuple[Link, ...]

    @property
    def running(self) -> int:
        return sum(one.state == "running" for one in self.processes)


def status_now(*, address: str | None, language: str) -> Status | None:
    """The supervisor's word; None when it says nothing that can be understood."""
    if not address:
        return None
    try:
        return parse(json.loads(_fetch(address)), language=language)
    except (OSError, http.client.HTTPException, ValueError, TypeError, AttributeError) as error:
        log.info("no status of the demonstration: %s", error)
        return None


def parse(data: Mapping[str, Any], *, language: str) -> Status:
    """The status from the supervisor's JSON; raises TypeError or ValueError for another shape."""
    messages = data.get("messages") or {}
    return Status(
        processes=tuple(_process(one) for one in data.get("processes", ())),
        messages_total=int(messages.get("total") or 0),
        messages_per_gateway=tuple((str(key), int(n or 0)) for key, n in (messages.get("per_gateway") or {}).items()),
        people=tuple(_person(one, language=language) for one in data.get("people", ())),
        links=tuple(_links(data.get("links") or {})),
    )


def _process(one: Mapping[str, Any]) -> Process:
    return Process(
        name=str(one.get("name", "")),
        kind=str(one.get("kind", "")),
        organisation=str(one.get("organisation") or ""),
        state=str(one.get("state", "")),
        url=str(one.get("url") or ""),
    )


def _person(one: Mapping[str, Any], *, language: str) -> Person:
    return Person(
        full_name=str(one.get("full_name", "")),
        label=_words(one.get("label"), language=language),
        role=str(one.get("role", "")),
        story=_words(one.get("story"), language=language),
        is_official=one.get("official") is True,
    )


def _words(texts: object, *, language: str) -> str:
    """A text by language, in this one or any."""
    if isinstance(texts, dict):
        return str(texts.get(language) or next(iter(texts.values()), ""))
    return str(texts or "")


def _links(links: Mapping[str, Any]) -> list[Link]:
    """One list of what may be a text or a mapping of names to texts; only web addresses are taken."""
    found = []
    for kind, value in links.items():
        named = value.items() if isinstance(value, dict) else [("", value)]
        found += [Link(kind.rstrip("s") if name else kind, str(name), str(url)) for name, url in named if is_web(url)]
    return found


def is_web(url: object) -> bool:
    """Whether this is an address that a page may link to."""
    return isinstance(url, str) and urlsplit(url).scheme in {"http", "https"}


def _fetch(address: str) -> bytes:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", parts.path or "/", headers={"Accept": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        return answer.read(LARGEST)
    finally:
        connection.close()
