"""A worker of its own that asks for one token: ``ask_for_token.py DATABASE_URL GOOGLE_ROOT``.

It says ``ready``, reads the encryption key as a line of its input, asks, and prints the token.
"""

from __future__ import annotations

import asyncio
import sys

from tests.contract.google.parts import MAILBOX, TENANT, google

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.google.token_keeper import TokenKeeper
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds


async def ask(database_url: str, root: str, key: str) -> str:
    database = Database(database_url)
    keeper = TokenKeeper(
        work=PgUnitOfWork(database, Vault([key]), {}),
        provider=google(root, 5.0),
        ids=RandomIds(SystemClock()),
    )
    try:
        return await keeper.token(TENANT, MAILBOX)
    finally:
        await database.close()


if __name__ == "__main__":
    print("ready", flush=True)
    key = sys.stdin.readline().strip()
    print(asyncio.run(ask(sys.argv[1], sys.argv[2], key)))
