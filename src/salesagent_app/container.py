"""The composition root: every adapter and every use case is named here, once.

Nothing else knows dependency-injector, and the container is not passed on: callers take from it
what they need. One container serves one event loop, because connections belong to a loop.
"""

from __future__ import annotations

from collections.abc import Sequence

import dramatiq
from dependency_injector import containers, providers
from litestar import Litestar

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.job_queue import DramatiqJobQueue
from salesagent_adapters.memory.assets import MemoryAssets
from salesagent_adapters.memory.calendar import MemoryCalendar
from salesagent_adapters.memory.crm import MemoryCrm
from salesagent_adapters.memory.mailbox import MemoryMailbox
from salesagent_adapters.memory.memory import LongMemory
from salesagent_adapters.memory.world import World as VendorWorld
from salesagent_adapters.memory.writer import MemoryWriter
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_app.settings import Settings
from salesagent_core.domain.tenant import Tenant
