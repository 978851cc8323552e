"""``salesagent key``: keys that are made here and kept elsewhere.

What it needs is imported when it runs.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import rich_click as click

from salesagent_app.terminal import as_json, err, in_container, of_tenant, print_json
from salesagent_core.ports.api_keys import Scope

if TYPE_CHECKING:
    from salesagent_app.container import Container
    from salesagent_app.keys import MadeKey


@click.group()
def key() -> None:
    """Make keys."""


@key.command(name="create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What the key may do; may be given more than once.",
)
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires.")
@of_tenant
@as_json
def key_create(
    name: str, scopes: tuple[str, ...], days: int | None, tenant: str, json_: bool
) -> None:
    """Make an API key called NAME. It is shown once and kept nowhere."""

    lifetime = timedelta(days=days) if days else None

    async def make(container: Container) -> MadeKey:
        from salesagent_app.keys import create_key
        from salesagent_core.ids import TenantId

        await container.providers.tenants().get(TenantId(tenant))
        return await create_key(
            container.api_keys,
            container.clock,
            name=name,
            scopes=[Scope(scope) for scope in scopes],
            lifetime=lifetime,
            tenant=tenant,
        )

    made = in_container(make, log_level="WARNING")
    if json_:
        print_json({"key": made.secret, "id": made.key.id, "scopes": sorted(made.key.scopes)})
    else:
        err.print("This is shown once:")
        print(made.secret)  # noqa: T201


@key.command(name="encryption")
@as_json
def key_encryption(json_: bool) -> None:
    """Make an encryption key for SALESAGENT_ENCRYPTION_KEYS."""
    from salesagent_adapters.crypto.vault import new_key

    made = new_key()
    if json_:
        print_json({"key": made})
    else:
        print(made)  # noqa: T201
