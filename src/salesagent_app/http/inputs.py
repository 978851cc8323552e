"""What callers may put into parameters and bodies, judged in one place."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from salesagent_app.http.auth import Caller
from salesagent_app.http.services import HttpServices
from salesagent_core.domain.draft import MAX_BODY, MAX_SUBJECT

Services = NamedDependency[HttpServices]
Calling = NamedDependency[Caller]
"""Whom the guard of the API let in."""
Id = FromPath[UUID]

MAX_PAGE = 200
MAX_OFFSET = 1_000_000
MAX_TEXT = 1_000

Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=MAX_PAGE, description="Rows at most.")]
Offset = Annotated[
    int, QueryParameter(name="offset", ge=0, le=MAX_OFFSET, description="Rows to leave out first.")
]

ContentHash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""The hash of the revision that was read, as the API gave it."""

# Each part of a pattern reads the text once, so that none can take long.
_VISIBLE = r"[^\s\x00-\x1f\x7f-\x9f]"
_LINE = rf"^(?=.*{_VISIBLE})[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
_LINES = rf"^(?=[\s\S]*{_VISIBLE})[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]*$"

Subject = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SUBJECT, pattern=_LINE)]
Body = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_BODY, pattern=_LINES)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT, pattern=_LINES)]
"""What a person writes to explain or instruct: something to read, no control characters."""
