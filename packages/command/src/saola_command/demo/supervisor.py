"""Starts the whole demo in order, watches over it, and ends it cleanly.

The order: the database server; trust and signer; then, side by side, what the gateways, the identity
provider and the sites need prepared; the registry, which needs the gateways' certificates; at last
everything that serves. What was prepared once and has not changed since is not prepared again.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from saola_command.demo import configurations
from saola_command.demo import layout as places
from saola_command.demo.configurations import database_names
from saola_command.demo.plan import Plan
from saola_command.demo.processes import Process, Running, run_once
from saola_command.demo.status import StatusServer
from saola_command.errors import ProcessFailed
from saola_command.postgres import Cluster, Endpoint, ensure_databases

SIDE_BY_SIDE = 3


class Steps(Protocol):
    """Shows a step while it goes on; what it gives is called for each part that is done."""

    def __call__(self, what: str, *, parts: int = 0) -> AbstractContextManager[Callable[[], None]]:
        """The step `what`, of so many parts."""


class Supervisor:
    """All processes of one demo."""

    def __init__(self, *, plan: Plan, say: Callable[[str], None], step: Steps) -> None:
        self.plan = plan
        self.running: dict[str, Running] = {}
        self._say = say
        self._step = step
        self._side_by_side = asyncio.Semaphore(SIDE_BY_SIDE)
        self._status = StatusServer(plan=plan, running=self.running)
        self._people: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bring everything up; raises CommandError with what went wrong and stops nothing by itself."""
        await self._start_database()
        fresh = self._fingerprint_changed()
        people = await self._start_centre(fresh=fresh)
        await asyncio.gather(self._prepare_gateways(fresh=fresh), self._prepare_sites(fresh=fresh), people)
        await self._start_registry(fresh=fresh)
        await self._start_everything()
        self._keep_fingerprint()
        await self._status.start(self.plan.layout.ports["status"])

    async def stop(self) -> None:
        """End everything, those that serve people first and the database last."""
        await self._status.stop()
        if self._people is not None:
            self._people.cancel()
            await asyncio.gather(self._people, return_exceptions=True)
        names = [name for name in self.running if name != "database"]
        await asyncio.gather(*(self.running[name].stop() for name in names))
        if "database" in self.running:
            await self.running["database"].stop()

    async def _start_database(self) -> None:
        layout = self.plan.layout
        cluster = Cluster(layout.folder("postgres"), endpoint=Endpoint(layout.centre, places.DATABASE))
        with self._step("database"):
            await asyncio.to_thread(cluster.create)
            await self._run(self.plan.database(cluster))
            owners = [self.plan.writer.database_of(name) for name in database_names(self.plan.demo)]
            await asyncio.to_thread(ensure_databases, operator_url=cluster.operator_url, databases=owners)

    async def _start_centre(self, *, fresh: bool) -> asyncio.Task[None]:
        """Trust and signer; the task returned is identity's preparation, which needs the signer and is needed by it."""
        with self._step("certification, time stamps, trusted list"):
            await self._prepare_and_run(self.plan.trust(), fresh=fresh)
        people = self._people = asyncio.create_task(self._prepare_identity(fresh=fresh))
        await self._until_identity_has_keys(people)
        with self._step("signing keys"):
            await self._prepare_and_run(self.plan.signer(), fresh=fresh)
            for name, path in (
                ("registry/government.crt", "/ca/government.crt"),
                ("trust/trustlist.crt", "/trustlist.crt"),
            ):
                await self._fetch(path, self.plan.layout.data / name)
        return people

    async def _prepare_identity(self, *, fresh: bool) -> None:
        path = configurations.identity_configuration(self.plan.writer)
        if not fresh:
            return
        with self._step("the people's accounts and keys"):
            # Not among those that take turns: the signer, which takes one, waits for identity.
            words = ("identity", "init", "--config", str(path))
            await run_once(*words, what="Preparing identity", log=self._log("identity"))

    async def _until_identity_has_keys(self, people: asyncio.Task[None]) -> None:
        """The signer trusts orders signed by identity alone, so identity's public key must be there first."""
        key = self.plan.layout.folder("identity") / "activation.pub.json"
        while not key.exists():
            if people.done():
                people.result()
                raise ProcessFailed("Identity was prepared, but left no activation key.")
            await asyncio.sleep(0.1)

    async def _prepare_and_run(self, process: Process, *, fresh: bool) -> None:
        if fresh:
            command, _, *rest = process.arguments
            await self._once(command, "init", *rest, what=f"Preparing {process.name}", name=process.name)
        await self._run(process)

    async def _fetch(self, path: str, file: Path) -> None:
        text = await self.plan.probe.text(self.plan.writer.central(places.TRUST) + path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    async def _prepare_gateways(self, *, fresh: bool) -> None:
        trust, token = self.plan.writer.central(places.TRUST), self.plan.layout.secret("operator.token")
        preparing = []
        for index, member in enumerate(self.plan.demo.members):
            path = configurations.gateway_configuration(self.plan.writer, index=index, member=member)
            words = ("gateway", "init", "--config", str(path), "--ca", trust, "--token-file", str(token))
            if fresh:
                name = f"gateway-{member.code}"
                preparing.append(self._once(*words, what=f"Preparing {name}", name=name))
        await self._all("keys and certificates of the gateways", preparing)

    async def _prepare_sites(self, *, fresh: bool) -> None:
        paths = {
            f"site-{member.code}": configurations.site_configuration(self.plan.writer, index=index, member=member)
            for index, member in enumerate(self.plan.demo.members)
        }
        await self._prepare_seals()
        preparing = [
            self._once("site", "init", "--config", str(path), what=f"Preparing {name}", name=name)
            for name, path in (paths.items() if fresh else ())
        ]
        await self._all("tables and registers of the sites", preparing)

    async def _all(self, what: str, doing: Sequence[Coroutine[Any, Any, None]]) -> None:
        """Do these side by side as the parts of one step; nothing is shown of nothing."""
        if not doing:
            return
        with self._step(what, parts=len(doing)) as part_done:

            async def part(one: Coroutine[Any, Any, None]) -> None:
                await one
                part_done()

            await asyncio.gather(*map(part, doing))

    async def _prepare_seals(self) -> None:
        """Make sure that every organisation that seals has its credential at the signer."""
        token = self.plan.layout.secret("operator.token").read_text(encoding="utf-8")
        for member in self.plan.demo.members:
            if member.seal is None:
                continue
            subject = {
                "common_name": member.seal.name,
                "organisation": member.seal.name,
                "organisation_identifier": member.seal.identifier,
                "country": self.plan.demo.territory,
            }
            await self.plan.probe.post(
                self.plan.writer.central(places.SIGNER) + "/signer/credentials",
                {
                    "owner": member.seal.organisation,
                    "kind": "seal",
                    "hierarchy": "government",
                    "subject": subject,
                    "pin": None,
                    "valid_days": 365,
                },
                token=token,
            )

    async def _start_registry(self, *, fresh: bool) -> None:
        writer, layout = self.plan.writer, self.plan.layout
        registry = self.plan.registry()
        for index, member in enumerate(self.plan.demo.members):
            certificate = layout.folder(f"gateway-{member.code}") / "keys" / "auth.crt"
            configurations.server_file(writer, index=index, member=member, authentication_certificate=certificate)
        with self._step("registry"):
            await self._prepare_and_run(registry, fresh=fresh)
            anchor = layout.folder("registry") / "anchor.xml"
            words = ("registry", "anchor", "--config", registry.arguments[-1], "--out", str(anchor))
            if fresh or not anchor.exists():
                await self._once(*words, what="The anchor", name="registry")

    async def _start_everything(self) -> None:
        demo = self.plan.demo
        gateways = [self._run(self.plan.gateway(i, member)) for i, member in enumerate(demo.members)]
        sites = [self._run(self.plan.mailbox()), self._run(self.plan.identity())]
        sites += [self._run(self.plan.site(i, member)) for i, member in enumerate(demo.members)]
        sites += [self._run(self.plan.worker(i, member)) for i, member in self.plan.working_members()]
        await asyncio.gather(self._all("gateways", gateways), self._all("sites", sites))

    async def _run(self, process: Process) -> None:
        running = Running(process=process, log=self._log(process.name), say=self._say)
        self.running[process.name] = running
        async with self._side_by_side:
            await running.start()

    async def _once(self, *words: str, what: str, name: str) -> None:
        async with self._side_by_side:
            await run_once(*words, log=self._log(name), what=what)

    def _log(self, name: str) -> Path:
        return self.plan.layout.folder("logs") / f"{name}.log"

    def _fingerprint_changed(self) -> bool:
        kept = self.plan.layout.data / "prepared"
        return not kept.exists() or kept.read_text(encoding="utf-8") != fingerprint(self.plan)

    def _keep_fingerprint(self) -> None:
        (self.plan.layout.data / "prepared").write_text(fingerprint(self.plan), encoding="utf-8")


def fingerprint(plan: Plan) -> str:
    """A digest over everything that preparation depends on: the code, the country, the demo, the addresses."""
    digest = hashlib.sha256()
    code = Path(__file__).resolve().parents[4]
    folders = [code, plan.demo.country, plan.demo.people.parent]
    for folder in folders:
        for root, directories, files in os.walk(folder):
            directories[:] = sorted(d for d in directories if d not in {"__pycache__", "node_modules", "tests"})
            for name in sorted(files):
                status = (Path(root) / name).stat()
                digest.update(f"{root}/{name}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    digest.update(repr(sorted(plan.layout.ports.items())).encode())
    return digest.hexdigest()
