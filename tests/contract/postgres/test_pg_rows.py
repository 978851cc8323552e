"""Domain values to bytes and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.postgres.samples import EMAIL, SENT_AT, arrival, draft, revision

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres import arrays
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import Chest, clean, converter, dumps, loads, place
from salesagent_core.domain.context import Brief, CheckedDraft, Recollection, Recollections
from salesagent_core.domain.conversation import Conversation, Direction, Mail
from salesagent_core.domain.draft import Draft, Revision
from salesagent_core.domain.evidence import Claim, Source, SourceKind
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.lead import Lead, Person
from salesagent_core.domain.run import Degradation
from salesagent_core.domain.scheduling import Slot, SlotOffer
from salesagent_core.domain.submission import FormField
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.errors import Rejected

RICH_REVISION = attrs.evolve(
    revision(),
    claims=(Claim(text="Tuesday", start=0, end=7, source_ids=("slot.1",)),),
    findings=(Finding(code="x", severity=Severity.REVIEW, sentence="look"),),
    instruction="shorter",
)
RICH_DRAFT = attrs.evolve(
    draft("r-1"),
    revision=RICH_REVISION,
    sources=(Source(id="form.message", kind=SourceKind.FORM, label="Form", text="☃ 'quoted'"),),
    degraded=(Degradation(step="find_assets", gap="no files"),),
)
VALUES = (
    RICH_DRAFT,
    RICH_REVISION,
    arrival().submission,
    SlotOffer(
        slots=(Slot(start=SENT_AT, end=SENT_AT + timedelta(minutes=30)),), time_zone="Asia/Tokyo"
    ),
    CheckedDraft(subject="s", body="b", content_hash="h", findings=RICH_REVISION.findings),
    Recollections(items=(Recollection(message_id="m", text="t", outcome=None, similarity=0.5),)),
    Conversation(
        thread_id="t",
        mails=(
            Mail(
                id="1",
                message_id="<1@example.com>",
                sender=EMAIL,
                recipients=("sales@example.org",),
                sent_at=datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin")),
                direction=Direction.INBOUND,
                text="hello",
            ),
        ),
    ),
    Brief(
        to=Lead(person=Person(email=EMAIL)),
        sender_name="Sam",
        plan=RICH_DRAFT.plan,
        voice=VoiceProfile(punctuation=(("!", 0.5),)),
        sources=RICH_DRAFT.sources,
    ),
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_come_back_as_they_were(value: object) -> None:
    assert loads(dumps(value), type(value)) == value
    assert msgspec.json.decode(dumps(value)) == msgspec.json.decode(
        msgspec.json.encode(converter.unstructure(value))
    )


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text())
def test_any_text_comes_back(name: str, value: str) -> None:
    field = FormField(name=name, value=value)
    assert loads(dumps(field), FormField) == field


@given(st.text(alphabet=st.characters(min_codepoint=0xD7F0, max_codepoint=0xE010), max_size=20))
@settings(max_examples=100, deadline=None)
def test_lone_surrogates_are_stored_as_something_readable(value: str) -> None:
    read = loads(dumps(FormField(name="n", value=value)), FormField)
    read.value.encode()
    assert len(read.value) == len(value)


def test_what_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(Rejected) as caught:
        loads(b'{"name": "planted-needle"}', Revision)
    assert "planted-needle" not in str(caught.value)
    assert caught.value.__context__ is None
    with pytest.raises(Rejected):
        loads(b"not json", Draft)


def test_sealed_values_open_in_their_own_place_only(vault: Vault) -> None:
    chest = Chest(vault)
    sealed = chest.shut(RICH_REVISION, place("revision", "a", "1"))
    assert chest.take(sealed, Revision, place("revision", "a", "1")) == RICH_REVISION
    for elsewhere in (place("revision", "b", "1"), place("revision", "a", "11"), b""):
        with pytest.raises(Rejected):
            chest.take(sealed, Revision, elsewhere)


def test_an_address_has_one_index_however_it_is_written(vault: Vault) -> None:
    chest = Chest(vault)
    assert chest.contact_index(" Ada@Example.com ") == chest.contact_index("ada@example.com")
    assert chest.contact_index("ada@example.com") != chest.contact_index("bob@example.com")


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_cleaned_text_can_stand_in_a_column(text: str) -> None:
    cleaned = clean(text + "\ud800")
    assert "\0" not in cleaned
    cleaned.encode()


async def test_packed_arrays_arrive_as_they_were(database: Database) -> None:
    moment = datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=-3)))
    rows: tuple[tuple[Callable[[Any], arrays.PackedArray], str, list[Any]], ...] = (
        (arrays.texts, "text", ["a", None, "", "äß👩‍🚀", "x" * 5000]),
        (arrays.texts, "text", ["same", "size"]),
        (arrays.texts, "text", ["ä", "bb"]),
        (arrays.texts, "text", [None, None]),
        (arrays.texts, "text", []),
        (arrays.blobs, "bytea", [b"", None, b"\x00\xff" * 300]),
        (arrays.ints, "integer", [0, -1, 2**31 - 1]),
        (arrays.bigints, "bigint", [0, -1, 2**63 - 1]),
        (arrays.bools, "boolean", [True, False]),
        (arrays.times, "timestamptz", [moment, None, datetime(1969, 1, 1, tzinfo=UTC)]),
    )
    connection = await database.raw_connection()
    for pack, kind, values in rows:
        statement = f"SELECT array(SELECT unnest(%b::{kind}[]))".encode()
        cursor = await connection.cursor(binary=True).execute(statement, [pack(values)])
        assert await cursor.fetchone() == (values,), kind
    await connection.close()
