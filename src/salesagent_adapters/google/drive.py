"""Google Drive: files that a mail may link to, out of the folders that the tenant allowed."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import attrs

from salesagent_adapters.google.client import Account, Apis, GoogleApi
from salesagent_adapters.google.drive_query import (
    FOLDER_TYPE,
    SHORTCUT_TYPE,
    file_query,
    folder_query,
    shared_words,
    words_of,
)
from salesagent_adapters.google.quota import Units
from salesagent_core.domain.context import Asset
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock

DRIVE_SCOPE: Final = "drive.readonly"
MAX_FOLDERS: Final = 200
"""Folders below the allowed ones that are searched; what lies deeper stays out."""
MAX_DEPTH: Final = 8
FOLDERS_KEPT: Final = timedelta(minutes=5)
FOLDERS_PER_QUERY: Final = 40
PAGE: Final = 50
MAX_PAGES: Final = 5
MAX_SUMMARY: Final = 500

AllowedFolders = Mapping[TenantId, Sequence[str]] | Callable[[TenantId], Awaitable[Sequence[str]]]
"""The ids of the folders that each tenant allowed, or a way to ask for them."""


@attrs.frozen(kw_only=True)
class _Tree:
    folder_ids: tuple[str, ...]
    until: datetime


class GoogleDrive:
    """The asset port over the Drive API.

    Drive is asked for these folders only, and what it answers is looked at again: a file outside
    of them never comes back, whoever shared it.
    """

    def __init__(self, client: GoogleApi, clock: Clock, *, folders: AllowedFolders) -> None:
        self._client = client
        self._clock = clock
        self._folders = folders
        self._lock = threading.Lock()
        self._trees: dict[tuple[Account, tuple[str, ...]], _Tree] = {}

    async def find(
        self, tenant_id: TenantId, mailbox: str, query: str, limit: int
    ) -> tuple[Asset, ...]:
        """Files that share at least two words with the question, in name or content; those whose
        name and description share most come first, then in Drive's order."""
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        words = words_of(query)
        allowed = await self._allowed(tenant_id)
        if limit <= 0 or not words or not allowed:
            return ()
        folder_ids = await self._below(account, allowed)
        found: dict[str, Mapping[str, Any]] = {}
        for chunk in _chunks(folder_ids):
            for each in await self._list(account, file_query(words, chunk), pages=1):
                if _may_be_linked(each, frozenset(folder_ids)):
                    found.setdefault(str(each["id"]), each)
        best = sorted(found.values(), key=lambda each: -shared_words(words, _described(each)))
        return tuple(_asset(each) for each in best[:limit])

    async def _allowed(self, tenant_id: TenantId) -> tuple[str, ...]:
        if callable(self._folders):
            named = await self._folders(tenant_id)
        else:
            named = self._folders.get(tenant_id, ())
        return tuple(dict.fromkeys(each.strip() for each in named if each.strip()))

    async def _below(self, account: Account, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """The allowed folders and those inside them."""
        now = self._clock.now()
        with self._lock:
            known = self._trees.get((account, allowed))
        if known is not None and known.until > now:
            return known.folder_ids
        found = dict.fromkeys(allowed)
        level: Sequence[str] = allowed
        for _ in range(MAX_DEPTH):
            inside = [
                str(each["id"])
                for chunk in _chunks(level)
                for each in await self._list(account, folder_query(chunk), pages=MAX_PAGES)
                if each.get("mimeType") == FOLDER_TYPE and _inside(each, frozenset(level))
            ]
            level = [each for each in dict.fromkeys(inside) if each not in found]
            found.update(dict.fromkeys(level[: MAX_FOLDERS - len(found)]))
            if not level or len(found) >= MAX_FOLDERS:
                break
        tree = _Tree(folder_ids=tuple(found), until=now + FOLDERS_KEPT)
        with self._lock:
            self._trees[(account, allowed)] = tree
        return tree.folder_ids

    async def _list(self, account: Account, query: str, *, pages: int) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        page: str | None = None
        for _ in range(pages):
            try:
                answer = await self._client.ask(
                    account,
                    partial(_list_files, query=query, page=page),
                    units=Units.OTHER_API,
                    scope=DRIVE_SCOPE,
                )
            except NotFound:
                # An allowed folder that was deleted, or is not shared with this mailbox.
                return found
            listed = answer.get("files") or ()
            found += [each for each in listed if isinstance(each, dict) and each.get("id")]
            page = answer.get("nextPageToken")
            if not page:
                break
        return found


def _list_files(apis: Apis, *, query: str, page: str | None) -> Any:
    return apis.drive.files().list(
        q=query,
        pageSize=PAGE,
        pageToken=page,
        spaces="drive",
        supportsAllDrives=True,
        includeItemsFromAllDrives=True,
        fields="nextPageToken,files(id,name,mimeType,description,parents,webViewLink,trashed)",
    )


def _chunks(folder_ids: Sequence[str]) -> list[Sequence[str]]:
    places = range(0, len(folder_ids), FOLDERS_PER_QUERY)
    return [folder_ids[place : place + FOLDERS_PER_QUERY] for place in places]


def _inside(file: Mapping[str, Any], folder_ids: frozenset[str]) -> bool:
    parents = file.get("parents")
    return isinstance(parents, list) and not folder_ids.isdisjoint(map(str, parents))


def _may_be_linked(file: Mapping[str, Any], folder_ids: frozenset[str]) -> bool:
    link = file.get("webViewLink")
    return (
        _inside(file, folder_ids)
        and not file.get("trashed")
        and file.get("mimeType") not in (FOLDER_TYPE, SHORTCUT_TYPE)
        and isinstance(link, str)
        and link.startswith("https://")
    )


def _described(file: Mapping[str, Any]) -> str:
    return f"{file.get('name') or ''} {file.get('description') or ''}"


def _asset(file: Mapping[str, Any]) -> Asset:
    return Asset(
        id=str(file["id"]),
        name=str(file.get("name") or ""),
        url=str(file["webViewLink"]),
        summary=str(file.get("description") or "")[:MAX_SUMMARY],
    )
