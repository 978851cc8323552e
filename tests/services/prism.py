"""Prism in front of a server: it judges every request, and every answer, by an OpenAPI document."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.services.node_tools import serving

VIOLATION = "sl-violations"
"""The header by which it tells what is wrong with an exchange that it let through."""


@contextmanager
def prism_proxy(document: Mapping[str, Any], upstream: str, folder: Path) -> Iterator[str]:
    """The address of a proxy to ``upstream`` that refuses what the document does not allow.

    ``folder`` holds the document and the log while it runs.
    """
    spec = folder / "document.json"
    spec.write_text(json.dumps(document))
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ("proxy", "--errors", "-h", "127.0.0.1", "-p", str(port), str(spec), upstream)
    with serving("prism", arguments, url=url, log=folder / "prism.log"):
        yield url


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
