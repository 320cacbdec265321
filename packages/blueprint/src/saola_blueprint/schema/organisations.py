"""The organisations of a country and how each is reached over the exchange."""

from __future__ import annotations

from dataclasses import dataclass, field

from saola_blueprint.schema.places import NOWHERE, Place
from saola_blueprint.schema.texts import Text


@dataclass(frozen=True, slots=True)
class ExchangeAddress:
    """The member of the exchange through whose gateway an organisation is reached."""

    member_class: str
    member_code: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """An agency. `parent` is a code; `exchange` is None when a parent's gateway serves it."""

    code: str
    name: Text
    short_name: Text
    level: str
    parent: str | None = None
    address: Text | None = None
    phone: str | None = None
    email: str | None = None
    exchange: ExchangeAddress | None = None
    units: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)
