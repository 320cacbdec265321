"""Digests and media types as people can read them."""

from __future__ import annotations

import base64

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def short_digest(value: str) -> str:
    """The first eight bytes of a base64 digest, in groups of four hexadecimal digits."""
    shown = base64.b64decode(value)[:8].hex()
    return " ".join(shown[at : at + 4] for at in range(0, len(shown), 4)) + " …"


@register.filter
def full_digest(value: str) -> str:
    """A base64 digest in hexadecimal, as other programs show it."""
    return base64.b64decode(value).hex()


@register.filter
def document_kind(media_type: str) -> str:
    """A media type in words where there are some."""
    known = {
        "application/pdf": _("PDF document"),
        "application/json": _("Application data"),
        "image/jpeg": _("Photo"),
        "image/png": _("Picture"),
        "text/plain": _("Text"),
    }
    return known.get(media_type, media_type)
