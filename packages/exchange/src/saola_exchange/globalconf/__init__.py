"""The signed configuration that all members share: who is a member, which gateways, which trust services.

The registry generates it (`writing`, `signing`), everybody else verifies and keeps it (`updating`,
`store`), and asks it through one read-only `ConfigurationView`.
"""

from saola_exchange.globalconf.anchor import Anchor, AnchorSource, build_anchor, parse_anchor
from saola_exchange.globalconf.directory import (
    Directory,
    ListedFile,
    parse_directory,
    verify_directory,
    verify_file,
)
from saola_exchange.globalconf.errors import ConfigurationInvalid, ConfigurationOutdated, ConfigurationUnreachable
from saola_exchange.globalconf.signers import CertificateRefused, require_authentication, require_signer
from saola_exchange.globalconf.signing import build_directory
from saola_exchange.globalconf.store import read_folder, write_configuration
from saola_exchange.globalconf.updating import Download, http_fetch, update
from saola_exchange.globalconf.view import ConfigurationView

__all__ = [
    "Anchor",
    "AnchorSource",
    "CertificateRefused",
    "ConfigurationInvalid",
    "ConfigurationOutdated",
    "ConfigurationUnreachable",
    "ConfigurationView",
    "Directory",
    "Download",
    "ListedFile",
    "build_anchor",
    "build_directory",
    "http_fetch",
    "parse_anchor",
    "parse_directory",
    "read_folder",
    "require_authentication",
    "require_signer",
    "update",
    "verify_directory",
    "verify_file",
    "write_configuration",
]
