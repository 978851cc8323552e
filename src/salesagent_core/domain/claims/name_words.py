# ruff: noqa: E501  (word lists are kept on one line)
"""Words that names are told by: titles, first names, famous houses; and capitals that name nobody."""

from __future__ import annotations

from salesagent_core.domain.text.lexicon import MONTHS, WEEKDAYS

FIRST_NAMES = frozenset(
    "anna anne anja andrea andreas alexander alexandra alice alicia alejandro alfonso amelie antoine antonio arnaud "
    "margaux iker ainhoa nuria unai aitor mireia jordi laia gael maelle maxence quitterie priya anil ravi sanjay aisha fatima omar hassan ali mehmet aylin emre olena barbara beatrice beatriz benjamin benoit bernard bernd birgit bjorn brigitte bruno camille carla carlos carmen "
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
    "victoria vincent volker walter werner wilhelm william wolfgang xavier yannick yves yvonne "
    "agathe agnes aidan alain alan albert alberto albrecht alejandra alex alfred alicja alina aline almut alois alvaro amanda amelia amina amy anaelle anders andres andrew "
    "angela angelika anke annabel annegret annette annika anouk ansgar anthony anton antonia arthur arturo astrid audrey aurelie axel bastian beate benedikt bertrand bianca "
    "blanca boris brian britta bryan byron callum carola caspar cecilia cedric chantal charlie chiara chloe chris christa christina christopher cindy claire clare clemens "
    "colette colin colm conny corinna corinne cornelia craig cyril damian danny dario dave deborah delphine denis denise dennis derek desmond detlef didier dominic donald "
    "doris dorothea duncan edith edmund eduard edwin eileen elif elisa ella ellen eloise elsa elvira emil emilia emilie emmanuel emmanuelle encarna estelle ethan etienne euan "
    "eugen eva-maria evelyn ewan fabienne fabio fabrice federico felicitas ferdinand fernanda finn florian franziska fred frederick frederik frida frieda friederike fritz "
    "gabriele gary gavin gemma genevieve gerald geraldine gerd gerda gertrud gilles gisela giulia giuseppe gordon graham gregoire gregor gregory gudrun guido guiomar gustav "
    "hamish harald harold harriet hartmut hector hedwig heidi heiko heiner helen helene helmut hendrik henning henrik herbert hermann hilda hilde horst hortense howard hubert "
    "ian ida ilona ilse imke ines ingo inmaculada irina irma isaac isabell isabella ivonne jacob jacqueline jake jakob jana janet janine jasmin jason jeanette jeanne jeremy "
    "jerome joanna joanne jochen joel johanna jonah jonathan jordi jorg joris josef josefa josefina josephine joshua judith jule juliane juliette julio kai karen karim karina "
    "karsten kate kathleen kathrin kathryn katie katrin keith kenneth kerstin kilian kirsten kirsty klara konrad konstantin konstanze kristin kristina kyle lars laurence "
    "laurie leandro leila lennart leonard leonie leonor leopold leslie lewis lieselotte lina linus lionel liselotte loic lorena lorenz lothar lotte louis louisa luc luca lucy "
    "ludovic ludwig luise lutz lydia lynn madeleine maeve magali magda magdalena maik maite malte manfred manon manuele marcela marcelle marcus mareike marek maren margaret "
    "margarete margit margot marianne maribel marielle marisol marius marlene marlies martine mary maryse mathilde mats maud maureen maurice maxime mechthild megan meike "
    "melanie melissa micha michaela michele michelle miguelangel mika mike milena mirco miriam mirja mirjam mirko moritz muriel murielle myriam nadine nadja naomi natacha "
    "natalie natascha nathan neil nele nicholas nick nico nicola nicoletta nigel niklas nils noelia noelle noemi norbert nuria olaf oleg orla oskar osman oswald owen pascal "
    "pascale patrice patricio patrik paulina pauline penelope perrine philippa phoebe pierrick priya quentin rachid ramona raphael raymond rebekka regine reiner reinhard "
    "reinhold remi renaud rene rhys ricarda rick robyn rocio rolf romain ronald ronja rory roxane rudolf ruediger rufus ruth ryan sabina sabrina sam samantha samir sandrine "
    "sanjay sascha saskia scott sean sebastien selina severine shannon sharon sheila sibylle siegfried sigrid silvia silvio simona solene sonja soraya stefano steffen steffi "
    "stephane stuart suzanne svenja sybille sylvain sylvia tamara tania tatjana teresita thea thibault thilo thorsten tilman tina tomasz toni tony torben torsten tracy trevor "
    "tristan ulli ursel valentin valeria valerio verena vicente viktor viktoria vincenzo violeta virginie wendy wiebke wilfried wilhelmina willi winfried xenia yann yannis "
    "yasmin yasmina yolanda yusuf yvan zoe".split()
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
COMMON_ALSO = frozenset(
    "man orange visa shell seat deutsche apple oracle target hermes stripe zoom slack ups schneider".split()
)
TRADE_INITIALS = frozenset(
    "cctv led leds lcd pos rfid nfc usb wlan lan vpn voip pbx hvac ac dc pvc ppe cad cam cnc plc bim bms ems dms cms pim mes wms tms "
    "hgv hgvs suv ev evs gmbh kfz suvs epdm hdpe pet pp pe mdf osb vod ocr qr ean gtin sku skus atex haccp gmp brc ifs cmr adr lng lpg cng "
    "mri ct ecg ekg iv gp gps ivf dsl fttp sim esim 2d 3d ar vr kwk wdvs vrf cpd lms hse bhv sav gmao gtb ged siret tpe tpv dni nif iban sepa bic "
    "pv bio oko eco azubi azubis kita kitas rse esg cctvs bbq diy diys dj gsm lte ip ups ccv cop scop kwp wp".split()
)
"""What a trade calls its things by their first letters; no house is named so."""
LEGAL_FORMS = frozenset(
    "gmbh ag se kg ohg ug mbh inc ltd llc llp plc corp corporation co sa sas sarl eurl sl slu bv nv spa srl oy ab".split()
)
TITLES = frozenset(
    "mr mrs ms miss dr prof sir madam herr frau herrn firma monsieur madame mme mlle m senor senora sr sra don dona kollege "
    "kollegin kollegen professor professeur professora doctor doctora docteur dra maitre captain schwester sister bruder sor soeur "
    "ingeniero ingeniera bruder pfarrer monsignore mayor councillor colonel major".split()
)
SAFE = (
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
MEASURES = frozenset(
    "mm cm m km kg t l ml cl kw mw mwh kwh db ha degree piece prozent euro euros eur dollar franken pfund paar".split()
)
LANDSCAPE = frozenset(
    "valle sierra costa bahia rio puerto plaza calle avenida paseo monte isla barrio poligono comarca provincia ciudad vallee quai place rue avenue boulevard port cote pays ile lac mont foret baie "
    "street road avenue lane square valley lake river bridge hill bay harbour port island county town city village".split()
)
"""Kinds of places: the name is what follows ("Valle del Jerte")."""
DETERMINERS = frozenset(
    "der die das den dem des ein eine einen einem einer eines kein keine keinen ihr ihre ihren ihrem ihres ihrer unser unsere "
    "unseren unserem unseres unserer mein meine meinen meinem dein deine jede jeder jedes jeden jedem diese dieser dieses diesen "
    "diesem alle allen viele vielen mehr weniger etwas zum zur im am beim vom ins ans welche welcher welches welchen wie als "
    "und oder pro je".split()
)
CURRENCIES = frozenset(
    "eur usd gbp chf jpy aud cad nzd sek nok dkk isk pln czk huf ron bgn rsd try cny inr brl mxn ars clp cop pen zar sgd hkd krw aed "
    "ht ttc xs xl xxs xxl xxxl".split()
)
"""What stands in capitals beside a price or a size: codes of currencies (ISO 4217), with or without
tax, sizes of clothes."""
CUT_SHORT = frozenset("jusqu lorsqu puisqu quoiqu presqu quelqu aujourd entr".split())
"""French words that lose their last letter before a vowel ("jusqu'à")."""
