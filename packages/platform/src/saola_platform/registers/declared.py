"""The registers of this site, as the country declares them."""

from __future__ import annotations

from saola_blueprint.schema import Register

from saola_platform.kernel.configuration import site
from saola_platform.kernel.country import country
from saola_platform.registers.errors import RegisterNotFound


def register_of(register: str) -> Register:
    """The declaration of a register that this site holds; raises RegisterNotFound."""
    declared = country().registers.get(register)
    if declared is None or register not in site().registers:
        raise RegisterNotFound(f"register {register!r}")
    return declared


def held() -> list[Register]:
    """Every register of this site, in the order of its configuration."""
    return [register_of(register) for register in site().registers]
