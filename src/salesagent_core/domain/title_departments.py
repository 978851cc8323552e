"""Which words of a job title tell the department."""

from __future__ import annotations

import re
from functools import cache

from salesagent_core.domain.title_text import spellings

ACRONYMS: dict[str, str] = {
    "cfo": "finance",
    "daf": "finance",
    "cto": "engineering",
    "vpe": "engineering",
    "cio": "it",
    "ciso": "it",
    "cdo": "it",
    "cdio": "it",
    "ctio": "it",
    "dsi": "it",
    "rssi": "it",
    "cmo": "marketing",
    "dircom": "marketing",
    "cro": "sales",
    "cco": "sales",
    "cso": "sales",
    "chro": "hr",
    "drh": "hr",
    "rh": "hr",
    "hr": "hr",
    "rrhh": "hr",
    "coo": "operations",
    "cpo": "product",
    "cpto": "product",
    "clo": "legal",
    "csco": "logistics",
    "it": "it",
    "edv": "it",
    "edi": "it",
    "tic": "it",
    "ti": "it",
    "pr": "marketing",
    "seo": "marketing",
    "crm": "marketing",
    "qa": "quality",
    "qm": "quality",
    "qs": "quality",
    "rnd": "research",
    "fue": "research",
    "mna": "finance",
    "ux": "design",
    "ui": "design",
    "csm": "support",
}

EXACT: dict[str, str] = {
    "sales": "sales ventas verkauf vente ventes vendite vendas verkoop",
    "product": "product products produkt produkte produit produits producto productos",
    "support": "support helpdesk",
    "hr": "people talent",
    "operations": "plant werk ops taller atelier werkstatt",
    "legal": "law recht",
    "logistics": "lager supply",
    "it": "cyber data",
    "education": "learning",
    "quality": "quality",
}
"""Words that tell it only as a whole word; the rest is told by how a word begins."""

STEMS: tuple[tuple[str, str], ...] = (
    (
        "support",
        """
            service manag|service tech|service deliv|service cent|service rep|service adv
            service agent
            service coord|servicetechn|serviceleit|servicemit|of service|field service|head service
            leiter service
            customer success|customer support|customer service|customer care|customer experience
            kundenservice|kundendienst|kundenbetreu|kundensupport|service client|relation client
            atención al cliente|servicio al cliente|helpdesk|help desk|technical support
            servizio clienti|klantenservice|kundenerfolg
        """,
    ),
    (
        "procurement",
        """
            procure|purchas|buyer|einkauf|einkäuf|beschaff|strategischer einkauf|achat|acheteu
            compras|comprador|acquisti|inkoop|inkop|sourcing|approvisionn|category manag
        """,
    ),
    (
        "logistics",
        """
            logisti|supply chain|warehous|transport|spedition|disponent|lagerleit|lagerlogist
            distribution|fulfil|shipping|versand|cadena de suministro|magasin|almacén|fuhrpark
            fleet
        """,
    ),
    (
        "hr",
        """
            recrut|reclut|selección de personal|personaler
            human resource|ressources humaines|recursos humanos|risorse umane|personalab
            personalent|personalleit|personalref|personalwes|personalman|personalvorst|personalchef
            recruit|talent acq|talent manag|hrbp|personeel|headhunt|executive search|payroll|people
            personal(?! assist)(?! train)(?! bank)(?! coach)(?! secre)(?! shop)(?! injur)
        """,
    ),
    (
        "product",
        """
            product manag|product own|product lead|chef de produit|cheffe de produit
            jefe de producto|produktmanag|produktent|chief product|produktverant
        """,
    ),
    (
        "design",
        """
            design|grafik|graphi|créati|creativ|art director|diseñ|gestalt
        """,
    ),
    (
        "marketing",
        """
            product marketing|produktmarketing
            marketing|brand|marke|communicat|kommunikation|comunica|publicité|publicidad|advertis
            werbung|content|social media|community|press|public relation|editor in|redakt|rédact
            growth|seo|mercadotecnia|online market|merchandis
        """,
    ),
    (
        "sales",
        """
            développement commercial|desarrollo de negocio|desarrollo comercial|sviluppo commerc
            cuentas clave
            ejecutivo de cuentas|ejecutiva de cuentas|grands comptes|comptes clés|account lead
            ingénieur commercial|ingénieure commerciale|ingeniero comercial|ingénieur de affaires
            sales engineer
            sdr|bdr|kam|chargé de affaires|chargée de affaires|bizdev
            sales|account exec|account manag|account direct|key account|business develop|vertrieb
            verkauf|verkäuf|commercial|commerci|comercial|vente|venta|vendit|vendas|verkoop
            außendienst|innendienst|vendeu|vended|revenue|pre-sales|presales|handelsvertr|absatz
            partner manag|channel|partnership|geschäftsentwick|export
        """,
    ),
    (
        "finance",
        """
            financ|finanz|account|buchhalt|rechnungswes|controll|comptab|contab|contable|treasur
            tesor|tax|steuer|fiscal|audit|bilanz|kaufmänn|trésor|invest|contador|amministrazione e
        """,
    ),
    (
        "legal",
        """
            solicitor|barrister|law firm
            legal|jurid|jurist|rechts|avoca|avvoca|aboga|advoga|attorney|lawyer|complian|counsel
            datenschutz|privacy|notar
        """,
    ),
    (
        "research",
        """
            research|recherche|forschung|investigac|ricerca|scientist|wissenschaft|innovation
        """,
    ),
    (
        "it",
        """
            tecnologías de la info|tecnologias de la info|ict|data analy|data warehouse
            fachinformat|it administr|programmeur informat
            information tech|informationstech|informati|système|sistemas|systemadmin|system admin
            systems admin
            sysadmin|infrastruc|network|netzwerk|cyber|information secur|it-|database|datenbank
            digital|cloud|administrateur syst|administrador de sist
        """,
    ),
    (
        "engineering",
        """
            data engineer|cloud engineer|cloud archi|platform engineer|software archi
            tech lead|technical lead|devops|sre|swe|elektroing|maschinenbau
            engineer|software|develop|entwickl|technolog|ingenie|ingéni|ingegn|engenh|programm
            programad
            konstrukt|technical direct|desarroll|développ|frontend|backend|full stack|fullstack
            architect|technik|technisch|sviluppat
        """,
    ),
    (
        "quality",
        """
            qualität|qualité|calidad|qualità|quality|qualidade|qualitäts
        """,
    ),
    (
        "operations",
        """
            operati|opérat|operaci|betrieb|produktion|producción|production|producti|fertigung
            manufact|werkleit|facility|maintenance|instandhalt|montage|usine|planta|fabrik|procesos
            operaç|exploitation
        """,
    ),
    (
        "education",
        """
            maestr
            profes|dozent
            teacher|lehrer|schul|school|profess|educat|bildung|ausbildungs|enseign|docent
            university|universit|training|lectur|student success|schule|formation|headmaster
        """,
    ),
    (
        "healthcare",
        """
            nurse|doctor|physician|arzt|ärzt|médec|médic|medizin|medical|clinic|klinik|pflege
            krankens|infirm|enferm|pharma|apothek|therap|dentist|health|surgeon
        """,
    ),
    (
        "support",
        """
            support|service desk|soporte
        """,
    ),
    (
        "administration",
        """
            office manag|administrativ|sekret|secret|reception|empfang|verwaltung|back office
            backoffice|bürole|büroman
        """,
    ),
)


EMBEDDED = """
    vertrieb:sales verkauf:sales einkauf:procurement marketing:marketing logistik:logistics
    personal:hr finanz:finance buchhalt:finance produktion:operations ingenieur:engineering
    entwickl:engineering informatik:it qualität:quality lehrer:education arzt:healthcare
    pfleg:healthcare anwalt:legal jurist:legal
"""
"""Parts of German compounds that tell it wherever they stand in the word."""


def department_in(text: str) -> str | None:
    """The department that cleaned ``text`` names first; at one place the more exact one."""
    return _named_in(text) or _embedded_in(text)


@cache
def _embedded() -> tuple[tuple[str, str], ...]:
    pairs = (pair.split(":") for pair in EMBEDDED.split())
    return tuple((form, department) for stem, department in pairs for form in spellings(stem))


def _embedded_in(text: str) -> str | None:
    hits = ((text.find(stem), department) for stem, department in _embedded())
    return min((hit for hit in hits if hit[0] >= 0), default=(0, None))[1]


def _named_in(text: str) -> str | None:
    hits = (
        (match.start(), -len(match[0]), order, department)
        for order, (department, pattern) in enumerate(_departments())
        if (match := pattern.search(text)) is not None
    )
    return min(hits, default=(0, 0, 0, None))[3]


@cache
def _departments() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table: list[tuple[str, re.Pattern[str]]] = []
    for department, lines in STEMS:
        stems = (stem.strip() for stem in lines.replace("\n", "|").split("|"))
        forms = [form for stem in stems if stem for form in spellings(stem.replace("-", " "))]
        table.append((department, re.compile(rf"\b(?:{'|'.join(forms)})")))
    whole: dict[str, list[str]] = {}
    for word, department in ACRONYMS.items():
        whole.setdefault(department, []).append(word)
    for department, words in EXACT.items():
        whole.setdefault(department, []).extend(words.split())
    for department, names in whole.items():
        table.append((department, re.compile(rf"\b(?:{'|'.join(names)})\b")))
    return tuple(table)
