"""Everything that the platform refuses or fails at, with a stable code and a remedy in plain words.

`fault` says who has to act: the caller (a browser or a consuming system), a peer (another
process or organisation), us (a defect), or the operator (a configuration).
"""

from __future__ import annotations

from typing import ClassVar, Literal

Fault = Literal["caller", "peer", "us", "operator"]


class PlatformError(Exception):
    """The base of all; `detail` is safe to show to whoever asked."""

    code: ClassVar[str] = "platform.error"
    title: ClassVar[str] = "Something went wrong"
    status: ClassVar[int] = 500
    fault: ClassVar[Fault] = "us"
    remedy: ClassVar[str] = "Try again later; tell the operator of this site if it stays."
    retry: ClassVar[bool] = False

    def __init__(self, detail: str = "", *, remedy: str | None = None, leads_to: str | None = None) -> None:
        """`leads_to` is the page of this site that a person is shown instead of an error."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.advice = self.remedy if remedy is None else remedy
        self.leads_to = leads_to


class ConfigurationInvalid(PlatformError):
    """The site's configuration file cannot be used."""

    code = "platform.configuration_invalid"
    title = "The configuration cannot be used"
    fault = "operator"
    remedy = "Correct the configuration file named in the message and start again."


class SignInFailed(PlatformError):
    """The identity provider's answer was refused or did not come."""

    code = "platform.sign_in_failed"
    title = "You could not be signed in"
    status = 400
    fault = "peer"
    remedy = "Start the sign-in again from this site."


class SignatureFailed(PlatformError):
    """A signature could not be started, fetched or assembled."""

    code = "platform.signature_failed"
    title = "The document could not be signed"
    status = 502
    fault = "peer"
    remedy = "Nothing was sent. Try to sign again."
    retry = True


class SignatureUnknown(PlatformError):
    """No signature of that id was started by this person on this site."""

    code = "platform.signature_unknown"
    title = "There is no such signature"
    status = 404
    fault = "caller"
    remedy = "Start signing again from the document."


class PeerUnavailable(PlatformError):
    """A service that we call over HTTP (identity, signer, time stamps) did not answer properly."""

    code = "platform.peer_unavailable"
    title = "A service we depend on does not answer"
    status = 502
    fault = "peer"
    remedy = "Try again in a few minutes."
    retry = True


class NotFromGateway(PlatformError):
    """A service call did not come from this organisation's own gateway."""

    code = "platform.not_from_gateway"
    title = "Only the own gateway may call this service"
    status = 401
    fault = "caller"
    remedy = "Call the service over the exchange, not directly."


class HeaderMissing(PlatformError):
    """A header that every call must carry is absent or unreadable."""

    code = "platform.header_missing"
    title = "A header is missing"
    status = 400
    fault = "caller"
    remedy = "Send the header named in the detail."


class BodyRefused(PlatformError):
    """The body of a service call is not what the service takes."""

    code = "platform.body_refused"
    title = "The body cannot be read"
    status = 400
    fault = "caller"
    remedy = "Send JSON of the shape that the service's description gives."


class NotFound(PlatformError):
    """What was asked for is not here."""

    code = "platform.not_found"
    title = "Not found"
    status = 404
    fault = "caller"
    remedy = "Check the address."


class MethodNotAllowed(PlatformError):
    """The service does not take this method."""

    code = "platform.method_not_allowed"
    title = "This method is not offered here"
    status = 405
    fault = "caller"
    remedy = "See the service's description for the methods it takes."


class Unavailable(PlatformError):
    """This site cannot work at the moment, usually because its database is being restarted."""

    code = "platform.unavailable"
    title = "This service is not available at the moment"
    status = 503
    fault = "operator"
    remedy = "Try again in a few seconds; a write with the same idempotency key."
    retry = True


class TooLarge(PlatformError):
    """More bytes than the site takes in one request."""

    code = "platform.too_large"
    title = "What you sent is too large"
    status = 413
    fault = "caller"
    remedy = "Send smaller files, or fewer at a time."
