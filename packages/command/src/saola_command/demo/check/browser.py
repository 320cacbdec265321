"""A browser without a window: cookies, links and forms, nothing that a page's own script would have to do.

It is patient, as a person who reloads a page is: the journey is also walked while processes are killed and
come back. A request whose connection breaks, or that is answered with an error of the server, is sent again
until a limit; the sites must bear that, and do nothing twice.
"""

from __future__ import annotations

import http.client
import http.cookiejar
import mimetypes
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import lxml.html

from saola_command.errors import JourneyFailed

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to put into a form."""

    name: str
    content: bytes
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: where we ended after redirects, the status, the bytes, the headers."""

    url: str
    status: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def html(self) -> Any:
        """The parsed page, its links and forms made absolute."""
        tree: Any = lxml.html.fromstring(self.content or b"<html></html>", base_url=self.url)
        tree.make_links_absolute(self.url)
        return tree

    @property
    def text(self) -> str:
        """What a person reads, blanks folded."""
        return " ".join(self.html.text_content().split())

    @property
    def title(self) -> str:
        """The page's first heading."""
        headings = self.html.xpath("//h1")
        return " ".join(headings[0].text_content().split()) if headings else ""

    def one(self, xpath: str, *, what: str) -> Any:
        """The only element at `xpath`; raises JourneyFailed that names what is missing."""
        found = self.html.xpath(xpath)
        if not found:
            raise JourneyFailed(f"The page {self.url} ({self.title!r}) shows no {what}.", remedy=self.text[:600])
        return found[0]

    def form(self, *, having: str | None = None, action_ends: str | None = None) -> Any:
        """The form that has a field named `having`, or whose address ends so; the first one that fits."""
        for form in self.html.forms:
            action = (form.get("action") or self.url).split("?")[0].split("#")[0]
            if having is not None and having not in {name for name, _ in _fields(form)} | _buttons(form):
                continue
            if action_ends is not None and not action.endswith(action_ends):
                continue
            return form
        raise JourneyFailed(
            f"The page {self.url} ({self.title!r}) has no form with {having or action_ends!r}.",
            remedy=self.text[:600],
        )


class Browser:
    """One person's browser."""

    def __init__(self, *, language: str, patience: float = PATIENCE_SECONDS) -> None:
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._jar), urllib.request.ProxyHandler({})
        )
        self._language = language
        self._patience = patience

    def get(self, url: str) -> Page:
        """Follow a link."""
        return self._open(url, headers=self._headers())

    def submit(
        self,
        page: Page,
        form: Any,
        *,
        values: Mapping[str, str | Sequence[str]] | None = None,
        files: Mapping[str, Upload] | None = None,
        press: str | None = None,
    ) -> Page:
        """Send a form with what is filled in already, `values` put over it.

        `press` is the id of the button that sends it; its own address is where the form goes, if it has one.
        """
        fields = [(name, value) for name, value in _fields(form) if name not in (values or {})]
        for name, value in (values or {}).items():
            fields += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        button = page.one(f"//button[@id='{press}']", what=f"button {press!r}") if press else None
        if button is not None and button.get("name"):
            fields.append((button.get("name"), button.get("value") or ""))
        address = (button.get("formaction") if button is not None else None) or form.get("action")
        url = urllib.parse.urljoin(page.url, address or page.url)
        headers = self._headers() | {"Referer": page.url, "Origin": _origin(page.url)}
        if (form.get("method") or "get").lower() == "get":
            return self.get(f"{url.split('?')[0]}?{urllib.parse.urlencode(fields)}")
        body, content_type = _body(fields, files or {}, multipart="multipart" in (form.get("enctype") or ""))
        headers["Content-Type"] = content_type
        return self._open(url, headers=headers, body=body)

    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": self._language, "User-Agent": "saola-demo-check", "Accept": "text/html,*/*"}

    def _open(self, url: str, *, headers: Mapping[str, str], body: bytes | None = None) -> Page:
        end = time.monotonic() + self._patience
        pause = 0.2
        while True:
            try:
                page = self._once(url, headers, body)
                if page.status < 500 or time.monotonic() > end:
                    return page
            except (OSError, http.client.HTTPException) as exc:
                if time.monotonic() > end:
                    raise JourneyFailed(f"{url} could not be reached: {exc}") from exc
            time.sleep(pause)
            pause = min(pause * 1.5, 2.0)

    def _once(self, url: str, headers: Mapping[str, str], body: bytes | None) -> Page:
        # Made anew for each try: a request object keeps the cookies of its first one.
        request = urllib.request.Request(url, data=body, headers=dict(headers))  # noqa: S310 (our own addresses)
        try:
            with self._opener.open(request, timeout=40) as answer:
                return Page(answer.url, answer.status, answer.read(), dict(answer.headers.items()))
        except urllib.error.HTTPError as error:
            with error:
                return Page(error.url or url, error.code, error.read(), dict(error.headers.items()))


def _fields(form: Any) -> list[tuple[str, str]]:
    return [(name, value or "") for name, value in form.form_values()]


def _buttons(form: Any) -> set[str]:
    named = form.xpath(".//button[@name]|.//input[@type='submit'][@name]|.//input[@name]|.//textarea[@name]|.//select")
    return {element.get("name") for element in named if element.get("name")}


def _origin(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _body(fields: Sequence[tuple[str, str]], files: Mapping[str, Upload], *, multipart: bool) -> tuple[bytes, str]:
    if not multipart and not files:
        return urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    for name, upload in files.items():
        media_type = upload.media_type or mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{upload.name}"\r\n'
        parts.append(f"{head}Content-Type: {media_type}\r\n\r\n".encode() + upload.content + b"\r\n")
    return b"".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"
