"""``salesagent worker`` with memory vendors that take their time. Started by ``processes.py``."""

from __future__ import annotations

import json
import sys

from salesagent_app import serving
from salesagent_app.process import Process
from salesagent_app.settings import read_settings
from salesagent_app.telemetry import configure_logging


def main() -> None:
    settings = read_settings()
    configure_logging(settings.log_level, pretty=False)
    with Process(settings) as process:
        for method, seconds in json.loads(sys.argv[1]).items():
            process.world.faults.delay(method, seconds)
        serving.work(process)


if __name__ == "__main__":
    main()
