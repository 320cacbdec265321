"""Runs every benchmark of this folder, one after another; each prints ratios measured side by side in its run."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run them all; the exit code is that of the first that failed."""
    print(f"{platform.platform()}, Python {platform.python_version()}", flush=True)
    worst = 0
    for path in sorted(HERE.glob("*.py")):
        if path.name == "run.py":
            continue
        print(f"\n== {path.stem}", flush=True)
        worst = worst or subprocess.run([sys.executable, str(path)], check=False).returncode
    return worst


if __name__ == "__main__":
    sys.exit(main())
