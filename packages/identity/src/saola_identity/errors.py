"""What can go wrong in identity, as one tree.

    IdentityError
    ├── ConfigurationInvalid   the operator's files cannot be used
    ├── SignInFailed           a passkey was not accepted, or the sign-in took too long
    ├── RequestRefused         an API call of a site is not right
    ├── NotForYou              the page belongs to another person
    └── SigningFailed
        ├── PinWrong           (tries_left)
        ├── CredentialLocked   (locked_until)
        ├── NoCredential       the person has no certificate of that kind
        └── SignerUnavailable  the signer does not answer; trying again can help

Errors of the OpenID Connect endpoints have the shapes of RFC 6749 and stand in `oidc.errors`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal

Fault = Literal["caller", "peer", "us", "operator"]


class IdentityError(Exception):
    """The base of all; `detail` is safe to show to whoever asked."""

    code: ClassVar[str] = "identity.error"
    title: ClassVar[str] = "Something went wrong"
    status: ClassVar[int] = 500
    fault: ClassVar[Fault] = "us"
    remedy: ClassVar[str] = "Try again later; tell the operator if it stays."
    retry: ClassVar[bool] = False

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title


class ConfigurationInvalid(IdentityError):
    """A configuration, key or people file cannot be used."""

    code = "identity.configuration_invalid"
    title = "The configuration cannot be used"
    fault = "operator"
    remedy = "Correct the file named in the message and start again."


class FileUnreadable(ConfigurationInvalid):
    """A file that the configuration needs is not there or may not be read."""

    remedy = "Check the path, and that the user of this service may read the file; then start again."

    def __init__(self, path: Path, *, error: OSError, what: str = "the file") -> None:
        super().__init__(f"{path}: {what} cannot be read ({error.strerror})")


class SignInFailed(IdentityError):
    """A credential was not accepted."""

    code = "identity.sign_in_failed"
    title = "You could not be signed in"
    status = 400
    fault = "caller"
    remedy = "Start again, or use another way to sign in."


class RequestRefused(IdentityError):
    """A site's call does not fit the interface."""

    code = "identity.request_refused"
    title = "The request was refused"
    status = 400
    fault = "caller"
    remedy = "Correct the field named in the message."


class ClientUnknown(RequestRefused):
    """The site did not prove who it is."""

    code = "identity.client_unknown"
    title = "The site is not known, or its secret is wrong"
    status = 401
    remedy = "Send the registered client id and secret as HTTP Basic authentication."


class NotFound(RequestRefused):
    """There is nothing of that name for this site."""

    code = "identity.not_found"
    title = "There is no such thing"
    status = 404
    remedy = "Check the identifier; start again when it expired."


class NotForYou(IdentityError):
    """The page belongs to another person than the one signed in."""

    code = "identity.not_for_you"
    title = "This page is for another person"
    status = 403
    fault = "caller"
    remedy = "Sign in as the person who was asked to sign."


class SigningFailed(IdentityError):
    """The base of what can go wrong between the PIN and the signature."""

    code = "identity.signing_failed"
    title = "The signature was not made"
    status = 502
    fault: ClassVar[Fault] = "peer"


class PinWrong(SigningFailed):
    """The signer did not accept the PIN; `tries_left` until it locks, when it said so."""

    code = "identity.pin_wrong"
    title = "The PIN is not right"
    status = 403
    fault = "caller"
    remedy = "Type the PIN of this signing key again."

    def __init__(self, *, tries_left: int | None) -> None:
        super().__init__()
        self.tries_left = tries_left


class CredentialLocked(SigningFailed):
    """Too many wrong PINs; the key opens again at `locked_until`, when the signer said so."""

    code = "identity.credential_locked"
    title = "The signing key is locked"
    status = 403
    fault = "caller"
    remedy = "Wait until it opens again."

    def __init__(self, *, locked_until: datetime | None) -> None:
        super().__init__()
        self.locked_until = locked_until


class NoCredential(SigningFailed):
    """The person has no certificate of the kind that was asked for."""

    code = "identity.no_credential"
    title = "There is no signing certificate of this kind for this person"
    status = 404
    fault = "caller"
    remedy = "Ask for the other kind, or have a certificate issued first."


class SignerUnavailable(SigningFailed):
    """The signer does not answer, or not as agreed."""

    code = "identity.signer_unavailable"
    title = "The signing service does not answer"
    remedy = "Nothing was signed. Try again in a few minutes."
    retry = True
