"""How long the demo takes to start, and how much memory all its processes hold together.

Starts a demo on a throw-away folder twice (first start, later start), and sums the proportional set size
(PSS) over the supervisor and all its descendants. Ratios: later start to first start; each kind of process
to an idle Python that has only started.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
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
    print(f"first start {first:.1f} s, later start {later:.1f} s, ratio {later / first:.2f}")
    return 0


def started(country: str, data: Path, *, measure: bool) -> float:
    """Start a demo, end it when it is ready; the seconds until it was."""
    words = [sys.executable, "-m", "saola_command", "demo", "--country", country, "--data", str(data), "--free-ports"]
    begin = time.monotonic()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as demo:
        try:
            for line in demo.stdout or ():
                if line.strip().startswith("ready after"):
                    seconds = time.monotonic() - begin
                    if measure:
                        time.sleep(5)
                        report(demo.pid)
                    return seconds
        finally:
            demo.terminate()
    raise SystemExit("the demo did not start")


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
    if words and "postgres" in words[0]:
        return "database"
    return "mailbox" if "mailbox" in words else process.name()


def idle_python() -> float:
    """The PSS in bytes of a Python process that has only started."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as idle:
        time.sleep(0.3)
        size = float(psutil.Process(idle.pid).memory_full_info().pss)
        idle.communicate(b"\n")
    return size


if __name__ == "__main__":
    sys.exit(main())
