"""The configuration of one identity site: one YAML file, typed and strict, read once."""

from __future__ import annotations

from saola_identity.configuration.loading import load, secret
from saola_identity.configuration.shapes import Client, Configuration, Mail

__all__ = ["Client", "Configuration", "Mail", "load", "secret"]
