"""Countries by code and by name, in English, German, French, some other languages and their own words."""

from functools import cache
from importlib import resources

from leadboard.companies.names import plain

_NAMES_BY_CODE = {
    "AE": "uae",
    "AT": "osterreich, oesterreich, autriche, oostenrijk",
    "BE": "belgien, belgique, belgica, belgio, belgie",
    "BR": "brasilien, bresil, brasil, brasile",
    "CA": "kanada",
    "CH": "schweiz, suisse, suiza, svizzera, zwitserland, suica",
    "CN": "chine, china, cina",
    "CZ": "tschechien, czechia, cesko, ceska republika, republica checa, tsjechie",
    "DE": "deutschland, allemagne, alemania, germania, duitsland, alemanha",
    "DK": "danemark, danmark, dinamarca, danimarca, denemarken",
    "ES": "spanien, espagne, espana, spagna, spanje, espanha",
    "FI": "finnland, finlande, suomi, finlandia",
    "FR": "frankreich, francia, franca",
    "GB": "uk, great britain, england, united kingdom, vereinigtes konigreich, grossbritannien, royaume-uni, "
    "reino unido, regno unito, verenigd koninkrijk, inghilterra, inglaterra",
    "IE": "irland, irlande, irlanda, ierland",
    "IN": "indien, inde",
    "IT": "italien, italie, italia",
    "JP": "japon, japan, giappone",
    "KR": "south korea",
    "LU": "luxemburg, luxemburgo, lussemburgo",
    "MA": "maroc",
    "MX": "mexiko, mexique, messico",
    "NL": "niederlande, pays-bas, holland, nederland, paises bajos, paesi bassi, paises baixos",
    "NO": "norwegen, norvege, norge, noruega, norvegia, noorwegen",
    "PL": "polen, pologne, polska, polonia",
    "SE": "schweden, suede, sverige, suecia, svezia, zweden",
    "TR": "turkei, turquie, turquia, turchia, turkiye",
    "US": "usa, united states of america, etats-unis, vereinigte staaten, estados unidos, stati uniti, "
    "verenigde staten",
    "PT": "portogallo",
    "GR": "griechenland, grece, grecia, griekenland",
    "HU": "ungarn, hongrie, hungria, ungheria",
    "AR": "argentinien, argentine",
    "CO": "kolumbien, colombie",
    "EG": "agypten, aegypten, egypte",
    "ZA": "sudafrika, suedafrika, afrique du sud",
    "AU": "australien, australie",
    "RU": "russland, russie, rusia",
    "UA": "ukraine",
    "RO": "rumanien, rumaenien, roumanie, rumania",
    "HR": "kroatien, croatie",
    "SK": "slowakei, slovaquie",
    "SI": "slowenien, slovenie",
    "BG": "bulgarien, bulgarie",
    "SA": "saudi-arabien, arabie saoudite",
    "SG": "singapur, singapour",
    "NZ": "neuseeland, nouvelle-zelande",
    "CL": "chili",
    "PE": "perou",
}
COUNTRIES_IN_OTHER_WORDS = {
    name: code for code, names in _NAMES_BY_CODE.items() for name in names.split(", ")
}


def country_code(text: str) -> str | None:
    """Return the ISO 3166 code that a code or an English, German or French country name means, or None."""
    text = plain(text)
    if text.upper() in _country_names().values() and len(text) == 2:
        return text.upper()
    return COUNTRIES_IN_OTHER_WORDS.get(text) or _country_names().get(text)


@cache
def _country_names() -> dict[str, str]:
    """Return {plain English name: code} from the zone database's public table."""
    table = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {plain(name): code for code, name in rows}
