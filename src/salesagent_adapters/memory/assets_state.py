"""What the file store holds, and which of it a tenant allowed us to use."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class StoredFile:
    """A file; ``summary`` is what it says in a few words."""

    id: str
    name: str
    folder_id: str
    url: str
    summary: str = ""
    trashed: bool = False


@attrs.define(kw_only=True)
class AssetState:
    """All files of the account. Only those directly inside an allowed folder may be linked."""

    files: dict[str, StoredFile] = attrs.field(factory=dict)
    allowed_folders: set[str] = attrs.field(factory=set)

    def add(self, file: StoredFile) -> None:
        """Put a file in, or another version of it."""
        self.files[file.id] = file

    def allowed(self) -> tuple[StoredFile, ...]:
        """The files that may be linked."""
        return tuple(
            file
            for file in self.files.values()
            if file.folder_id in self.allowed_folders and not file.trashed
        )
