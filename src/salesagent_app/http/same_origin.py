"""Whether a request comes from a page of ours, as the browser tells it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from salesagent_app.http.errors import Forbidden

READS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""
_ELSEWHERE = "This was sent from another site."


def require_same_origin(headers: Mapping[str, str], public_url: str) -> None:
    """Return where nothing says that another site's page sent it.

    Raises:
        Forbidden
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden(_ELSEWHERE)
    origin = headers.get("origin")
    if origin is None:
        return
    parts = urlsplit(public_url)
    if origin == f"{parts.scheme}://{parts.netloc}":
        return
    # Reached by another name than the public one (localhost, say): still the same origin.
    if urlsplit(origin).netloc != headers.get("host"):
        raise Forbidden(_ELSEWHERE)
