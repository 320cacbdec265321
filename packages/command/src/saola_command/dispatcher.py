"""The `saola` command: finds the sub-commands that the installed packages offer and hands over to one.

A package offers a sub-command by an entry point of the group ``saola.commands``: a callable
that takes the remaining arguments and returns the exit code. So a gateway host, where only
`trust` and `exchange` are installed, has only their commands.
"""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, entry_points

USAGE = "usage: saola COMMAND [ARGUMENT ...]\n\ncommands on this machine:\n"


def offered() -> dict[str, EntryPoint]:
    """The sub-commands of this installation, by name."""
    return {point.name: point for point in sorted(entry_points(group="saola.commands"), key=lambda p: p.name)}


def main(arguments: list[str] | None = None) -> int:
    """Run one sub-command; exit code 2 when there is none of that name."""
    words = sys.argv[1:] if arguments is None else arguments
    commands = offered()
    if not words or words[0] in {"-h", "--help", "help"}:
        print(USAGE + "\n".join(f"  {name}" for name in commands))
        return 0 if words else 2
    if words[0] not in commands:
        print(
            f"saola: no command {words[0]!r} on this machine\n\n{USAGE}" + "\n".join(f"  {name}" for name in commands),
            file=sys.stderr,
        )
        return 2
    result = commands[words[0]].load()(words[1:])
    return int(result or 0)
