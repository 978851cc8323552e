"""Open the vault over a database: with keys that fit what is stored there, or not at all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from salesagent_adapters.crypto.vault import SETTING, Unsealable, Vault
from salesagent_adapters.postgres import keyring
from salesagent_app.settings import SettingsError
from salesagent_core.errors import Problem, Unavailable

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 30.0
"""How long start-up waits for a database that does not answer yet."""
OLD_VERSION_LEAVES = timedelta(days=1)
"""For how long, after this version first met a database, the version before may be writing the
audit trail too, without signing what it writes."""
AUDIT_CONTEXT = b"keyring\x1f@all\x1faudit_began"

T = TypeVar("T")


def open_vault(keys: Sequence[str], url: str) -> Vault:
    """The vault, with the index secret that the database keeps; the first time it is put there.

    Raises:
        SettingsError: none of the keys opens what is stored.
        Unavailable, Rejected
    """
    kept = _patiently(lambda: keyring.stored(url))
    if keyring.INDEX_SECRET not in kept:
        vault = Vault(keys)
        sample = keyring.sample(url)
        if sample is not None:
            _require(lambda: vault.open(sample.value, context=sample.context))
        unsigned = OLD_VERSION_LEAVES if keyring.has_audit(url) else timedelta()
        began = (datetime.now(UTC) + unsigned).isoformat().encode()
        kept = keyring.keep(
            url,
            {
                keyring.INDEX_SECRET: vault.sealed_index_secret(),
                keyring.AUDIT_BEGAN: vault.seal(began, context=AUDIT_CONTEXT),
            },
        )
    return _require(lambda: Vault(keys, index_secret=kept[keyring.INDEX_SECRET]))


def _require(attempt: Callable[[], T]) -> T:
    try:
        return attempt()
    except Unsealable:
        problem = Problem(
            where=SETTING,
            what="none of these keys opens what this database holds; set the keys that it was"
            " written with, newest first (nothing was changed)",
        )
    raise SettingsError([problem])


def _patiently(ask: Callable[[], T]) -> T:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except Unavailable:
            if time.monotonic() >= deadline:
                raise
            log.warning("the database does not answer yet; trying again")
            time.sleep(1)
