"""What the house itself costs: --help, check, and a rerun of the flagship in which nothing changed.

The peer is the start of an interpreter that imports numpy: nobody who opens a notebook pays less.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLAGSHIP = ROOT / "studies" / "lesser-caucasus"
RUNS = 9


def cpu_seconds(command: list[str]) -> float:
    """Return the smallest CPU time of several runs of a command."""
    best = float("inf")
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, env=os.environ)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best, used)
    return best


def main() -> None:
    python = sys.executable
    numpy = cpu_seconds([python, "-c", "import numpy"])
    print(f"import numpy                       {numpy:6.3f} s CPU   ratio 1.00")
    with tempfile.TemporaryDirectory() as out:
        run = [python, "-m", "lodeway", "run", str(FLAGSHIP), "--out", out]
        subprocess.run(run, check=True, capture_output=True)
        cases = {
            "lodeway --help": [python, "-m", "lodeway", "--help"],
            "lodeway run, nothing changed": run,
            "lodeway check": [python, "-m", "lodeway", "check", str(FLAGSHIP)],
        }
        for name, command in cases.items():
            used = cpu_seconds(command)
            print(f"{name:34s} {used:6.3f} s CPU   ratio {used / numpy:.2f}")


if __name__ == "__main__":
    main()
