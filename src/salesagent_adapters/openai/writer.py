"""A writer that asks a language model, and believes nothing that it answers.

``brief -> fenced data -> model -> contract -> draft``. Sources go out under short ids of ours
(``s1``), because a source's own id may hold what a stranger named a form field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field

from salesagent_adapters.openai.answers import Contract
from salesagent_adapters.openai.asking import Asker, Question
from salesagent_adapters.openai.fence import Fence, shortened
from salesagent_adapters.openai.material import (
    previous_of,
    task_of,
    tested_subject,
    trial_of,
    voice_of,
)
from salesagent_adapters.openai.prompts import WRITE_DRAFT, load
from salesagent_adapters.openai.schemas import WRITTEN
from salesagent_core.domain.context import Brief, WrittenDraft
from salesagent_core.domain.draft import MAX_SUBJECT
from salesagent_core.domain.evidence import Claim, Source
from salesagent_core.errors import UnusableOutput

PURPOSE = "write_draft"
MAX_SOURCE = 6_000
"""Characters of one source that a model reads."""
MAX_SOURCES = 48_000
"""Of all sources together: about 16,000 tokens."""
MAX_ANSWER_TOKENS = 8_000
"""A long mail with its claims takes 2,000; the rest is for models that think before they write."""

_REPLY_PREFIX = re.compile(
    r"(?:re|aw|wg|fw|fwd|sv|antw|tr|rv)\s{0,3}(?:\[\d{1,3}\]\s{0,3})?:\s{0,9}"
)
_Id = Annotated[str, Field(max_length=40)]


class _ClaimAnswer(Contract):
    text: str = Field(max_length=2_000)
    source_ids: list[_Id] = Field(max_length=20)


class _WrittenAnswer(Contract):
    subject: str = Field(min_length=1, max_length=1_000)
    paragraphs: list[Annotated[str, Field(max_length=6_000)]] = Field(min_length=1, max_length=20)
    claims: list[_ClaimAnswer] = Field(max_length=100)


class OpenAIWriter:
    """The writer port."""

    def __init__(self, asker: Asker, *, prompt_version: str = WRITE_DRAFT) -> None:
        self._asker = asker
        self._prompt = load(prompt_version)

    async def write(self, brief: Brief) -> WrittenDraft:
        """See ``Writer.write``. Also raises RateLimited, with the time that the service named."""
        by_id = {f"s{number}": source for number, source in enumerate(brief.sources, start=1)}
        question = self._question(brief, by_id)
        answer, use = await self._asker.ask(brief.tenant_id, question, _WrittenAnswer)
        body = _body(answer.paragraphs, brief)
        return WrittenDraft(
            subject=_subject(tested_subject(brief) or answer.subject, brief.reply_subject),
            body=body,
            claims=_claims(answer.claims, body, by_id),
            writer=f"{use.model}; {use.prompt_version}",
            use=use,
        )

    def _question(self, brief: Brief, by_id: Mapping[str, Source]) -> Question:
        texts = shortened([_shown(source) for source in by_id.values()], MAX_SOURCE, MAX_SOURCES)
        parts = {
            "task": task_of(brief),
            "voice": voice_of(brief.voice),
            **dict(zip(by_id, texts, strict=True)),
            **trial_of(brief),
            **previous_of(brief),
        }
        fence = Fence(parts.values())
        return Question(
            purpose=PURPOSE,
            prompt_version=self._prompt.version,
            system=self._prompt.filled(token=fence.token),
            user="\n\n".join(fence.around(name, text) for name, text in parts.items()),
            schema=WRITTEN,
            max_tokens=MAX_ANSWER_TOKENS,
        )


def _shown(source: Source) -> str:
    cite = "yes" if source.citable else "no"
    link = f"\nlink: {source.url}" if source.url else ""
    return f"kind: {source.kind.value}\ncite: {cite}\nlabel: {source.label}{link}\n\n{source.text}"


def _body(paragraphs: Iterable[str], brief: Brief) -> str:
    """The mail; signed by the sender in any case."""
    kept = [text for text in (_lines(paragraph) for paragraph in paragraphs) if text]
    if not any(brief.sender_name in text for text in kept):
        kept.append(f"{brief.voice.sign_off_in(brief.plan.language)}\n{brief.sender_name}")
    return "\n\n".join(kept)


def _lines(paragraph: str) -> str:
    lines = (_one_line(line) for line in paragraph.splitlines())
    return "\n".join(line for line in lines if line)


def _one_line(text: str) -> str:
    return "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text
    ).strip()


def _subject(written: str, reply_subject: str | None) -> str:
    """An answer keeps its thread's subject, or the mail would start another thread."""
    earlier = _one_line((reply_subject or "")[: 4 * MAX_SUBJECT])
    while prefix := _REPLY_PREFIX.match(earlier.lower()):
        earlier = earlier[prefix.end() :]
    subject = f"Re: {earlier}" if earlier else _one_line(written)
    return subject[:MAX_SUBJECT].rstrip()


def _claims(
    answers: Iterable[_ClaimAnswer], body: str, by_id: Mapping[str, Source]
) -> tuple[Claim, ...]:
    """The claims at their places. One that is not in the mail says nothing about it.

    Raises:
        UnusableOutput: one leans on a source that there is none of, or that may not be cited.
    """
    claims: list[Claim] = []
    searched: dict[str, int] = {}
    for answer in answers:
        sources = [by_id.get(id_.strip()) for id_ in answer.source_ids]
        if not sources or any(source is None or not source.citable for source in sources):
            raise UnusableOutput("the model cites a source that it was not given to cite")
        text = _lines(answer.text)
        start = body.find(text, searched.get(text, 0)) if text else -1
        if start < 0:
            continue
        searched[text] = start + len(text)
        ids = tuple(dict.fromkeys(source.id for source in sources if source is not None))
        claims.append(Claim(text=text, start=start, end=start + len(text), source_ids=ids))
    return tuple(sorted(claims, key=lambda claim: (claim.start, claim.end)))
