"""What an exchange between two gateways costs, against a direct call of the same service in the same run.

Real processes: the certification authority, OCSP and TSA, the registry, two gateways with a database each,
and a small service. The load generator (aiohttp, in this process) shares the machine with all of them.
A message is a POST of 2 KB answered with 2 KB: two signatures, two verifications, four records made durable.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import yaml
from aiohttp import web
from saola_command.postgres import Cluster, Database, Endpoint, ensure_databases

INSTANCE = "EX-BENCH"
ANSWER = b'{"data": "' + b"x" * 2030 + b'"}'
SAOLA = [sys.executable, "-c", "import sys; from saola_command.dispatcher import main; sys.exit(main(sys.argv[1:]))"]
SERVICE_PORT = 8091


class Bench:
    """The processes and files of one run, below a throw-away folder."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.network = f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(250)}"
        self.trust = f"http://{self.network}.1:8090"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self.cluster = Cluster(folder / "postgres", endpoint=Endpoint("127.0.0.1", port))

    def database(self) -> str:
        database = Database(f"d_{secrets.token_hex(4)}", secrets.token_urlsafe(12))
        ensure_databases(operator_url=self.cluster.operator_url, databases=[database])
        return self.cluster.endpoint.url(user=database.name, password=database.password, database=database.name)

    def write(self, name: str, content: object) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return str(path)

    def run(self, *words: str) -> None:
        subprocess.run([*SAOLA, *words], check=True, stdout=subprocess.DEVNULL)

    def start(self, name: str, words: list[str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = self.stack.enter_context(running(words, log))

    def prepare(self) -> None:
        """Everything but the gateways' processes."""
        self.cluster.create()
        self.start("postgres", list(self.cluster.command()))
        self.cluster.wait(seconds=30, alive=self.processes["postgres"])
        self.start("service", [sys.executable, __file__, "--serve", f"{self.network}.1"])
        token = self.write("operator.token", secrets.token_urlsafe(32))
        trust = self.write("trust.yaml", {
            "listen": f"{self.network}.1:8090", "public_url": self.trust, "data": str(self.folder / "trust"),
            "database": self.database(), "roles": ["ca", "ocsp", "tsa"], "country": "EX", "operator_name": "Bench",
            "operator_token_file": token,
        })  # fmt: skip
        self.run("trust", "init", "--config", trust)
        self.start("trust", [*SAOLA, "trust", "run", "--config", trust])
        asyncio.run(answers(self.trust + "/health"))
        for number, code in enumerate("AB"):
            self.write(f"{code}/client.token", secrets.token_urlsafe(24))
            config = self.write(f"{code}/gateway.yaml", self.gateway(code, f"{self.network}.{number + 2}"))
            self.run("gateway", "init", "--config", config, "--ca", self.trust, "--token-file", token)
        asyncio.run(self.registry())

    def gateway(self, code: str, host: str) -> dict[str, Any]:
        service = {
            "subsystem": "s", "code": "echo", "url": f"http://{self.network}.1:{SERVICE_PORT}",
            "access": [{"client": f"{INSTANCE}/GOV/A/s"}],
        }  # fmt: skip
        return {
            "instance": INSTANCE, "organisation": f"Organisation {code}", "country": "EX",
            "server": {"member_class": "GOV", "member_code": code, "server_code": "gateway1"},
            "consumer": {"host": host}, "transport": {"host": host}, "administration": {"host": host},
            "database": self.database(), "data": "data", "anchor": str(self.folder / "anchor.xml"),
            "timestamping": {"url": self.trust + "/tsa", "interval_seconds": 5},
            "clients": [{"subsystem": "s", "token_file": "client.token"}],
            "services": [service] if code == "B" else [],
            "limits": {"parallel": 1000},
        }  # fmt: skip

    async def registry(self) -> None:
        """The registry with both members."""
        authority = self.write("registry/ca.crt", (await answers(self.trust + "/ca/government.crt")).decode())
        members = [
            {"member_class": "GOV", "member_code": code, "name": code, "subsystems": [{"code": "s", "name": "s"}]}
            for code in "AB"
        ]
        for number, code in enumerate("AB"):
            certificate = str(self.folder / code / "data" / "keys" / "auth.crt")
            self.write(f"registry/servers/{code}.yaml", {
                "member_class": "GOV", "member_code": code, "server_code": "gateway1",
                "address": f"{self.network}.{number + 2}", "auth_certificates": [certificate],
                "clients": [f"{INSTANCE}/GOV/{code}/s"],
            })  # fmt: skip
        config = self.write("registry.yaml", {
            "listen": f"{self.network}.1:8092", "public_url": f"http://{self.network}.1:8092", "instance": INSTANCE,
            "data": str(self.folder / "registry"), "members_file": self.write("registry/members.yaml", members),
            "servers_dir": str(self.folder / "registry" / "servers"),
            "approved_cas": [{"name": "CA", "top_ca": authority,
                              "ocsp": [{"url": self.trust + "/ocsp/government", "certificate": None}]}],
            "approved_tsas": [{"name": "TSA", "url": self.trust + "/tsa",
                               "certificate": str(self.folder / "trust" / "tsa.pem")}],
        })  # fmt: skip
        self.run("registry", "init", "--config", config)
        self.run("registry", "anchor", "--config", config, "--out", str(self.folder / "anchor.xml"))
        self.start("registry", [*SAOLA, "registry", "run", "--config", config])
        await answers(f"http://{self.network}.1:8092/health")

    def start_gateways(self) -> None:
        for number, code in enumerate("AB"):
            words = [*SAOLA, "gateway", "run", "--config", str(self.folder / code / "gateway.yaml")]
            self.start(f"gateway {code}", words)
            asyncio.run(answers(f"http://{self.network}.{number + 2}:5566/health"))

    def processor_time(self, code: str) -> float:
        """Seconds of processor time that the gateway's process has used."""
        used = psutil.Process(self.processes[f"gateway {code}"].pid).cpu_times()
        return float(used.user + used.system)

    def memory(self, code: str) -> float:
        """MB that the gateway's process has for itself."""
        return float(psutil.Process(self.processes[f"gateway {code}"].pid).memory_full_info().uss) / 1e6


@contextmanager
def running(words: list[str], log: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process for the length of the block."""
    process = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


async def answers(url: str) -> bytes:
    """Wait until the address answers 200."""
    async with aiohttp.ClientSession() as session:
        for _ in range(300):
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return await answer.read()
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    raise SystemExit(f"{url} does not answer")


async def load(url: str, headers: dict[str, str], *, connections: int, seconds: float) -> tuple[float, float, float]:
    """Messages a second, and the median and 99th percentile of their times in ms."""
    times: list[float] = []
    body, end = b"x" * 2048, time.monotonic() + seconds
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def worker() -> None:
            while (begun := time.monotonic()) < end:
                async with session.post(url, data=body, headers=headers) as answer:
                    content = await answer.read()
                    if answer.status != 200:
                        raise SystemExit(f"{answer.status}: {content[:300]!r}")
                times.append(time.monotonic() - begun)

        begun = time.monotonic()
        await asyncio.gather(*(worker() for _ in range(connections)))
        lasted = time.monotonic() - begun
    percentiles = statistics.quantiles(times, n=100)
    return len(times) / lasted, percentiles[49] * 1e3, percentiles[98] * 1e3


def serve(host: str) -> None:
    """The service: 2 KB for whatever comes."""

    async def answer(request: web.BaseRequest) -> web.Response:
        await request.read()
        return web.Response(body=ANSWER, content_type="application/json")

    async def forever() -> None:
        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        await web.TCPSite(runner, host, SERVICE_PORT).start()
        await asyncio.Event().wait()

    asyncio.run(forever())


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 16, 64])
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return 0
    with tempfile.TemporaryDirectory(prefix="saola-bench-", ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        bench = Bench(Path(folder), stack)
        bench.prepare()
        bench.start_gateways()
        idle = bench.memory("A"), bench.memory("B")
        headers = {
            "X-Road-Client": f"{INSTANCE}/GOV/A/s",
            "X-Saola-Client-Token": (bench.folder / "A" / "client.token").read_text(),
            "Saola-Purpose": "benchmark",
        }
        direct = f"http://{bench.network}.1:{SERVICE_PORT}/x"
        through = f"http://{bench.network}.2:8080/r1/{INSTANCE}/GOV/B/s/echo/x"
        asyncio.run(load(through, headers, connections=8, seconds=1.0))  # connections are made, caches filled
        for connections in options.connections:
            plain = asyncio.run(load(direct, {}, connections=connections, seconds=options.seconds))
            before = [bench.processor_time(code) for code in "AB"]
            pair = asyncio.run(load(through, headers, connections=connections, seconds=options.seconds))
            used = [bench.processor_time(code) - earlier for code, earlier in zip("AB", before, strict=True)]
            each = [1e3 * seconds / (pair[0] * options.seconds) for seconds in used]
            print(
                f"{connections:4} connections: direct {plain[0]:7.0f}/s p50 {plain[1]:6.1f} p99 {plain[2]:6.1f} ms | "
                f"exchange {pair[0]:6.0f}/s p50 {pair[1]:6.1f} p99 {pair[2]:6.1f} ms | ratio {pair[0] / plain[0]:.3f} "
                f"| processor time a message: {each[0]:.1f} ms asking, {each[1]:.1f} ms serving",
                flush=True,
            )
        after = bench.memory("A"), bench.memory("B")
        print(f"memory of a gateway: {max(idle):.0f} MB idle, {max(after):.0f} MB after the load")
    return 0


if __name__ == "__main__":
    sys.exit(main())
