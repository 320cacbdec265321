"""Registers: what other apps on the same site may ask. Other organisations come over the exchange."""

from __future__ import annotations

from saola_platform.registers.declared import held, register_of
from saola_platform.registers.queries import RecordView, RegisterFigures, figures

__all__ = ["RecordView", "RegisterFigures", "figures", "held", "register_of"]
