"""Which words of a job title tell the department."""

from __future__ import annotations

import re
from functools import cache

from salesagent_core.domain.titles.text import spellings

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
    "sales": """
        sdr bdr kam bd adv vkl ae vrp adm bdm sales ventas verkauf vente ventes vendite vendas
        verkoop
    """,
    "product": "product products produkt produkte produit produits producto productos",
    "support": "support helpdesk sav cx csr",
    "hr": "people talent hrd",
    "operations": "plant werk ops taller atelier werkstatt",
    "legal": "law recht dpo",
    "finance": "raf",
    "engineering": "eng ai labor",
    "marketing": "comms marke",
    "logistics": "lager supply",
    "it": "cyber data si moa dba dsin",
    "education": "learning",
    "quality": "quality",
}
"""Words that tell it only as a whole word; the rest is told by how a word begins."""

STEMS: tuple[tuple[str, str], ...] = (
    (
        "support",
        """
            client services|guest serv|expérience client|callcenter|call center|call centre
            contact center
            chief customer|chief experience|plateau de appels|posventa|postventa
            service à la client|incidenc
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
            supplies|adquisic|aprovision|buying|materialwirt|commande publique|contratac|supplier
            commodity|abastec|vergabe|chaîne de approv
            procure|purchas|buyer|einkauf|einkäuf|beschaff|strategischer einkauf|achat|acheteu
            compras|comprador|acquisti|inkoop|inkop|sourcing|approvisionn|category manag
        """,
    ),
    (
        "logistics",
        """
            entrepôt|wareneing|stock control|bodega
            logisti|supply chain|warehous|transport|spedition|disponent|lagerleit|lagerlogist
            distribution|fulfil|shipping|versand|cadena de suministro|magasin|almacén|fuhrpark
            fleet
        """,
    ),
    (
        "hr",
        """
            talento|personnel|capital humano|entgelt|lohnabr|paie|paye|nómina|capacitac|happiness
            recrut|reclut|selección de personal|personaler
            human resource|ressources humaines|recursos humanos|risorse umane|personalab
            personalent|personalleit|personalref|personalwes|personalman|personalvorst|personalchef
            recruit|talent acq|talent manag|hrbp|personeel|headhunt|executive search|payroll|people
            (?<!asistente )(?<!assistente )personal(?! (?:assist|train|bank|coach|secre|shop|injur))
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
            demand gen|croissance|mercad|marca|öffentlichkeitsarb|campaign|event|événement|texter
            copywrit|mediengest|period|journalis|unternehmenskomm
            product marketing|produktmarketing
            marketing|brand|marken|communicat|kommunikation|comunica|publicité|publicidad
            advertis
            werbung|content|social media|community|press|public relation|editor in|redakt|rédact
            growth|seo|mercadotecnia|online market|merchandis
        """,
    ),
    (
        "sales",
        """
            biz dev|client direct|client manag|client partner|strategic allianc|alliances|firmenkund
            comptes strat|grandes cuentas|territory|telesales|telesell|estate agent|auftragsabwick
            chief growth|secteur|account rep
            développement commercial|desarrollo de negocio|desarrollo comercial|sviluppo commerc
            cuentas clave
            ejecutivo de cuentas|ejecutiva de cuentas|grands comptes|comptes clés|account lead
            ingénieur commercial|ingénieure commerciale|ingeniero comercial|ingénieur de affaires
            sales engineer
            chargé de affaires|chargée de affaires|bizdev
            sales|account exec|account manag|account direct|key account|business develop|vertrieb
            verkauf|verkäuf|commercial|commerci|comercial|vente|venta|vendit|vendas|verkoop
            außendienst|innendienst|vendeu|vended|revenue|pre-sales|presales|handelsvertr|absatz
            partner manag|channel|partnership|geschäftsentwick|export
        """,
    ),
    (
        "finance",
        """
            kfm leit|kfm direk|risk|riesgo|risque|wealth|konzernrechn|bancair|bank|banca
            contrôle de gest|contraloría
            kämmerer|stadtkämm|ap manag|ap clerk|ar clerk|credit|compta|underwrit|bookkeep|teller
            contrôleu|recouvre|number crunch|actuar
            financ|finanz|account|buchhalt|rechnungswes|controll|comptab|contab|contable|treasur
            tesor|tax|steuer|fiscal|audit|bilanz|kaufmänn|trésor|invest|contador|amministrazione e
        """,
    ),
    (
        "legal",
        """
            regulat|conformit|cumplim|contracts manag|contrats|litigat|paralegal|syndik|conveyanc
            justiziar|letrad|procurador|data protect|juríd
            solicitor|barrister|law firm
            legal|jurid|jurist|rechts|avoca|avvoca|aboga|advoga|attorney|lawyer|complian|counsel
            datenschutz|privacy|notar
        """,
    ),
    (
        "research",
        """
            scientifi|cherch|chief scien
            research|recherche|forschung|investigac|ricerca|scientist|wissenschaft|innovation
        """,
    ),
    (
        "it",
        """
            enterprise appl|enterprise syst|business syst|rechenzent|systems|netze|systembetr
            security analyst|security engineer|it security|réseaux|redes|ciberseg
            tecnología de la info
            technologies de l|technologies de info|technology infra
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
            bureau de étud|laborl|laborat|laboran|lab manag|lab tech|versuch|elektronik
            dessinat|projeteu|chief technical|chief ai|directeur techni|directrice techni
            director técnic|directora técnic
            responsable techni|dipl ing|chemielab|gruppenleiter labor
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
            facilit|site direct|site manag|site super|site foreman|works manag|public works|estates
            housekeep|hausdam|werksleit|werksdirek|vp werke|industriel|industrial|qhse|hse|ehs
            travaux
            obra|construction|bauhof|bauleit|oberbaul|polier|vorarbeit|schicht|shift|store manag
            foreman
            forewoman|niederlassung|standort|filial|marktleit|restaurantl|restaurant manag
            chantier|contrema|capataz|tienda
            kitchen|cocina|fabrication|arbeitsvorb|wohngruppen|atelier
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
    finanz:finance buchhalt:finance produktion:operations ingenieur:engineering
    entwickl:engineering informatik:it qualität:quality lehrer:education arzt:healthcare
    kommunikation:marketing redakt:marketing techniker:engineering
    pfleg:healthcare anwalt:legal jurist:legal
"""
"""Parts of German compounds that tell it wherever they stand in the word."""


def department_in(text: str) -> str | None:
    """The department that cleaned ``text`` names first; at one place the more exact one."""
    noun = _ADJECTIVES.sub("", text)
    return _named_in(noun) or _named_in(text) or _embedded_in(text)


_ADJECTIVES = re.compile(
    r"\b(?:technisch\w{0,2}|technical|tecnic[oa]|operativ\w{0,2}|digital\w{0,2}) "
)
"""They name a department only where no noun does: a "Technischer Einkäufer" buys."""


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
