"""The `saola` command: finds the sub-commands that the installed packages offer and hands over to one.

A package offers a sub-command by an entry point of the group ``saola.commands``: a callable
that takes the remaining arguments and returns the exit code. So a gateway host, where only
`trust` and `exchange` are installed, has only their commands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

USAGE = "usage: saola COMMAND [ARGUMENT ...]\n\ncommands on this machine:\n"
HINT = "\n\n`saola COMMAND --help` says more."
# Here and not in the packages: loading all of them only to list them would take seconds.
SUMMARIES = {
    "ca": "issue, revoke and list certificates at a running authority",
    "check": "check the declarations of a country",
    "conf": "check a signed configuration of the exchange",
    "demo": "run a small digital state on this machine, or check it",
    "evidence": "judge the evidence of messages, offline",
    "gateway": "prepare and run an organisation's gateway",
    "identity": "prepare and run sign-in and signing",
    "registry": "prepare and run the registry of the exchange",
    "site": "prepare and run a portal, a one-stop or registers",
    "trust": "prepare and run certification, time stamps, trusted list, signer",
}


def offered() -> dict[str, EntryPoint]:
    """The sub-commands of this installation, by name."""
    return {point.name: point for point in sorted(entry_points(group="saola.commands"), key=lambda p: p.name)}


def main(arguments: list[str] | None = None) -> int:
    """Run one sub-command; exit code 2 when there is none of that name."""
    words = sys.argv[1:] if arguments is None else arguments
    commands = offered()
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_usage(commands), file=sys.stdout if words else sys.stderr)
        return 0 if words else 2
    if words[0] not in commands:
        print(f"saola: no command {words[0]!r} on this machine\n\n{_usage(commands)}", file=sys.stderr)
        return 2
    result = commands[words[0]].load()(words[1:])
    return int(result or 0)


def _usage(names: Iterable[str]) -> str:
    return USAGE + "\n".join(f"  {name:<10} {SUMMARIES.get(name, '')}".rstrip() for name in names) + HINT
