"""The page that shows the demo's letters: in the words and the time of the country, everything in a letter as text."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import yaml

from saola_command.errors import DemoDeclarationInvalid

ENGLISH = MappingProxyType(
    {
        "language": "English",
        "title": "Letters of the demonstration",
        "note": "E-mails that the sites sent to people. None leaves this machine.",
        "none": "No letter has arrived yet.",
        "to": "To",
        "date": "%d/%m/%Y, %H:%M",
    }
)
# The demo's own sites only: a letter may say anything.
OWN_SITE = re.compile(r"http://localhost:\d+/[\w/.~-]*")
PAGE = """<!doctype html>
<html lang="{tag}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
body{{font:1.05rem/1.6 "Be Vietnam Pro",system-ui,sans-serif;margin:0;background:#fbf9f4;color:#1d2529}}
header{{background:#06343a;color:#fff}}header div,main{{max-width:46rem;margin:0 auto;padding:1rem}}
h1{{font-size:1.5rem;line-height:1.3;margin:0}}header p,header nav{{margin:0;color:#d5e6e4}}header a{{color:#fff}}
article{{background:#fff;border:1px solid #ded6c7;border-radius:.75rem;padding:1rem 1.25rem;margin:0 0 1rem}}
h2{{font-size:1.1rem;line-height:1.4;margin:0 0 .25rem;overflow-wrap:anywhere}}
article p{{margin:0;color:#51585c;font-size:.95rem;overflow-wrap:anywhere}}
a{{color:#34439b}}a:focus{{outline:3px solid #ffc545;outline-offset:2px}}
pre{{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.75rem 0 0}}</style></head>
<body><header><div><h1>{title}</h1><p>{note}</p>{switch}</div></header><main>{letters}</main></body></html>"""


@dataclass(frozen=True, slots=True)
class Words:
    """The page's texts by language, the first for whoever asks for none, and the zone of its times."""

    texts: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: {"en": ENGLISH})
    zone: ZoneInfo | None = None

    def language(self, *, wanted: str, accepted: str) -> str:
        """The first of `wanted` (a tag) and `accepted` (an Accept-Language header) that there is."""
        tags = [wanted, *(one.partition(";")[0].strip() for one in accepted.split(","))]
        return next((tag[:2].lower() for tag in tags if tag[:2].lower() in self.texts), next(iter(self.texts)))


def read_words(path: Path | None) -> Words:
    """The words of a country's demo; English without a file. Raises DemoDeclarationInvalid."""
    if path is None:
        return Words()
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        texts = {str(tag): {key: str(one[key]) for key in ENGLISH} for tag, one in declared["texts"].items()}
        return Words(texts=texts, zone=ZoneInfo(declared["timezone"]))
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as exc:
        raise DemoDeclarationInvalid(f"{path}: not the words of a mailbox: {exc}") from exc


def page(letters: Sequence[EmailMessage], *, words: Words, language: str) -> str:
    """The letters as a page."""
    said = {key: html.escape(text) for key, text in words.texts[language].items()}
    shown = "".join(_article(one, said=said, zone=words.zone) for one in letters) or f"<p>{said['none']}</p>"
    others = [
        f'<a href="?lang={html.escape(tag)}" lang="{html.escape(tag)}">{html.escape(one["language"])}</a>'
        for tag, one in words.texts.items()
        if tag != language
    ]
    switch = f"<nav>{' '.join(others)}</nav>" if others else ""
    return PAGE.format(tag=language, title=said["title"], note=said["note"], switch=switch, letters=shown)


def _article(letter: EmailMessage, *, said: Mapping[str, str], zone: ZoneInfo | None) -> str:
    body = letter.get_body(("plain",))
    text = html.escape(body.get_content() if body is not None else "")
    text = OWN_SITE.sub(lambda found: f'<a href="{found.group()}">{found.group()}</a>', text)
    subject, receiver = html.escape(str(letter["subject"] or "")), html.escape(str(letter["to"] or ""))
    when = html.escape(_when(letter, form=said["date"], zone=zone))
    return f"<article><h2>{subject}</h2><p>{said['to']}: {receiver} · {when}</p><pre>{text}</pre></article>"


def _when(letter: EmailMessage, *, form: str, zone: ZoneInfo | None) -> str:
    written = str(letter["date"] or "")
    try:
        at: datetime = parsedate_to_datetime(written)
    except ValueError:
        return written
    # A letter that names no zone ("-0000") is in universal time.
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone).strftime(form)
