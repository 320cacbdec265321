"""What a site sends to ask for a signature: parsed once, strictly. No I/O."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from saola_identity.configuration import Client
from saola_identity.configuration.shapes import origin_of
from saola_identity.errors import RequestRefused
from saola_identity.signing.signer import Kind

MOST_DOCUMENTS: Final = 50
MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,120}", re.ASCII)
FIELDS: Final = {"sub", "documents", "hash", "hash_algorithm", "kind", "title", "return_url"}


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document as the person sees it: name, media type and SHA-256 (base64)."""

    name: str
    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SignatureWanted:
    """One request, found right."""

    sub: str
    documents: tuple[ShownDocument, ...]
    hash: str
    kind: Kind
    title: str
    return_url: str

    def documents_as_json(self) -> list[dict[str, str]]:
        """For keeping."""
        return [asdict(document) for document in self.documents]


def parse(*, body: bytes, client: Client) -> SignatureWanted:
    """The request; raises RequestRefused naming the field."""
    try:
        data = json.loads(body)
    except ValueError as exc:
        raise RequestRefused("the body is not JSON") from exc
    if not isinstance(data, dict) or set(data) != FIELDS:
        raise RequestRefused(f"the body must be an object with exactly {', '.join(sorted(FIELDS))}")
    if data["hash_algorithm"] != "SHA-256":
        raise RequestRefused("hash_algorithm must be SHA-256")
    return SignatureWanted(
        sub=_text(data, "sub", most=100),
        documents=_documents(data["documents"]),
        hash=digest(data["hash"], name="hash"),
        kind=kind(data["kind"]),
        title=_text(data, "title", most=300),
        return_url=_return_url(_text(data, "return_url", most=2000), client),
    )


def kind(value: object) -> Kind:
    """`person` or `official`; raises RequestRefused."""
    if value not in {"person", "official"}:
        raise RequestRefused("kind must be person or official")
    return "official" if value == "official" else "person"


def digest(value: object, *, name: str) -> str:
    """A SHA-256 in base64; raises RequestRefused."""
    try:
        raw = base64.b64decode(str(value), validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError) as exc:
        raise RequestRefused(f"{name} is not base64") from exc
    if len(raw) != 32:
        raise RequestRefused(f"{name} must be a SHA-256 digest in base64")
    return base64.b64encode(raw).decode()


def _documents(value: object) -> tuple[ShownDocument, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_DOCUMENTS:
        raise RequestRefused(f"documents must be a list of 1 to {MOST_DOCUMENTS}")
    return tuple(_document(one, f"documents[{n}]") for n, one in enumerate(value))


def _document(value: object, where: str) -> ShownDocument:
    if not isinstance(value, dict) or set(value) != {"name", "media_type", "sha256"}:
        raise RequestRefused(f"{where} must have exactly name, media_type, sha256")
    media_type = _text(value, "media_type", most=200)
    if not MEDIA_TYPE.fullmatch(media_type):
        raise RequestRefused(f"{where}.media_type is not a media type")
    return ShownDocument(_text(value, "name", most=300), media_type, digest(value["sha256"], name=f"{where}.sha256"))


def _text(data: Mapping[str, Any], name: str, *, most: int) -> str:
    value = data[name]
    # Control and direction characters could make one text look like another on the page.
    if not isinstance(value, str) or not value.strip() or len(value) > most or not value.isprintable():
        raise RequestRefused(f"{name} must be a text of 1 to {most} printable characters")
    return value


def _return_url(value: str, client: Client) -> str:
    if origin_of(value) not in client.origins or "#" in value:
        raise RequestRefused("return_url must lead to the site that asks, and have no fragment")
    return value
