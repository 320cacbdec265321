"""Django's settings of identity: the configuration file named by SAOLA_CONFIG, read once when the process starts."""

from __future__ import annotations

import os
from pathlib import Path

from saola_identity.configuration import load
from saola_identity.errors import ConfigurationInvalid
from saola_identity.sites.composition import django_settings
from saola_identity.sites.country import read_country

if not os.environ.get("SAOLA_CONFIG"):
    raise ConfigurationInvalid("SAOLA_CONFIG names no configuration file: run `saola identity run --config FILE`")

_configuration = load(Path(os.environ["SAOLA_CONFIG"]))
globals().update(django_settings(configuration=_configuration, country=read_country(_configuration.country)))
