"""Which language a short text is written in, by counting its most common words.

Deterministic and small on purpose: it chooses between the four languages that we write, and
says nothing when another one fits better or the text is too thin.
"""

from __future__ import annotations

import functools
import re
from collections import Counter

LANGUAGES = ("en", "de", "fr", "es")
_READ_AT_MOST = 5_000
_THIN = 6
"""Up to this many words one common word is enough; a longer text must show more of them."""

_COMMON = {
    "en": "the and of to is are we you i in for with on that this have has our your from be it "
    "would like can could please thanks thank hello hi what when how which who my not do does "
    "an at as by or us they there need want looking interested about best regards dear am was",
    "de": "der die das und ist sind wir sie ich in für mit auf dass dies haben hat unser unsere "
    "ihr ihre von es würde würden möchte möchten kann können bitte danke hallo guten tag was wann "
    "wie welche wer mein meine nicht ein eine einen einem zu zum zur im am bei oder uns gibt "
    "brauchen suchen interessieren über grüße gruß herr frau sehr auch noch nach den dem des",
    "fr": "le la les et est sont nous vous je dans pour avec sur que ce cette avons avez ont notre "
    "nos votre vos de des du il elle voudrais souhaite souhaitons peut pouvez merci bonjour quoi "
    "quand comment quel quelle qui mon ma ne pas un une au aux par ou besoin cherchons intéressé "
    "cordialement sommes suis très aussi être serait en plait s'il c'est j'ai d'une",
    "es": "el la los las y es son nosotros usted ustedes yo en para con sobre que este esta "
    "tenemos tiene nuestro nuestra su sus de del lo quisiera quisiéramos me gustaría puede "
    "pueden gracias hola buenos días qué cuándo cómo cuál quién mi no un una al por o "
    "necesitamos buscamos interesado interesados saludos somos soy muy también ser sería "
    "estamos favor cuánto",
    # Decoys: these fit better than their cousins above, and then nothing is said.
    "it": "il lo gli e è sono noi voi io nel per con su che questo abbiamo avete hanno nostro "
    "nostra vostro di del della vorrei vorremmo può grazie buongiorno ciao cosa quando come quale "
    "chi mio non un una al da o bisogno cerchiamo siamo molto anche saremmo",
    "pt": "o os as e é são nós você vocês eu em para com sobre que este esta temos tem nosso nossa "
    "seu sua de do da dos das gostaria gostaríamos pode obrigado obrigada olá bom dia quando como "
    "qual quem meu não um uma ao por ou precisamos somos muito também seria uma",
    "nl": "de het en is zijn wij u ik in voor met op dat dit hebben heeft onze uw van er zou "
    "willen graag kan kunnen bedankt hallo wat wanneer hoe welke wie mijn niet een te aan bij of "
    "ons nodig zoeken wij zeer ook nog naar",
}

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def detect_language(text: str | None, default: str) -> str:
    """One of ``LANGUAGES``, or ``default`` where the text does not tell."""
    words = _words(text or "")
    hits: Counter[str] = Counter()
    for word in words:
        hits.update(_languages_of().get(word, ()))
    ranked = hits.most_common(2)
    if not ranked:
        return default
    best, count = ranked[0]
    tied = len(ranked) > 1 and ranked[1][1] == count
    needed = 1 if len(words) <= _THIN else 2
    return best if best in LANGUAGES and count >= needed and not tied else default


def _words(text: str) -> list[str]:
    return _WORD.findall(text[:_READ_AT_MOST].casefold().replace("’", "'"))


@functools.cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for language, words in _COMMON.items():
        for word in set(words.casefold().split()):
            found[word] = (*found.get(word, ()), language)
    return found
