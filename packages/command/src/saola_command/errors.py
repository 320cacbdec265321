"""What can go wrong in the command package, each with a stable code and a remedy."""

from __future__ import annotations


class CommandError(Exception):
    """Base of every error of this package.

    ``code`` is stable, ``detail`` is safe to show to anyone, ``remedy`` says what to do next.
    """

    code = "command.failed"
    remedy = "Read the log named above."

    def __init__(self, detail: str, *, remedy: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if remedy is not None:
            self.remedy = remedy


class DatabaseFailed(CommandError):
    """The embedded database server could not be made or started."""

    code = "command.database_failed"


class DataFolderInUse(CommandError):
    """Another supervisor works on the same data folder."""

    code = "command.data_folder_in_use"


class DataFolderUnusable(CommandError):
    """The data folder cannot be made, read or written."""

    code = "command.data_folder_unusable"
    remedy = "Name a folder of your own with --data."


class PortTaken(CommandError):
    """An address that the demo needs is held by another program."""

    code = "command.port_taken"


class DemoDeclarationInvalid(CommandError):
    """The files under demo/ do not say what the supervisor needs."""

    code = "command.demo_declaration_invalid"


class ProcessFailed(CommandError):
    """A process of the demo did not start, or keeps ending."""

    code = "command.process_failed"


class JourneyFailed(CommandError):
    """A step of the checked journey did not end as it must."""

    code = "command.journey_failed"
