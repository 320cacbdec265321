"""The entry points of the `saola` command that this package offers. Each loads its part when it is called."""

from __future__ import annotations


def main_gateway(arguments: list[str]) -> int:
    """`saola gateway …`"""
    from saola_exchange.gateway.command import main

    return main(arguments)


def main_registry(arguments: list[str]) -> int:
    """`saola registry …`"""
    from saola_exchange.registry.command import main

    return main(arguments)


def main_evidence(arguments: list[str]) -> int:
    """`saola evidence …`"""
    from saola_exchange.evidence.command import main

    return main(arguments)


def main_conf(arguments: list[str]) -> int:
    """`saola conf …`"""
    from saola_exchange.globalconf.command import main

    return main(arguments)
