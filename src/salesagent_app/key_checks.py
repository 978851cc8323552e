"""Do the keys that are set open what the database holds? Asked without writing anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from salesagent_adapters.crypto.vault import PREFIX_BYTES, Unsealable, Vault
from salesagent_adapters.postgres import key_use
from salesagent_app.check import FAIL, OK, WARN, Check
from salesagent_core.errors import SalesAgentError

STORED_VALUES = "stored values"
_NO_KEY = (
    "set SALESAGENT_ENCRYPTION_KEYS to the keys that it was written with, newest first. Until then"
    " `serve` and `worker` refuse to start or cannot read it; nothing was changed"
)


def examine(keys: Sequence[str], url: str) -> Iterator[Check]:
    """One line on everything that is stored, and one for each key."""
    try:
        vault = Vault(keys) if keys else None
        used = key_use.read(url, PREFIX_BYTES)
    except SalesAgentError as error:
        # What is wrong with the keys themselves, or the server, has a line of its own.
        yield Check(name=STORED_VALUES, status=FAIL, found="not looked at", advice=str(error))
        return
    total = sum(use.count for use in used.uses)
    lost = [use for use in used.uses if vault is None or not _opens(vault, use)]
    looked = f"{total}" if used.whole else f"{total} that were looked at"
    if lost:
        count = sum(use.count for use in lost)
        where = ", ".join(sorted({use.column for use in lost})[:3])
        some = f"; in {where}" + (" and more" if len({use.column for use in lost}) > 3 else "")
        yield Check(
            name=STORED_VALUES,
            status=FAIL,
            found=f"no key that is set opens {count} of {looked}{some}",
            advice=_NO_KEY,
        )
    else:
        yield Check(
            name=STORED_VALUES,
            status=OK,
            found=f"the keys open all of {looked}" if total else "none yet",
        )
    if vault is not None and total:
        yield from _each_key(vault, len(keys), used)


def _opens(vault: Vault, use: key_use.Use) -> bool:
    try:
        vault.open(use.sample, context=use.context)
    except Unsealable:
        return False
    return True


def _each_key(vault: Vault, keys: int, used: key_use.KeyUse) -> Iterator[Check]:
    """What each key is there for: whoever rotates sees whether an old one is needed still."""
    sealed: Counter[int | None] = Counter()
    for use in used.uses:
        sealed[vault.place_of(use.beginning)] += use.count
    behind = sum(sealed[place] for place in range(1, keys))
    for place in range(keys):
        name, count = f"key {place + 1} of {keys}", sealed[place]
        if place == 0:
            advice = "run `salesagent keys rotate`, then take the older keys away" if behind else ""
            yield Check(
                name=name,
                status=WARN if behind else OK,
                found=f"seals what is new, and sealed {count} values",
                advice=advice,
            )
        elif count:
            yield Check(name=name, status=OK, found=f"still needed: it sealed {count} values")
        else:
            yield Check(
                name=name,
                status=OK,
                found="sealed nothing that is stored",
                advice="before a rotation: put it in front; after it: take it away",
            )
