"""Print the lines of constraints.txt, hashes included, for the packages of a requirements file.

``python deploy/locked.py requirements/app.txt``: what the image installs, and nothing else.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def locked(names: str, lock: str) -> str:
    """The entries of ``lock`` for the packages that ``names`` lists, in its order."""
    entries: dict[str, list[str]] = {}
    for entry in re.split(r"(?m)^(?=\S)", lock):
        if entry:
            entries.setdefault(entry.partition("==")[0], []).append(entry)
    wanted = dict.fromkeys(line.partition("==")[0] for line in names.splitlines() if line)
    return "".join(part for name in wanted for part in entries[name])


if __name__ == "__main__":
    names = Path(sys.argv[1]).read_text()
    sys.stdout.write(locked(names, (ROOT / "constraints.txt").read_text()))
