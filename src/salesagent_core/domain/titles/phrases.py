"""Phrases of titles, and the last parts of compound nouns, with the rank that they say.

Data only, written as in ``words``.
"""

from __future__ import annotations

# Longest first at each place. A phrase hides the words inside it.
PHRASES: dict[str, str] = {
    "c_level": """
        adjoint au maire|adjointe au maire
        non executive director|non exec director|independent director|lord mayor|own company
        own business
        own firm|i own|vocal de la junta|vocal del consejo|pharmacien titulaire
        pharmacienne titulaire
        titular de la farmacia|teniente de alcalde|diretor general|administrateur indépendant
        administratrice indépendante
        administrateur délégué|administratrice déléguée|administradora solidaria
        administrador solidario|administradora única|chief engineer officer
        geschäftsführender vorstand
        managing principal|dir general|gte general|mng director|managing dir|délégué général
        déléguée générale|board chair|board trustee|exec director
        managing director|managing directors|managing partner|managing member|managing owner
        general counsel|chief executive|executive chairman|executive chair|non executive chairman
        secretary general|general secretary|secretario general|secretaria general
        secrétaire général|secrétaire générale|segretario generale
        vice chair|vice chairman|vice chairwoman|deputy chair|board member|board director
        member of the board|member of board|member of the executive board
        member of the management board|member of the board of directors
        member of the supervisory board
        member of the executive committee|executive board member|management board member
        chair of the board|chairman of the board
        mitglied des vorstands|mitglied des vorstandes|mitglied im vorstand|mitglied vorstand
        mitglied der geschäftsleitung|mitglied der geschäftsführung|mitglied der gl
        mitglied geschäftsleitung|mitglied geschäftsführung|mitglied des aufsichtsrats
        vorsitz der geschäftsführung|sprecher der geschäftsführung|sprecherin der geschäftsführung
        sprecher des vorstands|sprecherin des vorstands|delegierter des verwaltungsrats
        generaldirektor|generaldirektorin|hauptgeschäftsführer|hauptgeschäftsführerin
        président directeur général|présidente directrice générale|directeur général
        directrice générale|directeur général adjoint|directrice générale adjointe
        directeur général délégué|directeur gérant|directeur exécutif|directrice exécutive
        directeur général de la société|chef de entreprise|cheffe de entreprise|chef entreprise
        membre du directoire|membre du comité de direction|membre du comité exécutif
        membre du conseil de administration|associé gérant|associée gérante|mandataire social
        auto entrepreneur
        director general|directora general|director general adjunto|director gerente
        directora gerente|director ejecutivo|directora ejecutiva|consejero delegado
        consejera delegada|gerente general|gerenta general|gerente geral|presidente ejecutivo
        presidenta ejecutiva|administrador único|administradora única|socio director
        socio fundador|socia fundadora|miembro del consejo|miembro del consejo de administración
        miembro del comité de dirección|primer ejecutivo|máximo responsable
        amministratore delegato|amministratrice delegata|amministratore unico|direttore generale
        direttrice generale|direttore esecutivo|presidente del consiglio|consigliere delegato
        diretor geral|diretora geral|diretor executivo|diretora executiva|diretor presidente
        sócio diretor|sócio gerente|sócio administrador|administrador delegado
        algemeen directeur|directeur eigenaar|lid van de directie|lid raad van bestuur
        lid van de raad van bestuur
    """,
    "vp": """
        vice president|vice presidente|vice presidenta|vice président|vice présidente
        vize präsident|vize präsidentin|v p|vice pres
    """,
    "director": """
        directeur associé|directrice associée|director asociado|directora asociada
        directeur de cabinet
        directrice de cabinet
        general manager|fondé de pouvoir|fondée de pouvoir|fondé de pouvoirs|company secretary
        corporate secretary|cadre dirigeant|sub director|sub directora|associate partner
        director of photography
    """,
    "head": """
        tête de division|tête de service
        school principal|vice principal|assistant principal|deputy principal|head teacher
        chief of staff|editor in chief|rédacteur en chef|rédactrice en chef|redactor jefe
        ingénieur en chef|chef de cabinet|cheffe de cabinet|jefe de gabinete|jefa de gabinete
        principal de collège|principale de collège|it chef|it chefin
    """,
    "manager": """
        coordinateur de équipe|coordinatrice de équipe|coordonnateur de équipe
        coordonnatrice de équipe|gestionnaire de projet|gestionnaire de projets
        chef de cuisine|cheffe de cuisine|chef cuisinier|cheffe cuisinière
        financial controller|group controller|conducteur de travaux|conductrice de travaux
        jefe de grupo
        jefa de grupo|gestionnaire de équipe
        chef des rayons|cheffe des rayons|responsable bureau de études
        responsable de bureau de études|chef de quai|cheffe de quai|jefe de almacén
        jefa de almacén|chefe de equipo|ward sister|charge nurse|cadre de santé
        jefe de planta de hospital
        mando intermedio|chef de caisse
        head nurse|head chef|head cook|head waiter|head waitress|head barista|head coach
        head gardener|head librarian|head baker|head bartender|head mechanic|head porter
        head receptionist|head cashier|head housekeeper|head groundskeeper|head trainer
        jefe de taller|jefa de taller|jefa de sala|jefa de cocina|jefe de estación
        jefa de estación|jefe de línea|jefa de línea|jefa de zona|jefe de cuadrilla
        cheffe de chantier|cheffe de atelier|cheffe de agence|cheffe de groupe|chef de magasin
        cheffe de magasin|cheffe de zone|gérant de magasin|gérante de magasin
        gérant de boutique|gérante de boutique|gérant de rayon|gérante de rayon
        team lead|team leader|team leaders|tl teamleitung|crew lead|squad lead|shift lead
        shift leader
        group leader|section leader|project lead|project leader|store director
        chef de projet|chef de projets|cheffe de projet|chef projet|chef de produit
        cheffe de produit
        chef de produits|chef produit|chef de équipe|cheffe de équipe|chef équipe|chef de chantier
        chef de secteur|chef de rayon|chef de zone|chef de groupe|chef de marché|chef de mission
        chef de publicité|chef de marque|chef de section|chef de atelier|chef de ligne
        chef de agence
        chef de quart|chef de poste|cheffe de secteur|cheffe de rayon|chef des projets
        jefe de proyecto
        jefa de proyecto|jefe de proyectos|jefa de proyectos|jefe proyecto|jefe de equipo
        jefa de equipo
        jefe de turno|jefa de turno|jefe de obra|jefa de obra|jefe de producto|jefa de producto
        jefe de sección|jefa de sección|jefe de zona|jefe de tienda|jefa de tienda|jefe de sala
        jefe de cocina|líder de equipo|líder de proyecto|lider de projeto|líder de projeto
        capo progetto|capo squadra|capo reparto|capo cantiere|gérant de portefeuille
        gestor de equipo|chefe de equipe|chefe de equipa|chefe de projeto|gerente de proyecto
        handlungs bevollmächtigter|managing consultant|managing editor|hiring manager
    """,
    "senior": """
        of counsel
        líder técnico|líder técnica|tech lead|technical lead|lead tech|distinguished engineer
        senior staff
    """,
    "junior": """
        médico residente|médica residente|resident physician|resident doctor
        work experience|volontaire en service civique|service civique
        interne en médecine|élève infirmière|élève infirmier|élève avocat|élève ingénieur
        assistenzarzt in weiterbildung
        entry level|recién graduado|recién graduada|new graduate|recent graduate
        working student|phd student|ph d student|doctoral student|graduate trainee
        management trainee|dualer student|duale studentin|duales studium|studentische hilfskraft
        en prácticas|in ausbildung|in training|fachinformatiker azubi|wissenschaftliche hilfskraft
    """,
    "assistant": """
        front desk|clerk typist|agent de accueil|agente de accueil|chargé de accueil
        chargée de accueil
        hôtesse de accueil|adjointe de direction|adjointe exécutive|adjoint exécutif|aide comptable
        ass d gf|ass der gf|ass der geschäftsführung|ass d geschäftsführung
        assistant comptable|assistant chef de projet|assistante chef de projet
        assistant des ventes|assistant ressources humaines
        exec assistant|exec asst|executive asst|admin assistant|admin asst|personal asst|right hand
        adjoint administratif|bras droit|mano derecha
        executive assistant|personal assistant|administrative assistant|virtual assistant
        management assistant|team assistant|office assistant|assistant administratif
        assistante administrative|auxiliar administrativo|auxiliar administrativa
        auxiliar de administración|adjointe administrative|directiesecretaresse|directieassistent
        directieassistente|rechte hand|aide de camp
    """,
    "individual": """
        inside sales|field sales|talent scout|civil servant|maître de conférences|sage femme
        aide soignante|aide soignant|clerc de notaire|associé commercial
        travailleur social|travailleuse sociale|trabajador social|trabajadora social
        agente inmobiliario|agent immobilier|mozo de almacén|personal shopper
        assistant professor
        consejero comercial|consejera comercial|consejero técnico|consejera técnica
        consejero de ventas|consejera de ventas
        self employed|sole trader|scrum master|team member|crew member|libero professionista
        profesional independiente
        business partner|people partner|talent partner|client partner|sous chef|chef de partie
        executive chef|founder associate|founders associate
        entrepreneur in residence|works council|works council member|advisory board member
        mitglied des betriebsrats|administrador de sistemas|administradora de sistemas
        administrador de redes|administrador de fincas|administrateur système
        administrateur systèmes|staff accountant|staff nurse|staff writer|staff member
        member of staff|member of technical staff|executive coach|sales lady|premier vendeur
        wissenschaftlicher mitarbeiter|wissenschaftliche mitarbeiterin
        head hunter|ladies tailor|lead generation specialist
    """,
    "body": """
        dirección general|direction générale|gerencia general|direzione generale|general management
        executive board|management board|board of directors|comité de direction|comité exécutif
        executive committee|consejo de administración|c suite|c level
    """,
    "nothing": """
        service commercial|équipe commerciale|pôle commercial|service client|direction commerciale
        lead generation|lead gen|at large|head office|head quarters|head count
    """,
}

# Compound nouns: the last part says what somebody is. Checked in this order, longest part first.
SUFFIXES: tuple[tuple[str, str], ...] = (
    (
        "assistant",
        "assistent assistentin assistenz sekretär sekretärin sekretariat secretaresse assistente "
        "hilfskraft assistant empfangsmitarbeiter empfangsmitarbeiterin empfangskraft empfangsdame "
        "aushilfe",
    ),
    (
        "junior",
        "praktikant praktikantin student studentin lehrling azubi volontär volontärin referendar "
        "referendarin masterand masterandin doktorand doktorandin",
    ),
    (
        "head",
        "sachgebietsleiter sachgebietsleiterin geschäftsstellenleiter geschäftsstellenleiterin",
    ),
    (
        "manager",
        "teamleiter teamleiterin teamleitung gruppenleiter gruppenleiterin gruppenleitung "
        "projektleiter projektleiterin projektleitung filialleiter filialleiterin filialleitung "
        "schichtleiter schichtleiterin schichtleitung bauleiter bauleiterin bauleitung marktleiter "
        "marktleiterin objektleiter objektleiterin kursleiter kursleiterin gebietsleiter "
        "gebietsleiterin stationsleiter stationsleiterin stationsleitung bezirksleiter "
        "bezirksleiterin schichtführer schichtführerin gebietsverkaufsleiter "
        "gebietsverkaufsleiterin büroleiter büroleiterin leider "
        "shopleiter storeleiter seminarleiter stellenleiter manager managerin "
        "verantwortlicher verantwortliche projectleider teamleider",
    ),
    ("c_level", "geschäftsführer geschäftsführerin geschäftsführender geschäftsführende"),
    ("head", "leiter leiterin leitung hoofd chefin chef"),
    ("director", "direktor direktorin directeur prokurist"),
    (
        "c_level",
        "inhaber inhaberin gründer gründerin gesellschafter gesellschafterin eigentümer "
        "eigentümerin vorstandsmitglied vorstandsvorsitzender vorstandsvorsitzende "
        "vorstandssprecher vorstandssprecherin vorstandschef vorstandschefin vorstand vorständin "
        "aufsichtsratsvorsitzender aufsichtsratsmitglied verwaltungsratspräsident "
        "aufsichtsratsvorsitzende gründungspartner gründungspartnerin präsident präsidentin "
        "unternehmer unternehmerin geschäftsleiter geschäftsleiterin vorsitzende vorsitzender",
    ),
    (
        "individual",
        "berater beraterin entwickler entwicklerin ingenieur ingenieurin mitarbeiter "
        "mitarbeiterin mitarbeitende mitarbeitender sachbearbeiter sachbearbeiterin referent "
        "referentin vertreter vertreterin verkäufer verkäuferin einkäufer einkäuferin buchhalter "
        "buchhalterin controller controllerin planer planerin disponent disponentin spezialist "
        "spezialistin experte expertin fachkraft fachwirt fachwirtin kaufmann kauffrau techniker "
        "technikerin arzt ärztin lehrer lehrerin anwalt anwältin jurist juristin redakteur "
        "redakteurin trainer trainerin monteur monteurin mechaniker mechanikerin mechatroniker "
        "elektroniker programmierer programmiererin architekt architektin analyst analystin "
        "administrator administratorin betreuer betreuerin beauftragter beauftragte koordinator "
        "koordinatorin angestellter angestellte gestalter wissenschaftler wissenschaftlerin "
        "pfleger pflegerin designer designerin meister rat forscher forscherin informatiker "
        "informatikerin professorin werker betriebswirt ausbilder ausbilderin verwalter "
        "vertriebler "
        "laborant laborantin medewerker berichterstatter agent agentin geselle gesellin fachfrau "
        "fachmann konstrukteur konstrukteurin",
    ),
)
