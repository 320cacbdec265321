"""What the demo is doing right now, as JSON for the landing page: processes, messages, people, links."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import yaml
from aiohttp import web

from saola_command.demo import layout as places
from saola_command.demo.layout import site_name
from saola_command.demo.plan import Plan
from saola_command.demo.processes import Running

COUNT_EVERY_SECONDS = 2.0


class StatusServer:
    """Serves /status.json on loopback, and asks the gateways for their counts in the background."""

    def __init__(self, *, plan: Plan, running: Mapping[str, Running]) -> None:
        self._plan = plan
        self._running = running
        self._messages: dict[str, int] = {}
        self._runner: web.AppRunner | None = None
        self._counting: asyncio.Task[None] | None = None

    async def start(self, port: int) -> None:
        """Listen on that port of 127.0.0.1."""
        application = web.Application()
        application.router.add_get("/status.json", self._answer)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self._counting = asyncio.create_task(self._count())

    async def stop(self) -> None:
        """Stop listening and counting."""
        if self._counting:
            self._counting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._counting
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, _request: web.Request) -> web.Response:
        return web.json_response(self.snapshot())

    async def _count(self) -> None:
        plan = self._plan
        while True:
            for index, member in enumerate(plan.demo.members):
                url = f"http://{plan.layout.gateway(index)}:{places.ADMINISTRATION}/status"
                status = await plan.probe.json(url)
                if status is not None:
                    self._messages[member.code] = int(status.get("messages", 0))
            await asyncio.sleep(COUNT_EVERY_SECONDS)

    def snapshot(self) -> dict[str, Any]:
        """The state of the demo as a JSON object."""
        plan = self._plan
        registers = {
            member.code: plan.layout.url(site_name(member.site, member.subsystem))
            for member in plan.demo.members
            if member.site == "register"
        }
        return {
            "instance": plan.demo.instance,
            "country": plan.demo.country.name,
            "processes": [
                {
                    "name": name,
                    "kind": running.process.kind,
                    "organisation": running.process.organisation,
                    "state": running.state,
                    "since": datetime.fromtimestamp(running.since, tz=UTC).isoformat(timespec="seconds"),
                    "pid": running.pid,
                    "restarts": running.restarts,
                    "url": running.process.url,
                }
                for name, running in self._running.items()
            ],
            # Every message passes two gateways and is logged by both: half the sum is the number of messages.
            "messages": {"total": sum(self._messages.values()) // 2, "per_gateway": dict(self._messages)},
            "people": people(plan.demo.people.read_text(encoding="utf-8")),
            "links": {
                "portal": plan.layout.url("portal"),
                "onestop": plan.layout.url("onestop"),
                "identity": plan.layout.url("identity"),
                "mail": plan.layout.url("mail"),
                "registers": registers,
            },
        }


def people(text: str) -> list[dict[str, Any]]:
    """Who one can be, from the demo's people file."""
    declared = yaml.safe_load(text) or {}
    return [
        {
            "full_name": person["full_name"],
            "label": person.get("label", {}),
            "story": person.get("story", {}),
            "role": person.get("role", "citizen"),
            "official": bool(person.get("organisation")),
        }
        for person in declared.get("people", [])
    ]
