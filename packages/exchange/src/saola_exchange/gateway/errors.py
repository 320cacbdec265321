"""What the gateway refuses or fails at, beside what the protocol itself refuses."""

from __future__ import annotations

from saola_exchange.errors import ExchangeError


class ConfigurationInvalid(ExchangeError):
    """The gateway's own configuration cannot be used; it does not start."""

    code = "configuration_invalid"
    fault = "operator"
    remedy = "Correct the file as the message says and start again."


class EnrolmentFailed(ExchangeError):
    """Certificates could not be had; what was made so far is kept and used by the next try."""

    code = "enrolment_failed"
    fault = "operator"
    remedy = "Check the authority's address and the token, then run the same command again."
    retry = True


class ClientNotAuthenticated(ExchangeError):
    """The information system did not prove that it is the client it names."""

    code = "ssl_authentication_failed"
    fault = "caller"
    remedy = "Send the client's token in X-Saola-Client-Token, as the gateway's operator gave it."


class UnknownClient(ExchangeError):
    """The client named in the request does not use this gateway."""

    code = "unknown_member"
    fault = "caller"
    remedy = "Name a subsystem that this gateway's configuration lists under clients."


class UnknownMember(ExchangeError):
    """No gateway of the global configuration serves the provider."""

    code = "unknown_member"
    fault = "caller"
    remedy = "Check the identifier with /listClients; the registry may not have published the member yet."


class GlobalConfigurationOutdated(ExchangeError):
    """The own instance's configuration has expired, so nobody's certificates can be judged."""

    code = "global_conf_outdated"
    fault = "operator"
    remedy = "Check that the registry is reachable and publishes; messages flow again by themselves."
    retry = True


class PeerUnreachable(ExchangeError):
    """No gateway of the provider could be reached in time."""

    code = "network_error"
    fault = "peer"
    remedy = "Try again later; if it stays so, tell the operator of the provider's gateway."
    retry = True


class PeerNotTrusted(ExchangeError):
    """The other end of a TLS connection is not the gateway it should be."""

    code = "ssl_authentication_failed"
    fault = "peer"
    remedy = "Check the other gateway's authentication certificate and its registration."


class CertificateNotTrusted(ExchangeError):
    """A certificate that no approved authority vouches for."""

    code = "cert_validation"
    fault = "peer"
    remedy = "The certificate must come from an approved authority, be in date and have a fresh, good OCSP answer."


class AccessDenied(ExchangeError):
    """No right covers this client, method and path."""

    code = "access_denied"
    fault = "caller"
    remedy = "Ask the service's owner for the right."


class UnknownService(ExchangeError):
    """This gateway's configuration does not have the service."""

    code = "unknown_service"
    fault = "caller"
    remedy = "Check the service code with listMethods."


class ServiceFailed(ExchangeError):
    """The information system behind this gateway did not answer as it should."""

    code = "service_failed"
    fault = "us"
    remedy = "Try again later; if it stays so, tell the service's owner."
    retry = True


class BodyTooLarge(ExchangeError):
    """A body beyond the limit of this gateway."""

    code = "invalid_body"
    fault = "caller"
    remedy = "Send less at a time, or ask the gateway's operator to raise limits.body."


class TooBusy(ExchangeError):
    """As many messages are under way as the gateway takes at once."""

    code = "io_error"
    fault = "us"
    remedy = "Try again in a moment; the operator may raise limits.parallel."
    retry = True


class NotReady(ExchangeError):
    """The gateway lacks something it needs to sign: its certificates or their OCSP answers."""

    code = "cannot_create_signature"
    fault = "operator"
    remedy = "Look at the administration address, /health: it names what is missing."
    retry = True
