"""As whom the database server runs: PostgreSQL refuses root, so root hands over to an existing user."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Sequence
from pathlib import Path

from saola_command.errors import DatabaseFailed

CANDIDATES = ("postgres", "nobody")


def server_account() -> pwd.struct_passwd | None:
    """The unprivileged account for the server, or None when we are not root and need none."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseFailed(
        "No unprivileged user exists for the database server.", remedy="Run Saola as an ordinary user."
    )


def wrapped(command: Sequence[str], *, account: pwd.struct_passwd | None, reads: Sequence[Path]) -> list[str]:
    """`command`, made to run as `account` and to end with its parent.

    Where a folder of `reads` is closed to that account (a checkout below root's home), the command
    keeps the one capability that lets it pass; nobody's folder changes owner or mode for it.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise DatabaseFailed("The program setpriv is missing.", remedy="Install the package util-linux.")
    if account is None:
        return [setpriv, "--pdeathsig", "INT", "--", *command]
    words = [setpriv, "--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups"]
    if not all(passable(path, uid=account.pw_uid) for path in reads):
        words += ["--inh-caps", "-all,+dac_read_search", "--ambient-caps", "-all,+dac_read_search"]
    else:
        words += ["--inh-caps", "-all"]
    return [*words, "--pdeathsig", "INT", "--", *command]


def passable(path: Path, *, uid: int) -> bool:
    """Whether every folder on the way to `path` lets a stranger of that uid through."""
    for folder in path.resolve().parents:
        status = folder.stat()
        allowed = status.st_mode & (0o100 if status.st_uid == uid else 0o001)
        if not allowed:
            return False
    return True
