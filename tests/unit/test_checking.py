"""What may stand in a text because of where it comes from."""

from __future__ import annotations

import pytest
from tests.contract.postgres.samples import draft

from salesagent_core.domain.checking import check_text
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.voice import HOUSE_VOICE
from salesagent_core.ids import TenantId

FILE = "https://files.example/d/abc123/view"
OURS = Tenant(id=TenantId("t"), name="Ours", mailbox="us@ours.example", sender_name="Max Berger")


def codes(link: str, source: Source) -> set[str]:
    found = check_text(
        subject="Your question",
        body=f"Hello Ada,\n\nHere it is: {link}\n\nKind regards\nMax Berger",
        claims=(),
        sources=(source,),
        voice=HOUSE_VOICE,
        tenant=OURS,
        lead=draft("run-1").lead,
        language="en",
    )
    return {each.code for each in found}


def asset(kind: SourceKind = SourceKind.ASSET, *, citable: bool = True) -> Source:
    return Source(id="asset.1", kind=kind, label="Guide", text="Guide", url=FILE, citable=citable)


def test_an_offered_file_may_be_linked_without_listing_its_host() -> None:
    assert "link_not_allowed" not in codes(FILE, asset())


@pytest.mark.parametrize(
    "link", [f"{FILE}2", FILE.replace("abc123", "other"), "https://files.example/", f"{FILE}?x=1"]
)
def test_nothing_else_on_that_host_may(link: str) -> None:
    assert "link_not_allowed" in codes(link, asset())


def test_a_link_that_somebody_wrote_is_no_offered_file() -> None:
    assert "link_not_allowed" in codes(FILE, asset(SourceKind.MESSAGE))
    assert "link_not_allowed" in codes(FILE, asset(citable=False))


def test_a_card_number_is_told_once_and_not_as_four_facts() -> None:
    body = "Hello Ada,\n\nPay with 4111 1111 1111 1111, 30 vans wait.\n\nKind regards\nMax Berger"
    found = check_text(
        subject="Your question",
        body=body,
        claims=(),
        sources=(),
        voice=HOUSE_VOICE,
        tenant=OURS,
        lead=draft("run-1").lead,
        language="en",
    )
    told = {(each.code, body[each.start : each.end]) for each in found if each.end}
    assert ("payment_card", "4111 1111 1111 1111") in told
    assert [text for code, text in told if code == "ungrounded_number"] == ["30"]
