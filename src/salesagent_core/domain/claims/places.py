# ruff: noqa: E501  (word lists are kept on one line)
"""Countries and cities that people name, in four languages, and what else they are called.

German writes every noun with a capital, and its dictionary holds cities beside words: there a
city is known only by a list. A country is told by its name, its adjective or one of its cities.
"""

from __future__ import annotations

import re
from functools import cache

# Names, then adjectives (``*`` any ending), then cities and regions; "|" joins one place's names.
_COUNTRIES: dict[str, tuple[str, str, str]] = {
    "de": (
        "germany deutschland allemagne alemania",
        "german* deutsch* allemand* aleman*",
        "berlin hamburg munchen|munich|muenchen koln|cologne|koeln|colonia frankfurt|francfort stuttgart dusseldorf|duesseldorf leipzig dortmund bremen|breme dresden|dresde hannover|hanover|hanovre nurnberg|nuremberg|nuernberg "
        "duisburg bochum wuppertal bielefeld bonn munster mannheim karlsruhe augsburg|augsbourg wiesbaden monchengladbach gelsenkirchen aachen|aquisgran braunschweig|brunswick chemnitz kiel magdeburg krefeld freiburg|fribourg mainz|mayence "
        "lubeck|luebeck erfurt oberhausen rostock kassel potsdam saarbrucken|sarrebruck oldenburg osnabruck heidelberg darmstadt regensburg|ratisbonne|ratisbona wurzburg ingolstadt ulm heilbronn pforzheim gottingen wolfsburg recklinghausen "
        "reutlingen koblenz|coblence bremerhaven bergisch erlangen remscheid jena trier|treves salzgitter moers hildesheim cottbus gutersloh kaiserslautern witten schwerin esslingen ludwigsburg gera tubingen flensburg villingen ratingen "
        "konstanz worms marburg dessau bamberg bayreuth wilhelmshaven zwickau luneburg landshut aschaffenburg passau gorlitz stralsund greifswald weimar wismar rosenheim ravensburg kempten goslar celle hameln detmold paderborn bottrop "
        "friedrichshafen offenburg goppingen hanau speyer straubing deggendorf plauen bautzen stendal bayern|bavaria|baviere|baviera sachsen|saxony|sajonia thuringen|thuringia hessen niedersachsen brandenburg schleswig holstein saarland westfalen sauerland ruhrgebiet allgau",
    ),
    "at": (
        "austria osterreich oesterreich autriche",
        "austrian* osterreichisch* autrichien* austriac*",
        "wien|vienna|vienne|viena graz linz salzburg|salzbourg|salzburgo innsbruck klagenfurt villach wels bregenz dornbirn tirol|tyrol steiermark|styria karnten vorarlberg burgenland",
    ),
    "ch": (
        "switzerland schweiz suisse suiza",
        "swiss schweizer* suisse* suiz*",
        "zurich|zuerich geneve|geneva|genf|ginebra basel|bale|basilea bern|berne|berna lausanne luzern|lucerne winterthur lugano aargau tessin|ticino graubunden wallis|valais",
    ),
    "fr": (
        "france frankreich francia",
        "french franzosisch* francais* frances*",
        "paris lyon|lyons marseille|marseilles|marsella toulouse|tolosa bordeaux|burdeos nantes|nantes strasbourg|strassburg|estrasburgo montpellier lille rennes reims grenoble dijon nimes clermont toulon|toulon limoges amiens metz besancon orleans "
        "mulhouse rouen|ruan caen nancy avignon|avinon poitiers perpignan|perpinan annecy bayonne pau biarritz vannes quimper brest lorient angouleme troyes chambery valence valenciennes dunkerque|dunkirk calais niort cholet laval bretagne|brittany|bretana normandie|normandy|normandia provence|provenza alsace|elsass|alsacia bourgogne|burgundy occitanie savoie",
    ),
    "es": (
        "spain spanien espagne espana",
        "spanish spanisch* espagnol* espanol*",
        "madrid barcelona|barcelone valencia sevilla|seville zaragoza|saragossa|saragosse malaga murcia palma bilbao alicante cordoba|cordoue valladolid vigo gijon granada|grenade oviedo badajoz cartagena jerez|xerez tarragona salamanca|salamanque huelva lleida|lerida burgos "
        "santander albacete logrono pamplona|pampelune almeria castellon caceres toledo|tolede segovia zamora soria teruel huesca cuenca lugo ourense pontevedra coruna compostela cadiz|cadix girona|gerona donostia|sebastian vitoria|gasteiz mallorca|majorca|majorque ibiza tenerife|teneriffa "
        "cataluna|catalonia|katalonien|catalogne andalucia|andalusia|andalusien|andalousie galicia|galice asturias asturies euskadi aragon extremadura navarra cantabria",
    ),
    "gb": (
        "uk gb britain kingdom england|inglaterra scotland schottland ecosse escocia wales grossbritannien bretana",
        "british britisch* britannique* britanic* english englisch* anglais* ingles* scottish welsh",
        "london|londres|londra manchester birmingham leeds glasgow edinburgh|edimbourg|edimburgo liverpool bristol sheffield newcastle nottingham leicester coventry cardiff belfast southampton portsmouth plymouth norwich oxford cambridge brighton swansea aberdeen dundee derby "
        "exeter gloucester cheltenham swindon wolverhampton sunderland middlesbrough bradford huddersfield blackpool bolton peterborough ipswich colchester chelmsford canterbury carlisle inverness wrexham yorkshire lancashire cornwall devon kent sussex surrey essex norfolk suffolk midlands",
    ),
    "ie": (
        "ireland irland irlande irlanda eire",
        "irish irisch* irlandais* irlandes*",
        "dublin cork|cork galway limerick waterford kilkenny sligo",
    ),
    "pt": (
        "portugal",
        "portuguese portugiesisch* portugais* portugues*",
        "lisbon|lisboa|lissabon|lisbonne porto|oporto braga coimbra faro algarve aveiro setubal",
    ),
    "it": (
        "italy italien italie italia",
        "italian* italienisch* italien* italian*",
        "rome|roma|rom milan|milano|mailand turin|torino naples|napoli|neapel bologna|bologne florence|firenze|florenz venice|venezia|venedig genoa|genova|genua verona bari palermo trieste|triest bolzano|bozen",
    ),
    "nl": (
        "netherlands niederlande niederlanden holland hollande holanda bajos",
        "dutch niederlandisch* hollandisch* neerlandais* neerlandes* holandes*",
        "amsterdam rotterdam utrecht eindhoven groningen|groningue hague|haag|haye tilburg breda nijmegen venlo maastricht",
    ),
    "be": (
        "belgium belgien belgique belgica",
        "belgian* belgisch* belge* belga*",
        "brussels|brussel|bruxelles|brussel|bruselas antwerp|antwerpen|anvers|amberes ghent|gent|gand bruges|brugge liege|luttich namur charleroi",
    ),
    "pl": (
        "poland polen pologne polonia",
        "polish polnisch* polonais* polac*",
        "warsaw|warschau|varsovie|varsovia krakow|krakau|cracovie gdansk|danzig wroclaw|breslau poznan|posen lodz katowice|kattowitz stettin|szczecin",
    ),
    "cz": (
        "czechia tschechien tchequie chequia",
        "czech tschechisch* tcheque* chec*",
        "prague|prag|praga|praha brno|brunn ostrava pilsen|plzen",
    ),
    "lu": ("luxembourg luxemburg luxemburgo", "luxembourgish luxemburgisch* luxembourgeois*", ""),
    "dk": (
        "denmark danemark dinamarca",
        "danish danisch* danois* danes*",
        "copenhagen|kopenhagen|copenhague aarhus odense aalborg",
    ),
    "se": (
        "sweden schweden suede suecia",
        "swedish schwedisch* suedois* suec*",
        "stockholm|estocolmo gothenburg|goteborg malmo uppsala",
    ),
    "no": (
        "norway norwegen norvege noruega",
        "norwegian* norwegisch* norvegien* norueg*",
        "oslo bergen trondheim stavanger",
    ),
    "fi": (
        "finland finnland finlande finlandia",
        "finnish finnisch* finlandais* finlandes*",
        "helsinki tampere turku",
    ),
    "gr": ("greece griechenland grece grecia", "greek griechisch* grec* grieg*", "athens|athen|athenes|atenas thessaloniki"),
    "hu": ("hungary ungarn hongrie hungria", "hungarian* ungarisch* hongrois* hungar*", "budapest"),
    "ro": ("romania rumanien roumanie rumania", "romanian* rumanisch* roumain* ruman*", "bucharest|bukarest|bucarest"),
    "tr": ("turkey turkei turquie turquia", "turkish turkisch* turc* turc*", "istanbul|estambul ankara izmir"),
    "us": (
        "usa us america amerika amerique states unis unidos",
        "american* amerikanisch* americain* estadounidense*",
        "york chicago boston houston dallas denver seattle atlanta miami texas california|kalifornien|californie florida|floride philadelphia washington",
    ),
    "ca": ("canada kanada", "canadian* kanadisch* canadien* canadiense*", "toronto montreal vancouver quebec ottawa"),
    "mx": ("mexico mexiko mexique", "mexican* mexikanisch* mexicain* mexican*", "monterrey guadalajara puebla"),
}  # fmt: skip
_ALSO_WORDS = frozenset(
    "york bergen witten worms essen halle hof hagen singen siegen hessen pau brest nancy valence laval cork limerick turkey states unis unidos kingdom bajos us reading bath rugby celle hameln holstein rom florence derby dundee exeter "
    "norfolk kent devon essex sussex surrey clermont reims troyes metz palma granada cartagena toledo cuenca burgos lugo sebastian america florida washington gera jena ulm porto faro lancashire granada victoria vitoria zamora colonia breme ruan gent gand lille bergisch bale berne wallis provence wales".split()
)
"""Names that are also words, products or persons: no proof by themselves."""
_FILLERS = frozenset(
    "great united reino royaume vereinigtes konigreich pays bas paises estados etats the northern".split()
)
"""What goes before the name of a country and is nothing by itself."""


@cache
def _groups() -> tuple[dict[str, frozenset[str]], dict[str, str], dict[str, str]]:
    """Cities by each of their names; countries by name; countries by city."""
    cities: dict[str, frozenset[str]] = {}
    names: dict[str, str] = {}
    of_city: dict[str, str] = {}
    for code, (called, _, towns) in _COUNTRIES.items():
        for one in called.replace("|", " ").split():
            names[one] = code
        for town in towns.split():
            group = frozenset(town.split("|"))
            for one in group:
                cities[one] = group
                of_city.setdefault(one, code)
    return cities, names, of_city


@cache
def _adjectives(code: str) -> re.Pattern[str]:
    words = "|".join(one.replace("*", r"\w{0,4}") for one in _COUNTRIES[code][1].split())
    return re.compile(rf"(?:{words})")


def is_place(key: str) -> bool:
    """True for a bare word that is surely the name of a city or a country."""
    cities, names, _ = _groups()
    return key not in _ALSO_WORDS and (key in cities or key in names)


def is_city(key: str) -> bool:
    """True for a bare word that may be the name of a city, even where it is a word too ("ulm")."""
    return key in _groups()[0]


def holds_place(tokens: tuple[str, ...], words: frozenset[str]) -> bool:
    """True where ``words`` hold the same place by another of its names, or the country by its
    adjective or one of its cities. ``tokens`` are a name's bare words."""
    cities, names, of_city = _groups()
    placed = [token for token in tokens if token not in _FILLERS]
    return bool(placed) and all(
        token in words
        or bool(cities.get(token, frozenset[str]()) & words)
        or (token in names and _holds_country(names[token], words, names, of_city))
        for token in placed
    )


def _holds_country(
    code: str, words: frozenset[str], names: dict[str, str], of_city: dict[str, str]
) -> bool:
    adjective = _adjectives(code)
    return any(
        names.get(word) == code
        or (of_city.get(word) == code and word not in _ALSO_WORDS)
        or adjective.fullmatch(word) is not None
        for word in words
    )
