"""The made-up people as cards, and their loading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from saola_identity.accounts.api import Account
from saola_identity.authentication.demonstration.models import Persona


@dataclass(frozen=True, slots=True)
class Card:
    """One person one can be."""

    account_id: UUID
    name: str
    label: str
    story: str
    office: str
    personal_number: str
    pin: str


def people(*, language: str, first: str = "") -> Sequence[Card]:
    """All cards, in the order of the people file; the person with the number `first` before all others."""
    cards = [_card(persona, language) for persona in Persona.objects.select_related("account")]
    return sorted(cards, key=lambda card: card.personal_number != first)


def save_persona(
    *,
    account: Account,
    role: str,
    label: Mapping[str, str],
    story: Mapping[str, str],
    title: Mapping[str, str],
    organisation: str,
    pin: str,
    position: int,
) -> None:
    """Make a person choosable, or bring the card up to date."""
    values = {
        "role": role, "label": dict(label), "story": dict(story), "title": dict(title),
        "organisation": organisation, "pin": pin, "position": position,
    }  # fmt: skip
    Persona.objects.update_or_create(account=account, defaults=values)


def pin_hint(account: Account) -> str:
    """The PIN of a made-up person, to be shown beside the field where it is typed."""
    persona = Persona.objects.filter(account=account).first()
    return persona.pin if persona else ""


def _card(persona: Persona, language: str) -> Card:
    account = persona.account
    return Card(
        account_id=account.pk,
        name=account.full_name,
        label=_text(persona.label, language) or _text(persona.title, language),
        story=_text(persona.story, language),
        office=persona.organisation,
        personal_number=account.personal_number,
        pin=persona.pin,
    )


def _text(versions: Mapping[str, str], language: str) -> str:
    return versions.get(language) or versions.get(language.partition("-")[0]) or next(iter(versions.values()), "")
