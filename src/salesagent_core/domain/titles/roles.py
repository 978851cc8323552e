"""Cutting a title into the roles that somebody holds, and marking the words that say a rank."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import attrs

from salesagent_core.domain.titles.spelling import written_out
from salesagent_core.domain.titles.text import words_of
from salesagent_core.domain.titles.vocabulary import vocabulary


@attrs.frozen(kw_only=True)
class Mark:
    """A word or phrase that says a rank: tokens ``at`` to ``end`` (exclusive)."""

    rank: str
    at: int
    end: int
    word: str


@attrs.frozen(kw_only=True)
class Role:
    """One role of a title. Only the first ``head`` tokens say what somebody is."""

    tokens: tuple[str, ...]
    head: int
    marks: tuple[Mark, ...]


LEADING = frozenset({"c_level", "vp", "director", "head", "manager", "body"})
_AND = re.compile(r"&|\+|\s(?:and|und|et|y|e|ed|sowie|og)\s")
_WEAK = re.compile(rf",|/|{_AND.pattern}")
_SPLIT = re.compile(rf"(\||;|•|[()\[\]]|:|\s[-–—·]+\s|{_WEAK.pattern})")
_BESIDE = re.compile(r":|[()\[\]]|\s[-–—·]+\s")
_ARTICLES = frozenset(
    """
    the der die das la el le les los las il lo o a an ein eine un une una
    madame monsieur mme mlle frau herr don dona mr mrs ms miss
    """.split()
)
"""Articles and forms of address: nothing of what somebody is."""


def _pieces(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each piece of the title with the joiner before it."""
    parts = _SPLIT.split(text)
    for index in range(0, len(parts), 2):
        tokens = tuple(written_out(words_of(parts[index])))
        while tokens and tokens[0] in _ARTICLES:
            tokens = tokens[1:]
        if tokens:
            yield (parts[index - 1] if index else ""), tokens


def held_roles(text: str) -> list[Role]:
    """The roles that somebody holds now, without those of the people they work for."""
    roles: list[Role] = []
    swallow: re.Pattern[str] | None = None
    for joiner, all_tokens in _pieces(text):
        if swallow is not None and swallow.fullmatch(joiner):
            continue
        tokens = _without_wishes(all_tokens)
        if not tokens:
            swallow = _WEAK
            continue
        past = [_is_past(token, first=index == 0) for index, token in enumerate(tokens)]
        if all(past):
            return []
        if any(past):
            swallow = _AND
            continue
        role = _role(tokens)
        # "Executive Assistant - CEO & COO" says whose.
        if roles and _assists(roles[-1]) and _BESIDE.fullmatch(joiner) and _tops(role):
            swallow = _WEAK
            continue
        # "Assistant to the CEO and CFO": the second is no role of this person either.
        swallow = _WEAK if _serves(role) else None
        roles.append(role)
    return roles


def _assists(role: Role) -> bool:
    return bool(role.marks) and {mark.rank for mark in role.marks} == {"assistant"}


def _tops(role: Role) -> bool:
    return bool(role.marks) and {mark.rank for mark in role.marks} <= {"c_level", "vp", "body"}


def _without_wishes(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The tokens before somebody says what they look for."""
    words = vocabulary()
    for index, token in enumerate(tokens):
        following = tokens[index + 1 : index + 2]
        if token in words.seeking and words.rank.get("".join(following)) != "manager":
            return tokens[:index]
        if any(tokens[index : index + len(phrase)] == phrase for phrase in words.seeking_phrases):
            return tokens[:index]
    return tokens


def _is_past(token: str, *, first: bool) -> bool:
    words = vocabulary()
    if token in words.former or (first and token in words.future):
        return True
    return token.startswith("ex") and words.rank.get(token[2:]) in LEADING


def _serves(role: Role) -> bool:
    """Whether the role is about a leader without being one."""
    rank = vocabulary().rank
    start = role.head
    if role.marks and role.marks[0].rank == "assistant":
        start = role.marks[0].end
    return any(rank.get(token) in LEADING for token in role.tokens[start:])


def _role(tokens: tuple[str, ...]) -> Role:
    words = vocabulary()
    marks: list[Mark] = []
    at = 0
    while at < len(tokens):
        phrase = next(
            (n for n in range(words.longest, 1, -1) if tokens[at : at + n] in words.phrases), 0
        )
        if phrase:
            span = tokens[at : at + phrase]
            marks.append(
                Mark(rank=words.phrases[span], at=at, end=at + phrase, word=" ".join(span))
            )
            at += phrase
            continue
        rank = _rank_at(tokens, at)
        if rank is None and tokens[at] in words.connectors:
            break
        if rank is not None:
            marks.append(Mark(rank=rank, at=at, end=at + 1, word=tokens[at]))
        at += 1
    held = tuple(
        mark for mark in marks if mark.rank != "nothing" and not _is_a_place(mark, tokens, at)
    )
    return Role(tokens=tokens, head=at, marks=held + _trailing(tokens, at))


def _trailing(tokens: tuple[str, ...], head: int) -> tuple[Mark, ...]:
    """The grade behind a connector: "Conseiller de vente junior"."""
    words = vocabulary()
    last = len(tokens) - 1
    if head >= len(tokens) or tokens[last] not in words.trailing:
        return ()
    rank = words.rank.get(tokens[last], "junior")
    return (Mark(rank=rank, at=last, end=last + 1, word=tokens[last]),)


def _rank_at(tokens: tuple[str, ...], at: int) -> str | None:
    """The rank that one token says where it stands, or None."""
    words = vocabulary()
    word = tokens[at]
    before = tokens[at - 1] if at else ""
    after = tokens[at + 1] if at + 1 < len(tokens) else ""
    if word == "chief":
        if "officer" in tokens[at + 2 : at + 4]:
            return "c_level"
        return "head" if after in words.trades or (at and not after) else "c_level"
    if word in ("chef", "cheffe"):
        led = (at == 0 and after) or before in words.led_by_a_chef
        return "head" if led else "individual"
    if word in ("owner", "owners"):
        return "individual" if before in words.not_a_company else "c_level"
    if word in ("partner", "partners", "partnerin"):
        return _partner(before, after)
    if word in words.members:
        led = not words.governing.isdisjoint(tokens[at + 1 : at + 6])
        return "c_level" if led else "individual"
    if word == "lead" and at and not after:
        return "manager"
    if word == "staff":
        return "senior" if _is_technical(after) or len(tokens) == 1 else "individual"
    return words.rank.get(word) or _rank_of_compound(word)


def _partner(before: str, after: str) -> str | None:
    words = vocabulary()
    if before in words.firm_partner:
        return "c_level"
    if before:
        return "individual"
    return "c_level" if not after or after in words.connectors else None


_TECHNICAL = """
    engineer develop software design scien archi data product machine security platform frontend
    backend
"""


def _is_technical(word: str) -> bool:
    return word.startswith(tuple(_TECHNICAL.split()))


MIN_SENIOR_COMPOUND = 10
"""Letters of "Seniorberater" and its like; "seniority" and "seniors" are shorter."""


@cache
def _rank_of_compound(token: str) -> str | None:
    """The rank of a German or Dutch compound noun: its last part says what somebody is."""
    words = vocabulary()
    if token.startswith("senior") and len(token) >= MIN_SENIOR_COMPOUND:
        return "senior"
    for rank, endings in words.suffixes:
        for ending in endings:
            if token.endswith(ending) and len(token) >= len(ending):
                if rank == "individual" and token.startswith(words.lifting_prefix):
                    return "head"
                if rank == "c_level" and token.startswith(("vize", "vice")):
                    return "vp"
                return rank
    return None


def _is_a_place(mark: Mark, tokens: tuple[str, ...], head: int) -> bool:
    """ "CEO Office" and "Büro Geschäftsführung" name a place, not a person."""
    if mark.rank not in LEADING or mark.word.startswith("leit"):
        # "Leiter Büro" leads it.
        return False
    words = vocabulary()
    after = tokens[mark.end] if mark.end < head else ""
    top = mark.rank in ("c_level", "body")
    if after in words.voids and (top or mark.end + 1 == head):
        return True
    return top and mark.at > 0 and tokens[mark.at - 1] in words.rooms
