"""``serve`` or ``worker`` as they are, but for the mailbox, which is a server of its own: the
witness that counts drafts, whoever dies.

    python soak_process.py serve --port P --mailbox M    |    worker --mailbox M
"""

from __future__ import annotations

import argparse

import attrs
from dependency_injector import providers

from rig.mailbox_client import HttpMailbox
from salesagent_adapters.resilience.guard import Guard
from salesagent_adapters.resilience.guarded import guarded
from salesagent_app import serving
from salesagent_app.container import Container
from salesagent_app.process import Process
from salesagent_app.settings import read_settings
from salesagent_app.telemetry import configure_logging
from salesagent_app.vendors.rules import MAILBOX_RULES, READ, SENDER_RULES

PATIENT_SECONDS = 30.0


class SoakProcess(Process):
    """A process whose mailbox is over there."""

    mailbox_port = 0

    def container(self) -> Container:
        """As always, but for the mailbox."""
        container = super().container()
        # Behind a guard as Gmail is: an outage opens its breaker, and that is measured.
        guard = Guard("Gmail")
        guard.around = self.observing.watch.around_calls
        rules = {**MAILBOX_RULES, **SENDER_RULES, "tell": READ}
        mailbox = guarded(HttpMailbox(self.mailbox_port, PATIENT_SECONDS, calm=True), guard, rules)
        google = container.providers.google()
        container.providers.google.override(
            providers.Object(
                attrs.evolve(
                    google, mailbox=mailbox, sender=mailbox, guards=(*google.guards, guard)
                )
            )
        )
        for tenant in (self.tenant.id,):
            self.world.tenant(tenant).crm.requests_per_window = None
        return container


def main() -> None:
    """Be it until a signal comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["serve", "worker"])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mailbox", type=int, required=True)
    options = parser.parse_args()
    settings = read_settings(_env_file=None)
    configure_logging("WARNING", pretty=False)
    SoakProcess.mailbox_port = options.mailbox
    with SoakProcess(settings) as process:
        if options.role == "serve":
            serving.serve(process, host="127.0.0.1", port=options.port, with_worker=False)
        else:
            serving.work(process)


if __name__ == "__main__":
    main()
