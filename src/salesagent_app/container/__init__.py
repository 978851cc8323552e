"""The composition root: every adapter and every use case is named in this package, once.

Each module is a room: a container of the providers of one area, which stands on those it inherits
from. ``Providers`` joins them, so that every name is known in one place; ``Container`` is what the
rest of the application takes from.

Nothing else knows dependency-injector, and the container is not passed on: callers take from it
what they need. One container serves one event loop, because connections belong to a loop.
"""

from __future__ import annotations

from salesagent_app.container.providers import Providers
from salesagent_app.container.root import Container, WebApp, build_container, permission_of

__all__ = ["Container", "Providers", "WebApp", "build_container", "permission_of"]
