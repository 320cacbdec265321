"""What the portal refuses."""

from saola_platform.errors import PlatformError


class NotYours(PlatformError):
    """There is no such thing for this person; whether it exists for another is not told."""

    code = "portal.not_yours"
    title = "There is no such page for you"
    status = 404
    fault = "caller"
    remedy = "Open it from your dossiers."


class NotOnline(PlatformError):
    """The procedure cannot be applied for here."""

    code = "portal.not_online"
    title = "This service is not offered online"
    status = 404
    fault = "caller"
    remedy = "See the service's page for how to apply."


class AlreadySent(PlatformError):
    """A signed application is not changed any more."""

    code = "portal.already_sent"
    title = "This application has been signed and sent"
    status = 409
    fault = "caller"
    remedy = "Follow it among your dossiers."


class UnknownSubmission(PlatformError):
    """An event or a result for something that was never submitted here."""

    code = "portal.unknown_submission"
    title = "No such submission"
    status = 404
    fault = "peer"
    remedy = "Send the submission id of the application container."


class DigestMismatch(PlatformError):
    """The content of a delivered result is not what its digest says."""

    code = "portal.digest_mismatch"
    title = "The content does not match its digest"
    status = 422
    fault = "peer"
    remedy = "Send the result again, with the SHA-256 of exactly these bytes."
