"""The vocabulary that `title` reads with: words of working life in eight languages.

Data only. Every table is written in the language's own spelling; ``title`` folds both sides
(accents, umlauts as ``ae`` or as ``a``) before comparing. The ranks are the values of
``title.Seniority``; ``body`` marks the name of a governing body, which is a rank only when it
stands alone ("Geschäftsführung") and none when somebody works for it.
"""

from __future__ import annotations

WORDS: dict[str, str] = {
    "c_level": """
        mairesse intendenta intendente
        ned provost alcaldesa rectora landrat landrätin komplementär komplementärin kanzler
        kanzlerin
        bundesvorsitzende bundesvorsitzender
        geschäftsleiter geschäftsleiterin
        empresária directielid bestuursvoorzitter voorzitter oberbürgermeisterin dgs
        generaldirektorin generaldirektor
        ceo cfo cto coo cmo cio ciso cso cro cpo chro cco cdo clo cao cxo cbo cgo cko cino ctio
        cpto cdio csco cvo cho md pdg dg dga president presidente presidenta präsident präsidentin
        présidente presidenza
        founder founders cofounder cofounders gründer gründerin mitgründer mitgründerin fondateur
        fondatrice cofondateur cofondatrice fundador fundadora cofundador cofundadora fondatore
        cofondatore oprichter oprichtster medeoprichter
        coowner proprietor inhaber inhaberin mitinhaber mitinhaberin eigentümer
        eigentümerin propriétaire propietario propietaria proprietario proprietaria proprietária
        proprietário dueño dueña dono dona titolare eigenaar eigenaresse gesellschafter
        gesellschafterin teilhaber teilhaberin mitinhaberin gérant gérante cogérant cogérante
        dirigeant dirigeante socio socia sócio sócia associé associée
        chairman chairwoman chairperson chair vorsitzender vorsitzende vorsitzenden
        entrepreneur entrepreneuse unternehmer unternehmerin empresario empresaria empresário
        empreendedor imprenditore imprenditrice ondernemer emprendedor emprendedora
        restaurateur bestuurder zaakvoerder zaakvoerster chancellor rector rektor rektorin mayor
        bürgermeister bürgermeisterin oberbürgermeister alcalde maire vorständin vorstände
        aufsichtsrat aufsichtsrätin verwaltungsrat verwaltungsrätin consejero consejera patron
        patronne chefin geschäftsführer geschäftsführerin
    """,
    "vp": """
        vicepresidencia
        vp svp evp avp rvp gvp vpe vicepresident vicepresidente vicepresidenta vizepräsident
        vizepräsidentin vicepräsident vicepräsidentin viceprésident
    """,
    "director": """
        fd dosi agm dgm
        hrd dsin dst codirector codirectora codirecteur codirectrice vicedecano vicedecana prodekan
        prodekanin doyen doyenne decano decana dean dekan dekanin
        generalbevollmächtigter generalbevollmächtigte
        dtor dtora dtr dtra
        director directors directora directeur directrice direktor direktorin direttore direttrice
        diretor diretora dir drh dsi daf dircom dirigente directivo directiva subdirector
        subdirectora prokurist prokuristin apoderado apoderada gm procuratore vicedirector
        vicedirettore
    """,
    "head": """
        hod bl vl
        vkl kämmerer kämmerin stadtkämmerer stadtkämmerin
        pdl
        jefatura proviseur proviseure ltr
        head leiter leiterin leitung jefe jefa chefe capo hoofd headmaster
        headmistress
        headteacher chefarzt chefärztin chefredakteur chefredakteurin
        subjefe subjefa dezernent dezernentin
    """,
    "manager": """
        bdm rsm asm sdm rsi rrh lagerleiter lagerleiterin lagerleitung
        raf contremaîtresse
        restaurantleiter restaurantleiterin küchenchef
        küchenchefin manageuse
        resp kam pm csm tl líder adjoint adjointe superintendente büroleiter büroleiterin leader
        superviser capoufficio
        manager managers managerin manageress mgr supervisor supervisora superviseur superviseuse
        responsable responsabile responsável gerente subgerente gte encargado encargada
        encarregado foreman forewoman forman superintendent teamlead teamleader teamleider
        teamchef vorarbeiter polier contremaître capataz capocantiere caposquadra caporeparto
        capoprogetto bedrijfsleider projectleider ploegleider storemanager rssi teamlider
        handlungsbevollmächtigter handlungsbevollmächtigte verantwortlicher verantwortliche
        overseer
    """,
    "senior": """
        leitender leitende leitend
        senior sénior sr snr staff lead principal principale oberarzt oberärztin leitingenieur
        confirmé confirmée expérimenté
    """,
    "junior": """
        mir
        lernende lernender fsj bfd élève élèves referendarin masterandin bachelorandin umschülerin
        freiwillige schnupperlehrling
        rechtsreferendar rechtsreferendarin referendar referendarin volontariat
        hiwi absolvent absolventin berufseinsteiger alumno alumna
        intern interns internship trainee trainees praktikant praktikantin praktikum werkstudent
        werkstudentin werkstudium azubi auszubildender auszubildende lehrling stagiaire stagiair
        stage alternant alternante alternance apprenti apprentie apprentice becario becaria
        practicante pasante aprendiz prácticas estudiante étudiant étudiante student studentin
        studierender studierende studentisch studentische studentischer studente studentessa
        estudante doktorand doktorandin doctorant doctorante doctorando doctoranda phdstudent
        tirocinante stagista apprendista estagiário estagiária junior júnior jr jnr volontär
        volontärin referendar referendarin leerling graduate undergraduate pupil schüler schülerin
        bufdi freiwilliger umschüler umschülerin diplomand masterand bachelorand
    """,
    "assistant": """
        receptionist réceptionniste recepcionista rezeptionistin receptioniste recepção portinaio
        telefonistin telefonist typist
        assistant asst assistante assistent assistentin assistenz assistenten asistente asistenta
        assistente secretary secrétaire secretario secretaria secretária secretário sekretär
        sekretärin sekretariat secrétariat secretaría segretario segretaria segreteria secretaresse
        secretariaat pa ea auxiliar ayudante aide hilfskraft bürohilfe vorzimmer vorzimmerdame
        schreibkraft helfer helferin rezeptionist
    """,
    "individual": """
        operative guy attendant merchant handyman sb stb webmestre téléconseillère
        téléconseiller funcionario
        funcionaria
        ninja guru jedi rockstar monkey wizard magician unicorn csr adm qmb vrp diakon diakonin
        curé prêtre
        párroco letrado letrada oficial bibliotecario bibliotecaria konstrukteur konstrukteurin
        priest vicar imam
        sacerdote seelsorger seelsorgerin chaplain
        innendienst außendienst sysadmin informático informática itler delineante maler malerin
        zimmermann zimmerer friseur friseurin landwirt landwirtin mecánico mecánica albañil
        notario notaria dpo mozo científico científica postdoc helpdesk sozialpädagoge
        sozialpädagogin bibliothekar bibliothekarin physiotherapeut physiotherapeutin hebamme
        vet midwife veterinario veterinaria salarié salariée feuerwehrmann feuerwehrfrau
        écrivain écrivaine ergotherapeut ergotherapeutin logopäde logopädin klempner spengler
        glaser fliesenleger gerüstbauer schweißer dreher fräser zerspaner küfer winzer winzerin
        förster försterin imker florista jardinero fontanera soldador tornero carnicero pescador
        ganadero sastre zapatero conserje celador celadora matrona óptico óptica dietista
        nutricionista bombero guardia socorrista maestro cajero cajera reponedor dependiente
        dependienta plâtrier carreleur couvreur soudeur tourneur fraiseur charpentier ébéniste
        fleuriste jardinier paysagiste vigneron pêcheur boucher boucher bouchère pâtissier
        pâtissière caissier caissière gardien gardienne pompier facteur opticien diététicienne
        ergothérapeute orthophoniste archiviste documentaliste greffier huissier bibliothécaire
        welder roofer glazier bricklayer plasterer joiner blacksmith tiler fisherman gardener
        shepherd barista bartender optician dietitian paramedic archivist draftsman draughtsman
        stylist hairstylist nanny caretaker caregiver bricoleur sommelier estibador camionero
        camionera gestoría
        lagerist lageristin maurer hôtesse
        sdr bdr ae hrbp sre swe dba po vertriebler vertrieblerin personaler personalerin ing prof
        professorin solicitor barrister registrar pastor trésorier trésorière artisan commerçant
        commerçante rappresentante admin bürokraft aushilfe minijobber justiziar justiziarin
        sachverständiger sachverständige gutachter ausbilder ausbilderin betriebswirt
        betriebswirtin volkswirt laborant laborantin sanitäter member professionista werker
        verwalter verwalterin handelsagent técnica operador operadora dependiente dependienta
        repartidor conserje azafata chofer conductor hostess monitor monitora educador educadora
        psicólogo psicóloga farmacéutico farmacéutica veterinario biólogo químico economista
        geólogo diplomé docteur pharmacien pharmacienne vétérinaire éducateur éducatrice serveur
        serveuse coiffeur coiffeuse boulanger journaliste photographe notaire huissier psychologue
        kinésithérapeute aidesoignante magasinier chauffeur livreur maçon plombier électricien
        menuisier secouriste
        engineer developer consultant analyst specialist representative representant rep advisor
        adviser adviseur designer architect accountant bookkeeper buyer purchaser administrator
        technician clerk agent officer associate coordinator planner recruiter teacher professor
        lecturer tutor nurse doctor physician surgeon dentist pharmacist lawyer attorney counsel
        counselor counsellor paralegal scientist researcher writer editor journalist copywriter
        trainer instructor coach operator driver mechanic electrician plumber carpenter welder
        salesperson salesman saleswoman seller broker trader freelancer freelance contractor
        employee worker programmer tester economist actuary auditor underwriter controller
        treasurer strategist evangelist ambassador producer artist photographer videographer
        illustrator animator translator interpreter librarian dispatcher inspector
        investigator therapist psychologist veterinarian scrum expert practitioner liaison
        executive merchandiser marketer barista waiter waitress cook chef cheffe baker butcher
        guard pilot captain steward stewardess surveyor estimator assessor examiner appraiser
        cashier teller technologist biologist chemist physicist statistician mathematician
        machinist assembler fabricator janitor cleaner caretaker farmer gardener
        author speaker mentor blogger influencer musician actor hacker statistician webmaster
        contributor facilitator organizer moderator collaborator correspondent copyeditor
        berater beraterin entwickler entwicklerin ingenieur ingenieurin mitarbeiter mitarbeiterin
        mitarbeitende mitarbeitender sachbearbeiter sachbearbeiterin sachbearbeitung referent
        referentin vertreter vertreterin verkäufer verkäuferin einkäufer einkäuferin buchhalter
        buchhalterin controllerin planer planerin disponent disponentin spezialist spezialistin
        experte expertin fachkraft fachwirt fachwirtin kaufmann kauffrau techniker technikerin
        arzt ärztin lehrer lehrerin anwalt anwältin rechtsanwalt rechtsanwältin jurist juristin
        redakteur redakteurin trainerin monteur monteurin mechaniker mechanikerin mechatroniker
        elektriker elektrikerin elektroniker programmierer programmiererin architekt architektin
        analystin administratorin betreuer betreuerin beauftragter beauftragte koordinator
        koordinatorin angestellter angestellte selbständig selbstständig selbständiger
        freiberufler freiberuflerin freelancerin gestalter gestalterin wissenschaftler
        wissenschaftlerin dozent dozentin pfleger pflegerin krankenschwester steuerberater
        steuerfachangestellte betriebsrat betriebsrätin personalrat hausmeister fahrer fahrerin
        arbeiter arbeiterin handwerker koch köchin kellner makler maklerin notar notarin beamter
        beamtin soldat erzieher erzieherin pädagoge pädagogin übersetzer übersetzerin grafiker
        grafikerin fotograf fotografin chemiker chemikerin biologe physiker physikerin bäcker
        ingénieur ingénieure développeur développeuse consultante conseiller conseillère chargé
        chargée technicien technicienne comptable commercial commerciale vendeur vendeuse acheteur
        acheteuse analyste spécialiste gestionnaire employé employée ouvrier ouvrière opérateur
        opératrice infirmier infirmière médecin professeur professeure enseignant enseignante
        avocat avocate juriste formateur formatrice rédacteur rédactrice graphiste architecte
        attaché attachée délégué déléguée animateur animatrice coordinateur coordinatrice
        coordonnateur coordonnatrice conducteur conductrice cadre contrôleur contrôleuse
        fonctionnaire indépendant indépendante traducteur traductrice chercheur chercheuse
        informaticien informaticienne auditeur auditrice cuisinier caissier agente courtier
        ingeniero ingeniera desarrollador desarrolladora consultor consultora asesor asesora
        técnico técnica analista vendedor vendedora comprador compradora comercial ejecutivo
        ejecutiva especialista contador contadora contable abogado abogada médico médica profesor
        profesora docente administrativo administrativa administrador administradora representante
        operario operaria empleado empleada programador programadora diseñador diseñadora gestor
        gestora coordinador coordinadora delegado delegada enfermero enfermera autónomo autónoma
        trabajador trabajadora colaborador colaboradora arquitecto arquitecta maestro maestra
        investigador investigadora periodista traductor traductora cocinero camarero auditora
        impiegato impiegata tecnico consulente ingegnere sviluppatore sviluppatrice analista
        venditore venditrice commerciale contabile avvocato medico insegnante addetto addetta
        coordinatore coordinatrice specialista operaio progettista buyer ragioniere
        medewerker medewerkster inkoper inkoopster ontwikkelaar verkoper adviseuse
        ingenieurs boekhouder docente coördinator vertegenwoordiger zelfstandige zzp zzper
        engenheiro engenheira desenvolvedor desenvolvedora advogado advogada coordenador
        coordenadora funcionário assessor assessora professora colaboradora técnico vendedor
    """,
    "body": """
        geschäftsführung geschäftsleitung unternehmensleitung vorstand gf gl vorstandschaft comex
        codir direktion
    """,
}

UP_COMPOUND_HEADS = "chef"
"""German prefix that lifts a trade to its first: Chefentwickler, Chefeinkäufer."""

CONNECTORS = """
    of for at to with in im on from by within under behalf supporting reporting the
    d der des die das den dem von vom zur zum zu für bei beim mit aus an am unter
    de du des la le les aux au pour chez en sur auprès dans sous
    del el los las para con al por di della dello dei delle degli per presso
    do da dos das na no van voor bij het dal
"""

VOIDS = """
    office büro bureau cabinet kabinett oficina ufficio kantoor gabinete team stab stabsstelle
    coaching relations network club summit circle magazine programme program
"""
"""Beside the name of a rank these make it the name of a place: CEO Office."""

ROOMS = "office büro bureau cabinet kabinett oficina ufficio kantoor gabinete stab stabsstelle team"
"""Before the name of a top rank these do the same."""

MEMBERS = "member mitglied membre miembro membro lid"
GOVERNING = """
    board vorstand vorstands vorstandes vorstände geschäftsführung geschäftsleitung gl direktion
    unternehmensleitung unternehmensführung aufsichtsrat aufsichtsrats verwaltungsrat
    verwaltungsrats directoire comex codir consejo directie bestuur cda directorio
"""
"""A member of one of these leads the company; of anything else, is one of many."""

FOLLOWERS = (
    "advisor adviser coach mentor recruiter referent referentin berater beraterin consultant"
)
"""After a C-level word these are what the person is: CEO Coach."""

FORMER = """
    pensioner retiree pensionist pensionistin pensionista rentier
    former formerly ex previous previously past retired retd ret emeritus ehemals ehemalig
    ehemaliger ehemalige ehemaliges ehem früher früherer frühere ancien ancienne anciennement
    antiguo antigua anterior retirado retirada jubilado jubilada retraité retraitée aposentado
    pensionato ruhestand rentner rentnerin pensionär pensioniert gepensioneerd pensionierte
    pensionierter aspiring wannabe
    wanted gesucht needed angehender angehende not kein keine zukünftiger zukünftige voormalig
    exzaakvoerder outgoing
"""

FUTURE = "future futur futura futuro künftiger künftige"
"""Like ``FORMER``, but only as the first word: Future Mobility is a department."""

SEEKING = """
    looking seeking searching hiring suche suchen sucht busco buscando buscamos cherche
    cherchons recherchons arbeitssuchend arbeitsuchend arbeitslos unemployed desempleado
    desempleada jobseeker
"""
SEEKING_PHRASES = (
    "a la recherche|career break|en recherche|in search|demandeur de emploi|open to work|job seeker"
)

TRAILING = """
    junior júnior jr jnr débutant débutante senior sénior sr snr confirmé confirmée expérimenté
    expérimentée
"""
"""What a title may end in whatever stands before: Conseiller de vente junior."""

CHIEF_OF_A_TRADE = """
    engineer accountant economist architect editor nurse physician resident inspector buyer cook
    steward pilot mate librarian clerk underwriter actuary designer developer dispatcher
    scientist mechanic technician pharmacist surveyor
"""

NOT_A_COMPANY = """
    product products process data service system systems platform application applications app risk
    control program programme project feature budget domain solution solutions backlog api release
    module story content task category test tool requirement change journey capability portfolio
    technical workflow asset
"""
"""Before "owner" these make it a role inside a company, not its owner."""

PARTNER_OF_A_FIRM = """
    managing senior founding general equity junior name operating venture audit tax litigation
    advisory consulting investment
"""

ADJECTIVE_TRADES = "commercial commerciale comercial administrativo administrativa executive"
"""After "assistant" these say whose assistant, they are no trade that an assistant learns."""

AGENT_ENDINGS = """
    er erin ist istin or ian man woman person eur euse ier ière ien ienne
    iste ero era ista dor dora tor tora
    tore trice logue logo loga loge login graphe grafo grafa nomo noma peute peuta iatre iatra
"""
"""How the names of trades end; the last resort, so that no list of all trades is needed."""

NO_AGENTS = """
    privatperson person dreamer believer addict runner traveller traveler particulier visiteur
    weltenbummler besucher lover lebenskünstler bürger bürgerin allrounder completer compléter
    renseigner
    thinker wanderer explorer genießer träumer rêveur soñador viajero
    customer consumer visitor newsletter webinar computer number letter center sonstiger sonstige
    anderer weiterer keiner master bachelor brother sister mother father mutter vater bruder
    schwester privatier december november october september whatever together answer prefer mister
    monsieur senor señor señora herrer charter server router folder header footer register sommer
    winter wasser zimmer fenster interior exterior superior senior junior sector factor motor labor
    tutor indoor outdoor human german woman manpower power kinder bücher other over under inter
    manera primera cartera barrera frontera carrera primero dinero número enero febrero quiero
    premier dernier courrier papier janvier février bien combien italien
    """
"""Words that end so and name nobody, or nobody's work."""

LED_BY_A_CHEF = "it vertriebs verkaufs marketing personal produktions entwicklungs logistik finanz"
"""Before a German "Chef" these name the part that somebody leads, not a kitchen."""

ALONE_NOTHING = """
    prof sr sra ing executive dr mr mrs ms herr frau ninja guru jedi rockstar monkey wizard magician
    unicorn
"""
"""As the whole title these say nothing."""
