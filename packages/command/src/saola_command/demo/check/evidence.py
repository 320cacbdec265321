"""The journey's own look at the exchange: registers asked through a gateway, and every piece of evidence verified.

Evidence is judged by `saola evidence verify`, offline, against the configuration that the gateway gives out.
"""

from __future__ import annotations

import io
import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saola_command.demo import layout as places
from saola_command.demo.check.browser import PATIENCE_SECONDS
from saola_command.demo.declaration import Demo, Member
from saola_command.demo.layout import Layout
from saola_command.demo.processes import environment, own_command
from saola_command.errors import JourneyFailed


@dataclass(frozen=True, slots=True)
class Exchange:
    """One member's way into the exchange, as that member's engineer has it."""

    demo: Demo
    layout: Layout
    member: Member

    def record(self, *, register: str, key: str, purpose: str, ground: str, subject: str) -> dict[str, Any]:
        """One record of a register, read through the gateway with purpose and legal ground."""
        owner = next(m for m in self.demo.members if register in m.registers)
        service = f"{self.demo.instance}/{owner.member_class}/{owner.code}/{owner.subsystem}/{register}"
        headers = {"Saola-Purpose": purpose, "Saola-Legal-Ground": ground, "Saola-Data-Subject": subject}
        path = f"/r1/{service}/records/{urllib.parse.quote(key, safe='')}"
        content: dict[str, Any] = json.loads(self._get(path, headers))
        return content

    def configuration(self, folder: Path) -> Path:
        """The verification configuration, as the gateway gives it to an auditor."""
        path = folder / "verificationconf.zip"
        path.write_bytes(self._get("/verificationconf", {}))
        return path

    def _get(self, path: str, headers: Mapping[str, str]) -> bytes:
        index = self.demo.members.index(self.member)
        client = f"{self.demo.instance}/{self.member.member_class}/{self.member.code}/{self.member.subsystem}"
        token = self.layout.secret(f"client-{self.member.code}.token").read_text(encoding="utf-8")
        encoded = {name: urllib.parse.quote(value) for name, value in headers.items()}
        request = urllib.request.Request(
            f"http://{self.layout.gateway(index)}:{places.CONSUMER}{path}",
            headers={"X-Road-Client": client, "X-Saola-Client-Token": token, **encoded},
        )
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                    content: bytes = answer.read()
                    return content
            except OSError as error:
                said = str(error)
                if isinstance(error, urllib.error.HTTPError):
                    with error:
                        said = f"{error.code}: {error.read()[:300].decode(errors='replace')}"
                if time.monotonic() > end:
                    raise JourneyFailed(f"The exchange answered {path} with {said}") from error
            time.sleep(0.5)


def verify_containers(*, containers: Mapping[str, bytes], configuration: Path, folder: Path) -> None:
    """Verify containers by name, offline and in one go; raises JourneyFailed unless each is valid."""
    path = folder / "containers.zip"
    told = _bundle(containers, path)
    command = own_command("evidence", "verify", str(path), "--conf", str(configuration), "--json")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(environment()), timeout=60)
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [verdict for verdict in verdicts if verdict.get("verdict") != "valid"]
    if done.returncode != 0 or wrong or len(verdicts) != told:
        said = json.dumps(wrong) if wrong else done.stdout.strip() or done.stderr.strip()
        raise JourneyFailed(f"Of {told} containers not each is valid: {said}"[:1500])


def _bundle(containers: Mapping[str, bytes], path: Path) -> int:
    """Put the containers into one ZIP file, taking apart what is such a file already; how many they are."""
    with zipfile.ZipFile(path, "w") as bundle:
        for name, content in containers.items():
            with zipfile.ZipFile(io.BytesIO(content)) as source:
                inner = [entry for entry in source.namelist() if entry.endswith(".asice")]
                for entry in inner:
                    bundle.writestr(f"{name}-{entry}", source.read(entry))
            if not inner:
                bundle.writestr(f"{name}.asice", content)
        return len(bundle.namelist())


def refuse_tampered(*, container: bytes, configuration: Path, folder: Path) -> None:
    """Show that the verifier does not nod at everything: the same container, one byte changed, must be refused."""
    path = folder / "tampered.asice"
    path.write_bytes(tampered(container))
    command = own_command("evidence", "verify", str(path), "--conf", str(configuration), "--json")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(environment()), timeout=60)
    if done.returncode != 1:
        raise JourneyFailed(f"A tampered container was not refused: exit code {done.returncode}.")


def tampered(container: bytes) -> bytes:
    """The container with its message changed by one letter."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(container)) as source, zipfile.ZipFile(changed, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "message.xml":
                content = content[:-3] + bytes([content[-3] ^ 1]) + content[-2:]
            target.writestr(entry, content)
    return changed.getvalue()
