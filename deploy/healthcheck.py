"""Exit 0 when the server of this container answers: an image without curl can still tell.

``python healthcheck.py [PATH] [PORT]``; the path is /health/liveness unless given.
"""

from __future__ import annotations

import http.client
import sys

SECONDS = 3.0


def answers(path: str, port: int) -> bool:
    """Whether a server on this machine answers 200 there in time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else "/health/liveness"
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 8000
    sys.exit(0 if answers(path, port) else 1)
