# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Wordings that tell what happened before, beside the fixed phrases of the statements: what the
reader or theirs did, what we did for them, that they come to us again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import attrs


@attrs.frozen(kw_only=True)
class PastClaim:
    """``family`` is ``told`` (somebody did something), ``again`` (not for the first time) or
    ``object`` (thanks for a thing that they gave)."""

    family: str
    start: int
    end: int


_THANKS = r"(?:thanks?|thank you|grateful|danke|dank|dankeschon|merci|remercie\w*|gracias|agradezco|agradecemos)"
_DEAL = r"(?:\w{0,12}(?:orders?|jobs?|projects?|visits?|events?|stays?|bookings?|courses?|delivery|shipment|print|purchase|rental|bestellung|auftrag|druck|projekt|besuch|lieferung|veranstaltung|einsatz|miete|schulung|kurs|aufenthalt|buchung|kauf|seminar|commande|projet|visite|chantier|sejour|livraison|tirage|formation|location|reservation|achat|pedido|proyecto|visita|obra|estancia|entrega|tirada|curso|alquiler|reserva|compra|evento)\b)"
_TOLD = (
    # The reader's own people.
    r"(?:as|like|what) your (?:\w+ ){1,2}(?:\w+ed|told|said|wrote|showed) |you used to \w+|(?:last|previous|first) \w+ (?:that )?we (?:\w+ed|built|made|sold|sent|gave)\b|your (?:\w+ ){1,3}(?:has|have|had|already)(?: \w+){0,2} (?!been\b|a\b|an\b|the\b)\w{2,}(?:ed|ought|old|ent|ave|iven|aid|one|een|ried|hown)\b|your (?:\w+ ){1,2}(?:already |recently )(?:\w+ed|told|gave|said|bought|tried|sent|asked)\b"
    r"|(?<!dass )ihr(?:e|en|em|er)? (?!nachricht|anfrage|mail|frage|interesse|schreiben)\w+(?: \w+){0,2} (?:hat|haben|hatte)(?! wir| ich| sie)(?! \w+ gern) [^.!?,;\n]{0,50}?(?:ge\w{3,}(?:t|en)|(?:be|ver|er|ent|zer|uber|mit|an|aus|ein|nach|vor|zu)\w{4,}(?:t|en))\b"
    r"|ihr(?:e|en)? \w+ (?:war|waren) (?:auch |ja )?(?:schon|bereits|neulich|letztens)? ?(?:bei uns|in unser\w*|auf unser\w*)|votre (?:\w+ ){1,2}(?:est|etait|sont) (?:deja )?(?:passe|venu|alle)\w*"
    r"|votre (?!message|demande|courriel|mail|mot|question|interet)(?:\w+ ){1,3}(?:d'\w+ )?(?:nous |m'|vous )?(?:a|ont|avait|avaient) (?:deja |bien |recemment )?(?!(?:notre|votre|une?|cette|celle|ce|toute?|titre|base|usage|etre|distance|vie|domicile|terme|prix|l|la|le|les|des|nos|vos|ses|leurs?)\b)\w{2,}(?:e|ee|es|ees|i|is|it|u|us|ert)\b"
    r"|su (?:\w+ ){1,3}(?:ya )?(?:nos |me |le )?(?:ha|han|habia|habian) \w+(?:ado|ido|to|cho)\b|su (?:\w+ ){1,4}ya (?:nos |me )?\w+(?:o|aron|ieron)\b"
    # The reader.
    r"|(?:as|because|since|when|that) you and [^.!?,;\n]{2,30}? (?:\w+ed|spoke|met|said)\b|you(?:'ve| have| had) (?:already|previously|recently|once|before) (?:\w+ed|bought|sent|been|had|paid|tried|got)\b|you (?:already|previously|recently|once) (?:\w+ed|bought|sent|paid|tried|got)\b|(?:same as |what )you (?:paid|had|bought|ordered|used|took) (?:last|before|in)\b"
    r"|(?:where|when) you (?!need|feed|speed|exceed|proceed|succeed)(?:\w+ed|tried|saw|took|met|rode|\w+-rode)\b|(?:haben|hatten|waren|sind) sie (?:ja |uns |mir |sich |bei uns |doch |schon |bereits )+[^.!?,;\n]{0,60}?(?:ge\w{3,}(?:t|en)|(?:be|ver|er|ent|uber|mit|an|aus|ein|nach|vor|zu)\w{4,}(?:t|en)|zufrieden)\b|(?:schon|gut|toll|erfreulich|freut (?:mich|uns)),? (?:zu horen, )?dass (?:sie|ihr\w*) [^.!?\n]{0,70}?(?:waren|war|hat|haben|hatten|sind|ist)\b|sie (?:\w+ ){0,6}(?:hingewiesen|informiert|beraten|unterrichtet)\b|(?:schon|gut|nett|toll|angenehm|freude|freut(?: \w+)?|gefreut)(?: war es)?,? (?:sie|dich|euch) [^.!?\n]{0,40}?(?:zu treffen|zu sehen|kennenzulernen|zu sprechen|zu begrussen|getroffen|kennengelernt)\b"
    r"|vous (?:nous |m'|en )?(?:aviez|etiez|avez deja|etes deja|aviez deja|avez bien) (?:\w+ ){0,2}\w{2,}(?:e|ee|es|ees|i|is|it|u|us|ent)\b"
    r"|(?:ustedes |usted )?ya (?:nos |me )?(?:ha|han|habia|habian) \w+(?:ado|ido|to|cho)\b|(?:quedaron|quedo) (?:ustedes |usted )?(?:muy )?(?:content\w+|satisfech\w+)|(?:(?:prueba|demostracion|visita)[^.!?,;\n]{0,20} )?que (?:activo|compro|hizo|firmo|probo|visito|asistio) (?:usted|ustedes)\b"
    # What we did for them.
    r"|(?:we|i) (?:\w+ed|did|made|built|taught|ran|gave|sold|took) (?:[\w']+ ){0,6}(?:for|at|with|to) (?:you|your)\b|\b(?:we|i) (?:taught|trained|cleaned|printed|translated|serviced|catered|insured) (?:\w+ ){0,4}(?:you|your)\b"
    r"|(?:haben|hatten|durften|konnten) wir [^.!?\n]{0,12}?(?:ja |schon |bereits |damals )+[^.!?\n]{0,50}?(?:ge\w{3,}(?:t|en)|(?:be|ver|er|ent)\w{4,}(?:t|en))\b|nachdem wir [^.!?\n]{0,70}?(?:durften|haben|hatten|konnten)\b|(?:hat|haben) (?:unser\w*|einer unserer) (?:\w+ ){1,5}[^.!?\n]{0,50}?(?:ge\w{3,}(?:t|en)|er\w{4,}t)\b"
    r"|nous (?:vous )?(?:avons|avions) (?:deja |recemment )[^.!?\n]{0,50}?\b(?:vous|votre|vos|chez vous)\b|(?:fait|etait|ete) (?:un |tres |grand )*plaisir (?:de |d')(?:vous|faire|echanger|rencontrer|accueillir|visiter|recevoir)"
    r"|ya (?:le|les|os|te) \w+(?:amos|imos)\b|(?:que|como) (?:le|les|os|te) \w+(?:amos|imos) en\b|fue un (?:gusto|placer|honor) |me alegr[oe] (?:mucho )?(?:\w+ )?(?:saludar|ver|conocer|hablar|verl|conocerl)\w*|\bya (?:formamos|llevamos|hicimos|servimos|montamos|instalamos|tradujimos|limpiamos|imprimimos|reparamos) [^.!?\n]{0,40}?\b(?:su|sus|suya|suyo|suyas|ustedes|usted)\b"
    # Earlier things, and where one heard of us.
    rf"|(?:from|of|on|after|for|with) your (?:last|previous|earlier|first) {_DEAL}|(?:vom|beim|ihr\w*|zum|der|die|das) (?:letzten?|vorigen?|fruheren?|vergangenen?) {_DEAL}|votre (?:dernier|derniere|precedente?|premiere?) {_DEAL}|su (?:ultim[oa]|anterior) {_DEAL}|su {_DEAL} anterior"
    r"|(?:aus|bei) (?:dem|ihrem|unserem) (?:\w+ )?(?:gesprach|telefonat|treffen|besuch|anruf) (?:mit|vom|am|im)\b"
    r"|(?:por|a) (?:indicacion|recomendacion|consejo) de|(?:auf|dank) (?:empfehlung|hinweis|anraten|einer empfehlung)|(?:sur|par) (?:les conseils|le conseil|la recommandation|recommandation|indication)|(?:on|at|following|thanks to) (?:the |a )?(?:advice|recommendation|suggestion|tip|referral) (?:of|from)"
    rf"|{_THANKS}[^.!?\n]{{0,80}}?\b(?:after|nach|apres|despues de|tras) (?:(?:your|ihrem|ihrer|votre|su|la|el|der|dem) )?(?:watching|seeing|trying|testing|order|visit|ver|probar|vorfuhrung|bestellung|besuch|commande|visite|pedido|compra|visita|demostracion)\b"
    rf"|{_THANKS}[^.!?\n]{{0,60}}?(?:au telephone|par telephone|on the phone|over the phone|am telefon|telefonisch|por telefono)\b|good to (?:hear|read|see|know) (?:that )?(?:the|your|you) [^.!?,;\n]{{0,60}}?(?:\w+ed|went|came|liked|were|was) \w+|in your (?:earlier|last|previous) (?:mail|e-?mail|message|letter|note)[^.!?\n]{{0,90}}"
    rf"|{_THANKS}[^.!?\n]{{0,90}}?(?: and| und| et| y|,) (?:for |fur |pour |por )?(?:the|our|your|das|unser|den|ihren|die|l'|la|le|notre|votre|el|su|taking (?:my|the)|su) ?(?:\w+ )?(?:telefonat|gesprach|besuch|anruf|treffen|call|visit|chat|meeting|conversation|appel|visite|echange|entretien|llamada|visita|reunion|charla)\b"
)
_AGAIN = (
    rf"{_THANKS} (?!again\b|once\b|nochmals\b|encore\b|de nuevo\b|otra vez\b)[^.!?\n]{{0,60}}?\b(?:again|once more|another|wieder|erneut|abermals|de nouveau|a nouveau|encore une fois|de nuevo|otra vez|nuevamente|tambien este ano|auch in diesem jahr|cette annee encore|this year too)\b"
    r"|(?:welcome|for coming|for getting) back\b|good to hear from you again|wieder (?:an uns|bei uns|auf uns|mit \w+ \w+ (?:bei|zu) uns)\b|(?:de nouveau|a nouveau) (?:a nous|chez nous|confiance)|\b(?:volver|vuelv\w+|vuelto) a (?:confiar|comprar|contactar|escribir\w*|pedir|contar|elegir|pensar)\b|(?:de nuevo|otra vez) (?:con|en|a) (?:nosotros|nuestr\w+)"
)
_OBJECT = rf"{_THANKS}[^.!?\n]{{0,90}}?\b(?P<object>(?:photos?|photographs?|pictures?|images?|drawings?|(?:building |floor |site )?plans?|sketch\w*|samples?|templates?|spreadsheet|fotos?|bilder|skizzen?|grundriss\w*|zeichnung\w*|unterlagen|plane?|muster|tabelle|croquis|dessins?|echantillons?|documents?|planos?|muestras?|documentos?|imagenes)\b(?:,? (?:and|und|et|y) (?:the |die |den |les |el |los |las )?\w+(?: \w+)?)?)"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        "told": re.compile(rf"(?<!\w)(?:{_TOLD})"),
        "again": re.compile(rf"(?<!\w)(?:{_AGAIN})"),
        "object": re.compile(rf"(?<!\w)(?:{_OBJECT})"),
    }


def find_past(text: str) -> Iterator[PastClaim]:
    """``text`` in bare form."""
    for family, pattern in _patterns().items():
        for match in pattern.finditer(text):
            start = match.start("object") if family == "object" else match.start()
            yield PastClaim(family=family, start=start, end=match.end())
