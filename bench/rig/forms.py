"""The forms that every subject of a comparison is sent: the same bytes, signed the same way."""

from __future__ import annotations

import hashlib
import hmac
import json

SECRET = "a secret that only the benchmark knows"
PORTAL = "62515"
PATH = "/api/webhooks/hubspot/forms"

_MESSAGE = (
    "Hello, we are a maker of industrial pumps with about 240 people and three sites. Our sales "
    "team answers some 900 inquiries a month by hand and the answers take two days on average. "
    "We would like to see how your product handles returning customers, and what it costs for "
    "25 seats. Could we talk next week, in the afternoon, Central European time?"
)


def form_body(conversion_id: str, number: int) -> bytes:
    """One form of about 900 bytes; ``conversion_id`` makes it a submission of its own."""
    fields = {
        "email": f"visitor.{number}@customer-{number % 997}.example",
        "firstname": "Robin",
        "lastname": f"Visitor {number}",
        "jobtitle": "Head of Sales Operations",
        "company": f"Customer {number % 997} Ltd",
        "phone": "+49 30 00000000",
        "country": "Germany",
        "message": _MESSAGE,
    }
    form = {
        "portalId": PORTAL,
        "formId": "inquiry",
        "formSubmissionId": conversion_id,
        "pageUri": "https://www.vendor.example/contact",
        "pageTitle": "Talk to us",
        "fields": [{"name": name, "value": value} for name, value in fields.items()],
    }
    return json.dumps(form).encode()


def signature(body: bytes) -> str:
    """The ``plain`` signature: hex HMAC-SHA-256 over the body."""
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def signed_request(path: str, host: str, body: bytes) -> bytes:
    """The request as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\n"
        f"Host: {host}\r\n"
        "Content-Type: application/json\r\n"
        f"X-HubSpot-Signature: {signature(body)}\r\n"
        f"Content-Length: {len(body)}\r\n"
        "\r\n"
    )
    return head.encode() + body
