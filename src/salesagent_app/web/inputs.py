"""What every page takes and answers."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, Response
from litestar.params import QueryParameter

AnyRequest = Request[Any, Any, Any]
Page = Response[Any]
At = Annotated[int, QueryParameter(name="from", ge=0, le=1_000_000)]
"""How many rows of a list lie before those that are shown."""
