"""Questions as Drive's query language has them, and how well a file's name answers one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import combinations
from typing import Final

MAX_WORDS: Final = 6
"""Words of a question that are searched for, the longest first: rare words are long ones."""
MIN_WORDS: Final = 2
"""A file that shares fewer words with the question is found by chance."""
MAX_SCANNED: Final = 20_000
STEM: Final = 5
FOLDER_TYPE: Final = "application/vnd.google-apps.folder"
SHORTCUT_TYPE: Final = "application/vnd.google-apps.shortcut"

_WORD = re.compile(r"[^\W\d_]{4,40}")
# Long words that say nothing of a topic; what is shorter than four letters is left out anyway.
_EMPTY: Final = frozenset(
    "about also been could does from have hello into just know like more need other please some "
    "tell than thank thanks that their them then there these they this those very want were what "
    "when where which will with would your yours there here over using aber auch bitte danke dass "
    "dies eine einen einem einer haben hallo hatte ihre ihren kann können mehr nicht noch oder "
    "sehr sind unser unsere unseren wenn werden wird würde avec bonjour cette comment dans dont "
    "elle être leur mais merci nous pour quand sont votre vous como cuando desde donde ellos esta "
    "este estos gracias hola nuestra nuestro para pero sobre también tiene ustedes".split()
)


def words_of(question: str) -> tuple[str, ...]:
    """The question's telling words, the longest first, each beginning once."""
    text = unicodedata.normalize("NFC", question[:MAX_SCANNED]).casefold()
    found = dict.fromkeys(word for word in _WORD.findall(text) if word not in _EMPTY)
    by_stem: dict[str, str] = {}
    for word in sorted(found, key=len, reverse=True):
        by_stem.setdefault(word[:STEM], word)
    return tuple(by_stem.values())[:MAX_WORDS]


def file_query(words: Sequence[str], folder_ids: Sequence[str]) -> str:
    """Files in one of the folders whose name or content has at least ``MIN_WORDS`` of the words.

    Drive's ``fullText`` covers name, description and content.
    """
    terms = [
        " and ".join(f"fullText contains '{escaped(word)}'" for word in some)
        for some in combinations(words, min(MIN_WORDS, len(words)))
    ]
    matching = " or ".join(f"({term})" for term in terms)
    return (
        f"({in_folders(folder_ids)}) and trashed = false"
        f" and mimeType != '{FOLDER_TYPE}' and ({matching})"
    )


def folder_query(folder_ids: Sequence[str]) -> str:
    """The folders directly inside these."""
    return f"({in_folders(folder_ids)}) and trashed = false and mimeType = '{FOLDER_TYPE}'"


def in_folders(folder_ids: Sequence[str]) -> str:
    """A file of one of these folders."""
    return " or ".join(f"'{escaped(each)}' in parents" for each in folder_ids)


def escaped(text: str) -> str:
    """A text inside the quotes of a query."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


def shared_words(words: Sequence[str], text: str) -> int:
    """How many of the words begin like one of the text's."""
    own = {word[:STEM] for word in _WORD.findall(unicodedata.normalize("NFC", text).casefold())}
    return sum(word[:STEM] in own for word in words)
