"""What people set on the pages, over what the settings of the installation say.

Each choice has a name and is plain data, kept version by version. A tenant as the rest of the
application sees it is the one that the settings describe with the newest of each laid over it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from salesagent_core.domain.ideal_customer import icp_as_data, with_icp
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import InvalidInput, Problem

ICP, SENDER, FOLDERS = "icp", "sender", "folders"
OF_TENANT = (ICP, SENDER, FOLDERS)
"""The choices that change what a tenant is."""

MAX_NAME = 120
MAX_ADDRESS = 300
MAX_FOLDERS = 50
_FOLDER_ID = re.compile(r"[A-Za-z0-9_-]{3,100}")
_FOLDER_LINK = re.compile(r"/folders/([A-Za-z0-9_-]{3,100})(?:[/?#]|$)")


def apply_choices(tenant: Tenant, chosen: Mapping[str, Mapping[str, Any]]) -> Tenant:
    """The tenant with these choices laid over it; a name that is not there changes nothing."""
    if ICP in chosen:
        tenant = with_icp(tenant, chosen[ICP])
    if SENDER in chosen:
        sender = chosen[SENDER]
        tenant = attrs.evolve(
            tenant,
            sender_name=sender["sender_name"],
            postal_address=sender["postal_address"] or None,
        )
    if FOLDERS in chosen:
        tenant = attrs.evolve(tenant, asset_folders=tuple(chosen[FOLDERS]["folders"]))
    return tenant


def choice_of(tenant: Tenant, name: str) -> dict[str, Any]:
    """The choice of that name as the tenant has it now."""
    if name == ICP:
        return icp_as_data(tenant)
    if name == SENDER:
        return {"sender_name": tenant.sender_name, "postal_address": tenant.postal_address or ""}
    return {"folders": list(tenant.asset_folders)}


def read_sender(data: Mapping[str, Any]) -> dict[str, Any]:
    """Who signs, and the postal address under every mail.

    Raises:
        InvalidInput: every problem with its place.
    """
    problems = []
    name = _line(data.get("sender_name"))
    address = _line(data.get("postal_address"))
    if not 0 < len(name) <= MAX_NAME:
        what = f"must be the name that mails are signed with, 1 to {MAX_NAME} characters"
        problems.append(Problem(where="sender_name", what=what))
    if len(address) > MAX_ADDRESS:
        what = f"must have at most {MAX_ADDRESS} characters"
        problems.append(Problem(where="postal_address", what=what))
    if problems:
        raise InvalidInput("the sender cannot be used", problems)
    return {"sender_name": name, "postal_address": address}


def read_folders(data: Mapping[str, Any]) -> dict[str, Any]:
    """Folders by id or by link, each once.

    Raises:
        InvalidInput: every line that is neither, or too many of them.
    """
    given = data.get("folders")
    problems, found = [], dict[str, None]()
    if not isinstance(given, list | tuple) or len(given) > MAX_FOLDERS:
        problem = Problem(where="folders", what=f"must be at most {MAX_FOLDERS} folders")
        raise InvalidInput("these folders cannot be used", [problem])
    for number, each in enumerate(given):
        folder = folder_id(each) if isinstance(each, str) else None
        if folder is None:
            what = "must be the link to a folder in Google Drive, or the folder's id"
            problems.append(Problem(where=f"folders[{number}]", what=what))
        else:
            found[folder] = None
    if problems:
        raise InvalidInput("these folders cannot be used", problems)
    return {"folders": list(found)}


def folder_id(text: str) -> str | None:
    """The id of a folder, out of its link or as it stands; None where it is neither."""
    text = text.strip()
    if len(text) > MAX_ADDRESS:
        return None
    link = _FOLDER_LINK.search(text)
    if link is not None and text.startswith("https://drive.google.com/"):
        return link[1]
    return text if _FOLDER_ID.fullmatch(text) else None


def _line(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) and value.isprintable() else ""
