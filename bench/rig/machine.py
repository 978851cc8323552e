"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime


def describe() -> str:
    """Date, cores, load, Python and system, in one line."""
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores (load {load:.1f} at the start), "
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
