"""Step 7: files from the allowed folders that answer what was asked."""

from __future__ import annotations

from salesagent_core.domain.context import MAX_ASSETS, Assets
from salesagent_core.ports.assets import AssetStore
from salesagent_core.use_cases.facts import Facts


class FindAssets:
    """Optional: without the store the draft links to nothing."""

    def __init__(self, assets: AssetStore) -> None:
        self._assets = assets

    async def __call__(self, facts: Facts) -> Assets:
        """At most ``MAX_ASSETS`` files, best first; none when the form says nothing."""
        text = facts.submission.message
        if not text:
            return Assets()
        found = await self._assets.find(
            facts.tenant.id, facts.tenant.mailbox, query=text, limit=MAX_ASSETS
        )
        return Assets(items=found[:MAX_ASSETS])
