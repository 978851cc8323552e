"""What is said of the reader's own message, their wish or a meeting to come tells no event and
promises nothing; the same words about anything else do."""

from __future__ import annotations

import pytest

from salesagent_core.use_cases.inspect import inspect_draft

SOURCES = [
    {"id": "form.message", "text": "We need three floor scales for our depot."},
    {
        "id": "asset.sheet",
        "text": "The scale carries 900 kg. Ramp included. Online demo on request.",
    },
    {"id": "form.date", "text": "Needed by: 16 November"},
]


def refused(body: str) -> list[str]:
    found = inspect_draft({"id": 1, "subject": "", "body": body, "sources": SOURCES})["findings"]
    return [one["code"] for one in found if one["severity"] == "block"]


@pytest.mark.parametrize(
    "body",
    [
        "Your message has reached the right desk.",
        "Thank you for the clear description of what you need.",
        "We have seen that it has to be in place by 16 November.",
        "You gave 16 November as the latest date.",
        "Danke, dass Sie sich an uns gewandt haben.",
        "Ihre Nachricht ist bei mir angekommen.",
        "Votre message m'a été confié.",
        "Vous souhaitez que tout soit prêt pour le 16 novembre.",
        "Une collègue peut se joindre à notre échange.",
        "Su mensaje me ha llegado y paso a contestarle.",
    ],
)
def test_it_passes(body: str) -> None:
    assert refused(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "Your order has reached the right depot.",
        "Your message has reached me and our board approved your discount.",
        "We have installed three scales at your depot.",
        "Everything will be in place by 16 November.",
        "You gave 12 October as the latest date.",
        "Danke, dass Sie unsere Waage letzten Mai gekauft haben.",
        "Votre commande nous est parvenue en mars.",
        "Tout sera prêt pour le 16 novembre.",
        "Su pedido me ha llegado y sale mañana.",
    ],
)
def test_it_is_refused(body: str) -> None:
    assert refused(body)
