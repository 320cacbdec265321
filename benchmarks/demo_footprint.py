"""How long the demo takes to start, and how much memory all its processes hold together.

Starts a demo on a throw-away folder twice (first start, later start), and sums the proportional set size
(PSS) over the supervisor and all its descendants. Ratio: later start to first start; beside it the size of an
idle Python that has only started.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import psutil


def main() -> int:
    """Measure and print; exit 1 when the demo does not start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--country", default="vietnam")
    options = parser.parse_args()
    print(f"idle Python: {idle_python() / 1e6:.0f} MB")
    with tempfile.TemporaryDirectory(prefix="saola-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        first = started(options.country, data, measure=False)
        later = started(options.country, data, measure=True)
    print(f"first start: {first}")
    print(f"later start: {later}")
    print(
        f"later to first: {later.wall / first.wall:.2f} of the time, {later.cpu / first.cpu:.2f} of the processor time"
    )
    return 0


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds until everything ran; seconds of processor time of all processes, user and system, until they ended."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"ready after {self.wall:.1f} s, {self.cpu:.1f} s of processor time"


def started(country: str, data: Path, *, measure: bool) -> Start:
    """Start a demo, end it when it is ready; what that took."""
    words = [sys.executable, "-m", "saola_command", "demo", "--country", country, "--data", str(data), "--free-ports"]
    begin, cpu_before = time.monotonic(), processor_seconds()
    seconds = None
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as demo:
        try:
            for line in demo.stdout or ():
                if line.strip().startswith("ready after"):
                    seconds = time.monotonic() - begin
                    break
            if seconds is not None and measure:
                time.sleep(5)
                report(demo.pid)
        finally:
            demo.terminate()
            demo.communicate()
    if seconds is None:
        raise SystemExit("the demo did not start")
    return Start(wall=seconds, cpu=processor_seconds() - cpu_before)


def processor_seconds() -> float:
    """User and system time of the processes that this one started and that have ended, theirs included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(supervisor: int) -> None:
    """Print the memory of each process below the supervisor, and the sum."""
    root = psutil.Process(supervisor)
    sums: dict[str, list[float]] = defaultdict(list)
    for process in [root, *root.children(recursive=True)]:
        try:
            sums[name_of(process)].append(process.memory_full_info().pss / 1e6)
        except psutil.NoSuchProcess:
            continue
    for name, sizes in sorted(sums.items(), key=lambda item: -sum(item[1])):
        print(f"  {name:<24} {len(sizes):3} processes {sum(sizes):7.1f} MB")
    print(f"  {'together':<24} {sum(map(len, sums.values())):3} processes {sum(map(sum, sums.values())):7.1f} MB PSS")


def name_of(process: psutil.Process) -> str:
    """A short name: the sub-command, the configuration's name, or the program."""
    words = process.cmdline()
    named = [Path(word).stem for word in words if word.endswith(".yaml")]
    if named:
        return f"{named[0]} (worker)" if "worker" in words else named[0]
    # A site has become gunicorn, which knows its configuration from its environment.
    if configuration := process.environ().get("SAOLA_CONFIG"):
        return Path(configuration).stem
    if words and "postgres" in words[0]:
        return "database"
    return next((word for word in ("mailbox", "demo") if word in words), process.name())


def idle_python() -> float:
    """The PSS in bytes of a Python process that has only started."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as idle:
        time.sleep(0.3)
        size = float(psutil.Process(idle.pid).memory_full_info().pss)
        idle.communicate(b"\n")
    return size


if __name__ == "__main__":
    sys.exit(main())
