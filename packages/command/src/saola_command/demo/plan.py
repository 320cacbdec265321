"""Which processes the demo has, in which order they can start, and what each needs prepared before."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

from saola_command.demo import configurations
from saola_command.demo import layout as places
from saola_command.demo.configurations import Writer
from saola_command.demo.declaration import Demo, Member
from saola_command.demo.layout import Layout, site_name
from saola_command.demo.processes import Process
from saola_command.demo.readiness import Probe, port_open
from saola_command.postgres import Cluster

CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Plan:
    """The demo's processes, made from its declaration and its layout."""

    demo: Demo
    layout: Layout
    probe: Probe

    @property
    def writer(self) -> Writer:
        """The writer of the processes' configuration files."""
        return Writer(demo=self.demo, layout=self.layout)

    def database(self, cluster: Cluster) -> Process:
        """The database server."""

        async def answers() -> bool:
            return await asyncio.to_thread(cluster.answers)

        return Process(
            name="database",
            kind="database",
            organisation=CENTRE,
            arguments=tuple(cluster.command()),
            ready=answers,
            is_own_command=False,
            stop_signal=signal.SIGINT,
        )

    def trust(self) -> Process:
        """Certification, OCSP, time stamps, the trusted list."""
        return self._central(
            "trust", "trust", configurations.trust_configuration(self.writer, role="trust"), places.TRUST, "/health"
        )

    def signer(self) -> Process:
        """The holder of people's and organisations' signing keys."""
        return self._central(
            "signer", "trust", configurations.trust_configuration(self.writer, role="signer"), places.SIGNER, "/health"
        )

    def registry(self) -> Process:
        """The registry of members, which signs the configuration that all gateways follow."""
        return self._central(
            "registry", "registry", configurations.registry_configuration(self.writer), places.REGISTRY, "/health"
        )

    def gateway(self, index: int, member: Member) -> Process:
        """The gateway of one member."""
        url = f"http://{self.layout.gateway(index)}:{places.ADMINISTRATION}"
        path = configurations.gateway_configuration(self.writer, index=index, member=member)
        return Process(
            name=f"gateway-{member.code}",
            kind="gateway",
            organisation=member.code,
            arguments=("gateway", "run", "--config", str(path)),
            ready=self.probe.answers(url + "/health"),
        )

    def identity(self) -> Process:
        """The identity provider."""
        path = configurations.identity_configuration(self.writer)
        url = f"http://127.0.0.1:{self.layout.ports['identity']}/health"
        return Process(
            name="identity",
            kind="identity",
            organisation=CENTRE,
            arguments=("identity", "run", "--config", str(path)),
            ready=self.probe.answers(url),
            url=self.layout.url("identity"),
        )

    def site(self, index: int, member: Member) -> Process:
        """The site of one member."""
        path = configurations.site_configuration(self.writer, index=index, member=member)
        name = site_name(member.site, member.subsystem)
        return Process(
            name=f"site-{member.code}",
            kind=member.site,
            organisation=member.code,
            arguments=("site", "run", "--config", str(path)),
            url=self.layout.url(name),
            ready=self.probe.answers(f"http://127.0.0.1:{self.layout.ports[name]}/health"),
        )

    def worker(self, index: int, member: Member) -> Process:
        """The background worker of one member's site."""
        path = configurations.site_configuration(self.writer, index=index, member=member)

        async def running() -> bool:
            return True

        return Process(
            name=f"worker-{member.code}",
            kind="worker",
            organisation=member.code,
            arguments=("site", "worker", "--config", str(path)),
            ready=running,
        )

    def mailbox(self) -> Process:
        """Where the demo's letters arrive: an SMTP server and a page that shows them."""
        words: tuple[str, ...] = (
            "demo",
            "mailbox",
            "--smtp",
            f"{self.layout.centre}:{places.MAIL}",
            "--web",
            f"127.0.0.1:{self.layout.ports['mail']}",
            "--data",
            str(self.layout.folder("mail")),
        )
        texts = self.demo.people.parent / "mailbox.yaml"
        if texts.is_file():
            words += ("--words", str(texts))
        return Process(
            name="mailbox",
            kind="mail",
            organisation=CENTRE,
            arguments=words,
            url=self.layout.url("mail"),
            ready=port_open("127.0.0.1", self.layout.ports["mail"]),
        )

    def working_members(self) -> list[tuple[int, Member]]:
        """The members whose sites have work to do in the background."""
        return [(i, member) for i, member in enumerate(self.demo.members) if member.site != "register"]

    def _central(self, name: str, command: str, path: Path, port: int, health: str) -> Process:
        url = f"{self.writer.central(port)}{health}"
        return Process(
            name=name,
            kind=name,
            organisation=CENTRE,
            arguments=(command, "run", "--config", str(path)),
            ready=self.probe.answers(url),
        )
