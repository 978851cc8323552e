"""Reading a job title: how senior, which department, does this person decide.

The reading is by rules over words, never by a model: the same title gives the same answer, and
the answer can be explained. A title is cut into roles ("CEO & Founder"), each role into the
words before its first connector ("Head" of ...): who somebody works *for* says nothing about who
they are, so in "Assistant to the VP" only the part before "to" counts.

    text | clean | split into roles | read each role | strongest role

Bounded: only the first ``text.MAX_TITLE_CHARS`` characters are read.
"""

from __future__ import annotations

import re
from enum import StrEnum

import attrs

from salesagent_core.domain.titles.departments import department_in
from salesagent_core.domain.titles.roles import LEADING, Mark, Role, held_roles
from salesagent_core.domain.titles.text import clean, words_of
from salesagent_core.domain.titles.vocabulary import vocabulary


class Seniority(StrEnum):
    """How high in the organisation a title stands, from the top down."""

    C_LEVEL = "c_level"
    VP = "vp"
    DIRECTOR = "director"
    HEAD = "head"
    MANAGER = "manager"
    SENIOR = "senior"
    INDIVIDUAL = "individual"
    JUNIOR = "junior"
    ASSISTANT = "assistant"
    UNKNOWN = "unknown"


DECISION_MAKERS = frozenset(
    {Seniority.C_LEVEL, Seniority.VP, Seniority.DIRECTOR, Seniority.HEAD},
)

DEPARTMENTS = frozenset(
    [
        "sales",
        "marketing",
        "operations",
        "it",
        "engineering",
        "research",
        "product",
        "design",
        "finance",
        "hr",
        "legal",
        "procurement",
        "logistics",
        "quality",
        "support",
        "administration",
        "education",
        "healthcare",
        "executive",
    ],
)
"""Every value that ``TitleReading.department`` can take, besides None."""


@attrs.frozen(kw_only=True)
class TitleReading:
    """What a title says. ``department`` is one of ``DEPARTMENTS`` or None."""

    seniority: Seniority
    department: str | None = None

    @property
    def decision_maker(self) -> bool:
        """True for C-level, VP, director and head."""
        return self.seniority in DECISION_MAKERS


def read_title(title: str | None) -> TitleReading:
    """Read a title in English, German, French, Spanish, Italian, Dutch or Portuguese.

    Never raises: what cannot be read is ``Seniority.UNKNOWN``.
    """
    text = clean(title or "")
    read = [(_seniority_of(role), role) for role in held_roles(text)]
    if len(read) == 1 and _is_an_address(read[0][1]):
        read = []
    if not read:
        return TitleReading(seniority=Seniority.UNKNOWN)
    if read[0][0] is Seniority.ASSISTANT and _SERVES.match(text):
        # "Assistant to the landlord and owner" is one role, however many the person served has.
        read = read[:1]
    seniority, role = max(read, key=lambda pair: _STRENGTH[pair[0]])
    department = _department_of(role, seniority, text)
    if department == "executive":
        # "Co-Founder / CTO", "Mitglied des Vorstands (Vertrieb)": the rest says which part is led.
        department = _led_by(read, role, text) or department
    # "HR & Office Manager": nouns without a rank before the first rank belong to it.
    if read[0][0] is Seniority.UNKNOWN and seniority is not Seniority.C_LEVEL:
        department = department_in(" ".join(words_of(text))) or department
    return TitleReading(seniority=seniority, department=department)


def read_department(text: str | None) -> str | None:
    """The department that a department field or a title names, one of ``DEPARTMENTS``, or None."""
    found = department_in(" ".join(words_of(clean(text or ""))))
    return found or (text if text in DEPARTMENTS else None)


_STUDIES = (
    "student",
    "werkstud",
    "studier",
    "etudiant",
    "estudiante",
    "estudante",
    "doktorand",
    "doctorant",
    "doctorand",
    "studente",
    "undergraduate",
    "schueler",
    "alumno",
    "alumna",
)


def is_student_title(title: str | None) -> bool:
    """Whether the title says that somebody studies; who works for students does not."""
    if read_title(title).seniority is not Seniority.JUNIOR:
        return False
    return any(word.startswith(_STUDIES) for word in words_of(clean(title or "")))


# ---------------------------------------------------------------------------- judging

_STRENGTH: dict[Seniority, int] = {
    Seniority.C_LEVEL: 9,
    Seniority.VP: 8,
    Seniority.DIRECTOR: 7,
    Seniority.HEAD: 6,
    Seniority.MANAGER: 5,
    Seniority.SENIOR: 4,
    Seniority.JUNIOR: 3,
    Seniority.ASSISTANT: 2,
    Seniority.INDIVIDUAL: 1,
    Seniority.UNKNOWN: 0,
}

_LOOSE_JUNIORS = frozenset(
    ["student", "intern", "interns", "apprentice", "graduate", "stage", "undergraduate", "pupil"]
)
"""Before a leading word these can be whom the work is about: Student Success Manager."""
_MODIFIERS = frozenset({"assistant", "asst"})
"""English only: an Assistant Director is a director of the second rank."""
_SERVES = re.compile(r"(?:\w+ ){0,2}assistant to the\b", re.IGNORECASE)
_ADJECTIVE_ASSISTANTS = frozenset({"asistente", "assistente"})


def _is_an_address(role: Role) -> bool:
    """Whether a title is no more than "Sr." or "Executive"."""
    return len(role.tokens) == 1 and role.tokens[0] in vocabulary().alone_nothing


def _seniority_of(role: Role) -> Seniority:
    if role.tokens == ("executive", "director"):
        return Seniority.C_LEVEL
    rank = _rank_of(role)
    return Seniority(rank) if rank else Seniority.UNKNOWN


def _rank_of(role: Role) -> str | None:
    marks = role.marks
    if not marks:
        return "individual" if any(map(_names_a_trade, role.tokens[: role.head])) else None
    first, last = marks[0], marks[-1]
    if last.rank == "junior" and last.at >= role.head and first.rank not in LEADING:
        return "junior"
    if last.rank in ("assistant", "junior") and _ends_the_role(role, last):
        return "junior" if first.rank == "junior" else last.rank
    if first.rank == "assistant":
        if " " in first.word and last.rank == "manager" and last.end == role.head:
            return "manager"
        if first.word not in _MODIFIERS or first.at or not _is_deputy_of(marks[1:]):
            return "assistant"
        marks = marks[1:]
    leads = any(mark.rank in LEADING for mark in marks)
    if any(mark.rank == "junior" for mark in marks):
        if not leads or (first.rank == "junior" and first.word not in _LOOSE_JUNIORS):
            return "junior"
        marks = tuple(mark for mark in marks if mark.rank != "junior")
    return _strongest(marks)


MIN_TRADE_LETTERS = 6


def _names_a_trade(token: str) -> bool:
    """Whether a word that is in no list is built like the name of a trade."""
    words = vocabulary()
    return (
        len(token) >= MIN_TRADE_LETTERS
        and token.endswith(words.agent_endings)
        and token not in words.no_agents
        and not token.endswith(tuple(words.rooms))
    )


def _ends_the_role(role: Role, last: Mark) -> bool:
    before = role.marks[-2] if len(role.marks) > 1 else None
    if before is None:
        return last.end == role.head
    if last.word in _ADJECTIVE_ASSISTANTS and before.rank in LEADING:
        return False
    return last.end == role.head or (before.rank == "c_level" and last.at == before.end)


def _is_deputy_of(others: tuple[Mark, ...]) -> bool:
    if not others or others[0].word in vocabulary().adjective_trades:
        return False
    return others[0].rank not in ("c_level", "body", "assistant")


def _strongest(marks: tuple[Mark, ...]) -> str | None:
    followers = vocabulary().followers
    ranks = []
    for index, mark in enumerate(marks):
        if mark.rank == "body":
            ranks += ["c_level"] if index == 0 else []
        elif (
            mark.rank == "c_level" and index + 1 < len(marks) and marks[index + 1].word in followers
        ):
            ranks.append("individual")
        else:
            ranks.append(mark.rank)
    return max(ranks, key=lambda rank: _STRENGTH[Seniority(rank)], default=None)


# ---------------------------------------------------------------------------- departments


_NAMES_NONE = ("founder", "gruender", "grunder", "fondat", "fundador", "owner", "inhaber")
_IN_BRACKETS = re.compile(r"\(([^()]{2,60})\)")


def _led_by(read: list[tuple[Seniority, Role]], role: Role, text: str) -> str | None:
    if any(mark.rank == "body" or mark.word in _OF_A_BOARD for mark in role.marks):
        named = _IN_BRACKETS.search(text)
        return department_in(named[1]) if named else None
    if not any(stem in token for token in role.tokens for stem in _NAMES_NONE):
        return None
    others = (other for rank, other in read if rank is Seniority.C_LEVEL and other is not role)
    return next(filter(None, (department_in(" ".join(one.tokens)) for one in others)), None)


_OF_A_BOARD = frozenset({"mitglied des vorstands", "mitglied des vorstandes", "mitglied vorstand"})


def _department_of(role: Role, seniority: Seniority, text: str) -> str | None:
    found = department_in(" ".join(role.tokens))
    if seniority is Seniority.C_LEVEL and found in (None, "administration"):
        return "executive"
    if found is not None:
        return found
    if seniority is Seniority.ASSISTANT:
        return "administration"
    return department_in(" ".join(words_of(text)))
