"""Errors of the OpenID Connect endpoints, in the shapes of RFC 6749 §4.1.2.1 and §5.2."""

from __future__ import annotations

from saola_identity.errors import IdentityError


class AuthorizationRefused(IdentityError):
    """An authorisation request that cannot be answered.

    `redirect` says whether client and redirect URI are known to be right: only then may the browser be
    sent back; otherwise the person sees a page (RFC 6749 §4.1.2.1).
    """

    code = "identity.authorization_refused"
    title = "The site asked for the sign-in in a wrong way"
    status = 400
    fault = "peer"

    def __init__(self, error: str, detail: str, *, redirect: bool = True) -> None:
        super().__init__(detail)
        self.error = error
        self.redirect = redirect


class TokenRefused(IdentityError):
    """A call of the token or userinfo endpoint that is refused."""

    code = "identity.token_refused"
    title = "The call was refused"
    status = 400
    fault = "peer"

    def __init__(self, error: str, detail: str, *, status: int = 400) -> None:
        super().__init__(detail)
        self.error = error
        self.http_status = status
