# ruff: noqa: E501  (word lists are kept on one line)
"""Words that any mail of business uses and that say nothing of what is sold."""

from __future__ import annotations

from functools import cache

from salesagent_core.domain.text.lexicon import MONTHS, number_words, stem

_WORDS = (
    "must muss mussen doit doivent debe deben ans annees jahre jahren monate monaten weeks months anos meses "
    "across handle handles provide provides supply supplies look bring arrange arranges across adds again afternoon against ahead already alternative answer around ask back best better both bring business call calmly case change changes cheers clock colleague come convenient cost costs count counted course cover covers "
    "data date day days deal dear demonstration describe described detail details different done early easy either enough enquiry euros even evenings everything everyone everybody exactly example explain fair feel few figure file find first fit fits follow form forms free full get getting gives glad gladly good half hand happy hear hello help hold included job join keep keeps kind leave less like line listed little live look love made mail make many matters mean means "
    "meet message minute mix moment month morning need neither never next nice noon nobody note number offer often once online only open order other otherwise overview own page part past pay people per person phone picture piece place plan planning point possible pounds prefer problem project propose put quarter question quick quite rather reach read regards ring room run runs same say see send sense sensible set shall short show simple simply since single size small smaller someone soon speak start stay stays step such suggest suits take takes talk tell thank thing things thousand time together touch use used usual usually walk want wanted way week well whole wish within without wonder work works worth write year years yes "
    "ubernehmen ubernimmt kummern kummert bieten bietet liefern machen sorgen alle alles alternativ anderer anfang anrufen ansehen arbeitet beginnt bereits bescheid beschrieben beste bild bilder blick damit dank dann darf daten dauert dazu deshalb doch ebenso eigentlich einfach einige ende enthalten erreichen erster etwa fall fertig finden formen fragen freundliche fruh ganze gebe geben gehen gehoren genau genauer gerade gesprach gewiss gibt gilt ginge gleich gut guten habe halb helfe herzliche hier immer insgesamt ist jahr jede jederzeit jemand kommen kostet kurz lassen lasst leicht lesen leute lieber liegt lohnt machbar mail masse melden moglich monat nachmittags naheres niemand oft paar passen passt planen preis problem projekte recht reichen reicht richtig rufe samtliche schnell schon schreiben schritt sehen selbst sofort sollten sowie spart spielt sprechen start statt stehen steht stuck suchen tag teil uberblick ubrigens uhr unserer verfugung viele vorbei vorher vorschlag wahlweise weit weiter wenig wichtig wichtigsten wochen wollen zahlen zeigt zeilen zeit zusammen zwar "
    "assurer assurons occupons proposons offrons faisons adresse aider ainsi appeler aucun aucune aussi autre besoin bien bientot bonne cas cela chacun chaque commencer compte convient court deja demandez demie depart details devrait directement disponible dites donc donne echange economisent ensemble etape exemple existe explique facile faire faisons fait faut fiche figurent font heures ici irait jour journee leurs libre lignes lit mieux mise moins mois montre moyenne nombre note occupe page parler part passe petit peuvent place plusieurs possible preferez premiere prend propose puis quart quelques question raison repartis repondre reste revient savoir selon semaines sens seraient seriez seul simple suffisent suis temps toujours tout travail trouve type utile veuillez vite voir voyons vraie "
    "cuidamos ocupamos hacemos ofrecemos damos encargamos tenemos trabajamos algo ano aqui asi ayudar bastan bastar bien buenos cada calma caso conviene corta cosa cuarto cuenta cuesta dia diarios ejemplos empezar encontrara enseguida esto estan facil falta folleto formato funciona gracias gusto hablamos hablar haber hacerlo hara hay hora importante informacion lista llega manana marcha mas mayor mediodia menos mensaje mes mil mismo misma modo momento mucho muchos necesita otro parece pasar paso pena pequeno personas plan podemos podria podriamos prefiere preguntas primer pronto propongo pueden puesta quedan quedaria recibe respondo saber sale semanas seria sencillo siempre sobra suele tambien tarda tarde telefono tener tiempo todo trabajo unidades util vamos ver vez vistazo"
)
_SUBJECTS = "app apps application program programme programm programa programas software system systeme sistema tool tools outil herramienta platform plattform plateforme plataforma product produkt produit producto service services servicio solution losung solucion logiciel appli aplicacion anwendung team equipe equipo itself allein selbst automatically automatic automatisch automatique automatiquement automatico automatica automaticamente electronically digital direct directly direkt straight"
"""What a claim is about, or how it is done: no source needs to say it in the same words."""


_FILLERS = frozenset(
    "can may might must shall get gets let lets make makes made put puts keep keeps everything something anything nothing being been going does did done "
    "konnen lasst lassen lasse bekommt bekommen bekommst bekommst erhalten erhaltst erhalt machen macht geben gibt dabei alles etwas nichts worden geworden gewesen moglich "
    "pouvons pourrons pourrez permet permettent faire fait faites font rien quelque chose donne donnent recevez aurez etre "
    "puede pueden podemos podra podran hacer hacerle hacerles hace hacen hacemos hay haya haber algo nada reciben recibe recibira estar siendo "
    "also too well even just then yes quite very really only still already again always never there around about such both either same other another each every all any some more most less much many few since unless until will would could should them they him her "
    "auch noch schon nur sogar bereits daher deshalb dabei dazu dafur damit dann dort hier jeweils alle beide ebenfalls jedoch allerdings leider selbst sowie weil wenn falls bis ihn ihm ihnen "
    "during per pound pounds euro euros percent prozent pourcent ciento gramm gramme grammes grams kilo kilogramm kilogrammes kilogramos meter metres metros quadratmeter wahrend pendant durant durante ferai fera ferez ferons feront ferait hare hara haremos haran werde wirst tras nach upon "
    "aussi egalement encore deja donc ainsi alors bien meme chaque chacun tout tous toute toutes autre autres jusqu lui cela ceux leur leurs cette celui quand "
    "tambien ademas todavia incluso asi entonces cada mismo misma otro otra todo toda aun solo hasta vos tus sus vuestro vuestra".split()
)
"""Words that only join or shade."""


def is_filler(word: str) -> bool:
    """True for a bare word that only joins or shades."""
    return word in _FILLERS


@cache
def everyday_stems() -> frozenset[str]:
    """Stems that prove nothing, whether a source has them or not."""
    numbers = {
        piece
        for language in ("en", "de", "fr", "es")
        for phrase in number_words(language)
        for piece in phrase.split()
    }
    words = (*_WORDS.split(), *numbers, *MONTHS)
    return frozenset(stem(word) for word in words)


@cache
def subject_stems() -> frozenset[str]:
    """Stems of what is said to do something."""
    return frozenset(stem(word) for word in _SUBJECTS.split())
