"""What a register refuses. Each is a problem document at the edge."""

from __future__ import annotations

from saola_platform.errors import PlatformError


class RecordNotFound(PlatformError):
    """There is no such record."""

    code = "register.record_not_found"
    title = "There is no such record"
    status = 404
    fault = "caller"
    remedy = "Check the key; search by an indexed field if you do not know it."


class RegisterNotFound(PlatformError):
    """This site does not hold such a register."""

    code = "register.not_found"
    title = "This site holds no such register"
    status = 404
    fault = "caller"
    remedy = "Check the service code."


class DataRefused(PlatformError):
    """The data does not fit the register's declaration; the detail names every field."""

    code = "register.data_refused"
    title = "The data does not fit the register"
    status = 400
    fault = "caller"
    remedy = "Correct the fields named in the detail; the register's openapi.json says what each takes."


class QueryRefused(PlatformError):
    """The search asks for what the register does not offer."""

    code = "register.query_refused"
    title = "The register cannot be searched like this"
    status = 400
    fault = "caller"
    remedy = "Give one or more indexed fields with exact values."


class KeyTaken(PlatformError):
    """A record of that key exists already."""

    code = "register.key_taken"
    title = "There is a record of that key already"
    status = 409
    fault = "caller"
    remedy = "Read the record; change it if it is wrong."


class KeyReused(PlatformError):
    """The idempotency key was used for other data."""

    code = "register.idempotency_key_reused"
    title = "The idempotency key was used for something else"
    status = 409
    fault = "caller"
    remedy = "Repeat with exactly the same data, or write with a new key."


class VersionStale(PlatformError):
    """The record was changed by somebody else in the meantime."""

    code = "register.version_stale"
    title = "The record has changed since you read it"
    status = 409
    fault = "caller"
    remedy = "Read the record again and decide on its present data."


class SubjectMismatch(PlatformError):
    """Usages are shown to the person they are about, and to nobody else."""

    code = "register.subject_mismatch"
    title = "These usages are about somebody else"
    status = 403
    fault = "caller"
    remedy = "Send the person's own number as Saola-Data-Subject."


class NumberingFailed(PlatformError):
    """The country's rule gives no free key."""

    code = "register.numbering_failed"
    title = "No number could be given"
    fault = "operator"
    remedy = "Check the register's numbering rule with `saola check`."


class SampleRefused(PlatformError):
    """The file of samples cannot be loaded."""

    code = "register.sample_refused"
    title = "The samples cannot be loaded"
    fault = "operator"
    remedy = "Correct the file of samples and run init again."
