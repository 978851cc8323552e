"""The pages' style sheet and script: ours, in memory, and cached for good by their hash."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import attrs
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from salesagent_core.errors import NotFound

_TYPES = {".css": "text/css", ".js": "text/javascript"}
_TYPES[".svg"] = "image/svg+xml"
_FOR_GOOD = "public, max-age=31536000, immutable"


@attrs.frozen(kw_only=True)
class Asset:
    """A file as it is served. ``tag`` changes with its content."""

    content: bytes
    media_type: str
    tag: str


class Assets:
    """All static files, read once."""

    def __init__(self) -> None:
        folder = files("salesagent_app.web").joinpath("static")
        self._assets = {
            entry.name: _asset(entry.name, entry.read_bytes())
            for entry in folder.iterdir()
            if _suffix(entry.name) in _TYPES
        }

    def url(self, name: str) -> str:
        """The address of a file; a changed file has another one."""
        return f"/static/{self._assets[name].tag}/{name}"

    def handler(self) -> HTTPRouteHandler:
        """The open route that serves them."""

        @get("/static/{tag:str}/{name:str}", include_in_schema=False, name="static")
        async def static(tag: FromPath[str], name: FromPath[str]) -> Response[bytes]:
            asset = self._assets.get(name)
            if asset is None or asset.tag != tag:
                raise NotFound("There is no such file.")
            return Response(
                asset.content,
                media_type=asset.media_type,
                headers={"Cache-Control": _FOR_GOOD},
            )

        return static


def _asset(name: str, content: bytes) -> Asset:
    tag = hashlib.sha256(content).hexdigest()[:16]
    return Asset(content=content, media_type=_TYPES[_suffix(name)], tag=tag)


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]
