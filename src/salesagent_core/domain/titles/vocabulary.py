"""The words of ``words`` and ``phrases``, folded for looking up, once."""

from __future__ import annotations

from functools import cache

import attrs

from salesagent_core.domain.titles.text import spellings


@attrs.frozen(kw_only=True)
class Vocabulary:
    """Every table of ``words`` in both spellings of its umlauts."""

    rank: dict[str, str]
    phrases: dict[tuple[str, ...], str]
    longest: int
    suffixes: tuple[tuple[str, tuple[str, ...]], ...]
    lifting_prefix: str
    connectors: frozenset[str]
    voids: frozenset[str]
    rooms: frozenset[str]
    members: frozenset[str]
    governing: frozenset[str]
    followers: frozenset[str]
    former: frozenset[str]
    future: frozenset[str]
    seeking: frozenset[str]
    seeking_phrases: tuple[tuple[str, ...], ...]
    trailing: frozenset[str]
    trades: frozenset[str]
    not_a_company: frozenset[str]
    firm_partner: frozenset[str]
    adjective_trades: frozenset[str]
    agent_endings: tuple[str, ...]
    no_agents: frozenset[str]
    led_by_a_chef: frozenset[str]
    alone_nothing: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """Built at the first title that is read."""
    from salesagent_core.domain.titles import phrases as sayings
    from salesagent_core.domain.titles import words as data

    rank = {word: rank for rank, words in data.WORDS.items() for word in _word_set(words)}
    phrases = {
        tuple(form.split()): rank
        for rank, lines in sayings.PHRASES.items()
        for phrase in lines.replace("\n", "|").split("|")
        for form in spellings(phrase.strip())
        if " " in form
    }
    return Vocabulary(
        rank=rank,
        phrases=phrases,
        longest=max(map(len, phrases)),
        suffixes=tuple((rank, tuple(_word_set(words))) for rank, words in sayings.SUFFIXES),
        lifting_prefix=data.UP_COMPOUND_HEADS,
        connectors=_word_set(data.CONNECTORS),
        voids=_word_set(data.VOIDS),
        rooms=_word_set(data.ROOMS),
        members=_word_set(data.MEMBERS),
        governing=_word_set(data.GOVERNING),
        followers=_word_set(data.FOLLOWERS),
        former=_word_set(data.FORMER),
        future=_word_set(data.FUTURE),
        seeking=_word_set(data.SEEKING),
        seeking_phrases=tuple(tuple(p.split()) for p in data.SEEKING_PHRASES.split("|")),
        trailing=_word_set(data.TRAILING),
        trades=_word_set(data.CHIEF_OF_A_TRADE),
        not_a_company=_word_set(data.NOT_A_COMPANY),
        firm_partner=_word_set(data.PARTNER_OF_A_FIRM),
        adjective_trades=_word_set(data.ADJECTIVE_TRADES),
        agent_endings=tuple(_word_set(data.AGENT_ENDINGS)),
        no_agents=_word_set(data.NO_AGENTS),
        led_by_a_chef=_word_set(data.LED_BY_A_CHEF),
        alone_nothing=_word_set(data.ALONE_NOTHING),
    )


def _word_set(words: str) -> frozenset[str]:
    return frozenset(form for word in words.split() for form in spellings(word))
