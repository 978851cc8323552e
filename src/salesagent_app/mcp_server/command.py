"""``salesagent mcp`` checks what it was given before it serves."""

from __future__ import annotations

import os
from importlib.util import find_spec

from salesagent_core.errors import InvalidInput

KEY_VARIABLE = "SALESAGENT_API_KEY"


def run(url: str, *, plain_http: bool) -> None:
    """Serve the tools.

    Raises:
        InvalidInput: no key, a bad address, or the extra is not installed.
    """
    if find_spec("mcp") is None:
        raise InvalidInput('this needs the package mcp: run pip install "salesagent[mcp]"')
    from salesagent_app.mcp_server.api import checked_url
    from salesagent_app.mcp_server.server import serve

    # Not left in the environment, from where what is started later would have it.
    key = os.environ.pop(KEY_VARIABLE, "").strip()
    if not key:
        raise InvalidInput(
            f"set {KEY_VARIABLE} to an API key: salesagent key create assistant --scope operator"
        )
    serve(checked_url(url, plain_http=plain_http), key)
