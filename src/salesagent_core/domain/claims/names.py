# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Proper names in a mail: persons, companies, products, places.

English, French and Spanish write little else with a capital inside a sentence. German writes
every noun so; there a capital counts only with another sign of a name (a title, a legal form, a
second capital beside it, capitals inside, a known name, or a word no dictionary holds).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from salesagent_core.domain.claims.places import is_place
from salesagent_core.domain.text.lexicon import FUNCTION_WORDS, MONTHS, SYNONYMS, WEEKDAYS
from salesagent_core.domain.text.word_forms import is_common, is_noun, is_word

MIN_UNKNOWN = 4
TITLE_CASE_SHARE = 0.6
SIGNATURE_LINES = 2
TITLE_WORDS = 4
SIGNATURE_WORDS = 5


@attrs.frozen(kw_only=True)
class Name:
    """``tokens`` in bare form. ``greeting`` is True in the line that addresses the reader,
    ``signature`` in the lines under the sign-off. ``opening`` is the word right before that opens
    the sentence and may be a part of the name."""

    tokens: tuple[str, ...]
    start: int
    end: int
    greeting: bool = False
    signature: bool = False
    opening: str = ""


FIRST_NAMES = frozenset(
    "anna anne anja andrea andreas alexander alexandra alice alicia alejandro alfonso amelie antoine antonio arnaud "
    "barbara beatrice beatriz benjamin benoit bernard bernd birgit bjorn brigitte bruno camille carla carlos carmen "
    "carolina caroline catherine cecile celine charles charlotte christine christoph christophe claudia claudio "
    "clara cristina damien daniel daniela david diana diego dieter dirk dominik dominique eduardo edward elena elisabeth "
    "elizabeth elke emily emma enrique eric erik ernesto esteban esther eva fabian fabien felipe fernando fiona "
    "francisco francois franz frederic friedrich gabriel gabriela georg george gerard gerhard gonzalo greta guillaume "
    "guillermo gunther hannah hannes hans heike heinrich heinz helena helga henri henry hugo ignacio ingrid irene isabel "
    "isabelle jacques james jan jane javier jean jennifer jens jessica joachim joan johann johannes john jonas jorge jose "
    "joseph juan juergen jurgen julia julian julie julien jutta karin karl katharina katja kevin klaus lara laura laurent "
    "lea lena leon liam lisa louise lucas lucia lucie luis luisa lukas luke manuel manuela marc marcel marco marcos "
    "margarita maria marie marina mario marion markus marta martha martin martina mateo mathieu matthew matthias maximilian "
    "mercedes mia michael michel miguel mohamed monica monika nadia natalia nathalie nicolas nicole nikolaus nina noah "
    "nora olga oliver olivia olivier oscar pablo patricia patrick paul paula pedro peter petra philip philipp philippe "
    "pierre pilar rachel rafael rainer ralf ramon raquel raul rebecca renate ricardo richard robert roberto rodrigo "
    "roger roland rosa ruben sabine samuel sandra santiago sara sarah sebastian sergio silke simon simone sofia sonia "
    "sophia sophie stefan stefanie stephan stephanie steve steven susan susanne sven sylvie tanja teresa theo theresa "
    "thierry thomas tim tobias tom tomas ulrich ulrike ursula ute uwe valentina valerie vanessa vera veronika victor "
    "victoria vincent volker walter werner wilhelm william wolfgang xavier yannick yves yvonne".split()
)
KNOWN_ORGANISATIONS = frozenset(
    "siemens bosch volkswagen bmw daimler mercedes audi porsche basf bayer continental thyssenkrupp sap lufthansa "
    "adidas telekom allianz commerzbank dhl ups fedex hermes zalando lidl aldi rewe edeka schenker dachser kuehne maersk "
    "google microsoft amazon apple facebook netflix tesla ibm oracle salesforce hubspot stripe zoom slack atlassian cisco "
    "intel nvidia samsung sony toyota honda nissan hyundai ford boeing airbus walmart starbucks pepsico unilever nestle "
    "danone renault peugeot citroen michelin carrefour decathlon totalenergies orange sncf thales loreal lvmh schneider "
    "geodis inditex zara telefonica repsol iberdrola santander bbva seat mercadona correos ikea volvo scania ericsson nokia "
    "philips shell accenture deloitte kpmg pwc mckinsey gartner forrester forbes bloomberg reuters linkedin youtube uber "
    "airbnb spotify paypal visa mastercard deutsche kia fiat ferrari iveco man zf hapag aramark sodexo danfoss vodafone".split()
)
_COMMON_ALSO = frozenset(
    "man orange visa shell seat deutsche apple oracle target hermes stripe zoom slack ups schneider".split()
)
TRADE_INITIALS = frozenset(
    "cctv led leds lcd pos rfid nfc usb wlan lan vpn voip pbx hvac ac dc pvc ppe cad cam cnc plc bim bms ems dms cms pim mes wms tms "
    "hgv hgvs suv ev evs gmbh kfz suvs epdm hdpe pet pp pe mdf osb vod ocr qr ean gtin sku skus atex haccp gmp brc ifs cmr adr lng lpg cng "
    "mri ct ecg ekg iv gp gps ivf dsl fttp sim esim 2d 3d ar vr kwk wdvs vrf cpd lms hse bhv sav gmao gtb ged siret tpe tpv dni nif iban sepa bic "
    "pv bio oko eco azubi azubis kita kitas rse esg cctvs bbq diy diys dj gsm lte ip ups ccv cop scop kwp wp".split()
)
"""What a trade calls its things by their first letters; no house is named so."""
_LEGAL_FORMS = frozenset(
    "gmbh ag se kg ohg ug mbh inc ltd llc llp plc corp corporation co sa sas sarl eurl sl slu bv nv spa srl oy ab".split()
)
_TITLES = frozenset(
    "mr mrs ms miss dr prof sir madam herr frau herrn firma monsieur madame mme mlle m senor senora sr sra don dona kollege "
    "kollegin kollegen professor professeur professora doctor doctora docteur dra maitre captain schwester sister bruder sor soeur "
    "ingeniero ingeniera bruder pfarrer monsignore mayor councillor colonel major".split()
)
_SAFE = (
    frozenset(
        "i hi hello dear hey sir madam team all everyone sincerely regards best kind cheers thanks thank you re fw fwd aw wg ps pps "
        "ceo cto cfo coo cio cmo vp svp evp hr it pr pm am uk eu usa us crm erp api apis pdf url faq kpi kpis roi gps iot ai ml b2b b2c "
        "saas sql csv xml json html sms tv ok okay asap eta sla nda rfp rfq poc sso vat gmbh ag inc ltd llc co tba tbd fyi cc bcc utc gmt "
        "id ids ui ux os pc app web wifi internet email e-mail mail mr mrs ms dr prof "
        "head sales manager director chief officer president vice marketing operations support customer success account executive "
        "business development engineering engineer product finance logistics procurement purchasing human resources legal department "
        "fleet lead senior junior assistant consultant representative owner founder partner general managing regional global "
        "english german french spanish european american british italian dutch swiss austrian europe "
        "christmas easter new year sie ihnen ihr ihre ihren ihrem ihres ihrer du dein deine dir dich euch euer eure liebe lieber "
        "guten tag hallo sehr geehrte geehrter geehrten damen herren grusse gruss gruessen beste freundliche freundlichen viele mit herzliche "
        "bonjour madame monsieur cordialement bien salutations merci bonne journee cher chere hola buenos buenas dias tardes estimado "
        "estimada atentamente saludos cordiales un cordial saludo gracias usted ustedes ud uds don dona sr sra "
        "lkw lkws pkw pkws edv kmu uhr mwst ust dsgvo rgpd gdpr tva iva pme rh si rdv cet cest mez mesz est edt pst pdt cst mst bst iso soc".split()
    )
    | frozenset(MONTHS)
    | frozenset(WEEKDAYS)
)
_MEASURES = frozenset("mm cm m km kg t l ml cl kw mw mwh kwh db ha degree piece".split())
_INSTITUTION = re.compile(
    r"(?:klinik(?:um|en)?|hospital|krankenhaus|kammer|schule|universitat|akademie|institut|verband|verein|bund|stiftung|genossenschaft|gruppe|werke?|werft|muhle|brauerei|backerei|metzgerei|gartnerei|druckerei|molkerei|kellerei|schreinerei|tischlerei|spedition|reederei|kanzlei|praxis|apotheke|hotel|gasthof|gasthaus|autohaus|mobelhaus|warenhaus|kaufhaus|weingut|gut|verlag|sparkasse|bank|versicherung|theater|museum|therme|kloster|stift|gemeinde|stadt|landkreis|markt|hof|bau|firma|konzern|holding)$"
)
_LANDSCAPE = frozenset(
    "valle sierra costa bahia rio puerto plaza calle avenida paseo monte isla barrio poligono comarca provincia ciudad vallee quai place rue avenue boulevard port cote pays ile lac mont foret baie "
    "street road avenue lane square valley lake river bridge hill bay harbour port island county town city village".split()
)
"""Kinds of places: the name is what follows ("Valle del Jerte")."""
_ZONES = frozenset("cet cest mez mesz est edt pst pdt cst mst bst utc gmt".split())
_GREETING = re.compile(
    r"^\W{0,3}(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hallo|liebe[rs]?|sehr geehrte[rs]?|guten (?:tag|morgen|abend)|moin|"
    r"gruss gott|servus|bonjour|bonsoir|salut|cher|chere|chers|madame|monsieur|hola|buenos dias|buenas (?:tardes|noches)|buen dia|estimad[oa]s?|"
    r"querid[oa]s?|apreciad[oa])\b"
)
_SIGN_OFF = re.compile(
    r"^\W{0,3}(?:(?:kind|best|warm|many|with (?:best|kind))\s?(?:regards|wishes|thanks)?|regards|sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)|cheers|"
    r"thanks(?: again| so much| a lot)?|thank you(?: again)?|talk soon|speak soon|all the best|have a (?:great|good|nice) \w+|"
    r"(?:mit )?(?:freundlichen|besten|herzlichen|vielen|lieben|schonen) grussen?|(?:freundliche|beste|herzliche|viele|liebe|schone) gruss?e?n?|gruss|vg|lg|mfg|"
    r"hochachtungsvoll|ihr|ihre|bis bald|vielen dank|danke|(?:bien )?cordialement|(?:sinceres |meilleures |cordiales )?salutations(?: distinguees)?|"
    r"bien a vous|a bientot|bonne journee|merci(?: d'avance| beaucoup)?|respectueusement|(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|"
    r"atentamente|cordialmente|un abrazo|hasta pronto|(?:muchas )?gracias|reciba un cordial saludo|atte)\s?[,.!]?\s?$"
)
_TOKEN = re.compile(r"[^\W\d_](?:[\w&]|['.](?=[^\W\d_]{2})|-(?=[^\W_]))*")
_DETERMINERS = frozenset(
    "der die das den dem des ein eine einen einem einer eines kein keine keinen ihr ihre ihren ihrem ihres ihrer unser unsere "
    "unseren unserem unseres unserer mein meine meinen meinem dein deine jede jeder jedes jeden jedem diese dieser dieses diesen "
    "diesem alle allen viele vielen mehr weniger etwas zum zur im am beim vom ins ans welche welcher welches welchen wie als "
    "und oder pro je".split()
)


def find_names(original: str, bare: str, language: str, known: frozenset[str]) -> Iterator[Name]:
    """Names in ``original``; ``bare`` is its bare form of the same length.

    ``known`` are bare words that need no second look because a source holds them; a name made only
    of them is still yielded, so that the caller can see that its parts belong together.
    """
    offset, after_sign_off, signature_left = 0, False, 0
    alone = "\n" not in original.strip() and not original.rstrip().endswith((".", "!", "?"))
    for line in original.split("\n"):
        level = bare[offset : offset + len(line)]
        stripped = level.strip()
        if after_sign_off and stripped and signature_left:
            signature_left -= 1
            if len(stripped.split()) <= SIGNATURE_WORDS and not stripped.endswith(
                (".", "!", "?", ":")
            ):
                for match in _TOKEN.finditer(line):
                    yield Name(
                        tokens=(level[match.start() : match.end()],),
                        start=offset + match.start(),
                        end=offset + match.end(),
                        signature=True,
                    )
                offset += len(line) + 1
                continue
        greeting = _GREETING.match(stripped)
        if _SIGN_OFF.match(stripped):
            after_sign_off, signature_left = True, SIGNATURE_LINES
        else:
            limit = min(len(line), 60)
            for name in _in_line(line, level, language, known, alone=alone):
                yield attrs.evolve(
                    name,
                    start=name.start + offset,
                    end=name.end + offset,
                    greeting=bool(greeting)
                    and name.start < limit
                    and "," not in line[: name.start]
                    and "."
                    not in level[: name.start]
                    .replace("mr.", "")
                    .replace("ms.", "")
                    .replace("dr.", ""),
                )
        offset += len(line) + 1


def _title_language(level: str, tokens: list[re.Match[str]], language: str) -> str:
    """A title is too short to tell its language: English is taken where it has all its words.
    Other dictionaries are large, and are not opened for a title."""
    words = [_key(level[token.start() : token.end()]) for token in tokens]
    return next(
        (one for one in (language, "en") if all(is_word(word, one) for word in words)),
        language,
    )


def _in_line(
    line: str, level: str, language: str, known: frozenset[str], *, alone: bool = False
) -> Iterator[Name]:
    tokens = list(_TOKEN.finditer(line))
    if alone and len(tokens) <= TITLE_WORDS:
        language = _title_language(level, tokens, language)
    capitals = sum(token[0][0].isupper() for token in tokens)
    title_case = (
        len(tokens) >= 3 and language != "de" and capitals >= TITLE_CASE_SHARE * len(tokens)
    )
    run: list[re.Match[str]] = []
    for token in [*tokens, None]:
        joined = (
            token is not None
            and run
            and re.fullmatch(
                r" |-| & | de | von | van | della? | du ", line[run[-1].end() : token.start()]
            )
        )
        if token is not None and token[0][0].isupper() and (joined or not run):
            run.append(token)
            continue
        if run:
            yield from _name(line, level, run, language, known, title_case)
        run = [token] if token is not None and token[0][0].isupper() else []
        if token is not None and not run and _inner_capital(token[0]):
            yield from _name(line, level, [token], language, known, False)


def _inner_capital(word: str) -> bool:
    return any(char.isupper() for char in word[1:]) and any(char.islower() for char in word)


def _name(
    line: str,
    level: str,
    run: list[re.Match[str]],
    language: str,
    known: frozenset[str],
    title_case: bool,
) -> Iterator[Name]:
    first = _opens_sentence(line, run[0].start())
    before = re.search(r"([^\W\d_]+)\W{0,2}$", level[: run[0].start()])
    previous = before[1] if before else ""
    words = [(token, _key(level[token.start() : token.end()])) for token in run]
    titled = previous in _TITLES and not re.search(r"[:,;!?]", before[0] if before else "")
    while words and (words[0][1] in _TITLES or words[0][1] in _SAFE):
        titled = titled or words[0][1] in _TITLES
        words = words[1:]
        first = False if titled else first
    while words and words[-1][1] in _SAFE and words[-1][1] not in _LEGAL_FORMS:
        words = words[:-1]
    while words and SYNONYMS.get(words[0][1]) in _MEASURES:
        words = words[1:]
    if not words:
        return
    institution = language == "de" and len(words) > 1 and bool(_INSTITUTION.search(words[0][1]))
    legal = institution or any(key in _LEGAL_FORMS for _, key in words[1:])
    kept = [
        (token, key)
        for index, (token, key) in enumerate(words)
        if legal
        or (titled and not (previous == "m" and is_word(key, language)))
        or _counts(
            token[0],
            key,
            language,
            known,
            first=first and index == 0 and words[0][0] is run[0],
            many=len(words) > 1,
            previous=previous if index == 0 else "",
            title_case=title_case,
        )
    ]
    kept = [(token, key) for token, key in kept if key not in _SAFE or key in known]
    if kept:
        articled = words[0][1] in _DETERMINERS or words[0][1] in FUNCTION_WORDS[language]
        opening = words[0] if first and not articled and kept[0][0] is not words[0][0] else None
        leads = opening and len(words) > 1 and kept[0][0] is words[1][0]
        yield Name(
            tokens=tuple(key for _, key in kept),
            start=(opening[0] if opening and leads else kept[0][0]).start(),
            end=kept[-1][0].end(),
            opening=opening[1] if opening and leads else "",
        )


def _key(word: str) -> str:
    # "l'Oréal" and "qu'est-ce" begin with an article or a pronoun.
    return re.sub(r"'s?$|^(?:qu|[ldjmnstc])'", "", word)


def _opens_sentence(line: str, start: int) -> bool:
    before = line[:start].rstrip(" \t*_>\"'“„«(–—-•")
    return not before or before[-1] in ".!?:;…¿¡"


def _counts(
    word: str,
    key: str,
    language: str,
    known: frozenset[str],
    *,
    first: bool,
    many: bool,
    previous: str,
    title_case: bool,
) -> bool:
    if key in FUNCTION_WORDS[language]:
        return False
    if key in known:
        return not first
    if key in _SAFE or len(key) < 2:
        return False
    if _inner_capital(word) and not word.isupper():
        return "-" not in word or not all(
            _ordinary(piece, language, known) for piece in key.split("-") if piece
        )
    famous = (
        key in FIRST_NAMES or key in KNOWN_ORGANISATIONS or is_place(key)
    ) and key not in _COMMON_ALSO
    if famous:
        return True
    if word.isupper() and len(word) > 1:
        return not is_common(key, language) and key not in TRADE_INITIALS
    if "-" in key and all(_ordinary(piece, language, known) for piece in key.split("-")):
        return False
    if first or title_case:
        return len(key) >= MIN_UNKNOWN and not is_word(key, language)
    if language != "de":
        return key not in _LANDSCAPE
    if is_noun(key):
        return False
    if key in _COMMON_ALSO and previous in ("bei", "von", "mit", "an"):
        return True
    if not is_common(key, language):
        return True
    return many and previous not in _DETERMINERS and previous != "" and _bare_pair(previous)


def _ordinary(piece: str, language: str, known: frozenset[str]) -> bool:
    """A part of "Azubi-Recruiting", where each part is a word or stands in a source."""
    return (
        piece in known
        or piece in _SAFE
        or piece in TRADE_INITIALS
        or (
            piece not in FIRST_NAMES
            and piece not in KNOWN_ORGANISATIONS
            and is_word(piece, language)
        )
    )


def _bare_pair(previous: str) -> bool:
    """Two German nouns in a row after a preposition or verb are a name, after an adjective not."""
    return not re.search(r"(?:e[nrsm]?)$", previous) or previous in ("bei", "an")
