"""Countries by code and by name, in English, German, French and their own words."""

from functools import cache
from importlib import resources

from leadboard.companies.names import plain

_NAMES_BY_CODE = {
    "AE": "uae",
    "AT": "osterreich, oesterreich, autriche",
    "BE": "belgien, belgique",
    "BR": "brasilien, bresil",
    "CA": "kanada",
    "CH": "schweiz, suisse",
    "CN": "chine",
    "CZ": "tschechien, czechia",
    "DE": "deutschland, allemagne",
    "DK": "danemark",
    "ES": "spanien, espagne, espana",
    "FI": "finnland, finlande",
    "FR": "frankreich",
    "GB": "uk, great britain, england, united kingdom, vereinigtes konigreich, grossbritannien, royaume-uni",
    "IE": "irland, irlande",
    "IN": "indien, inde",
    "IT": "italien, italie, italia",
    "JP": "japon",
    "KR": "south korea",
    "LU": "luxemburg",
    "MA": "maroc",
    "MX": "mexiko, mexique",
    "NL": "niederlande, pays-bas, holland",
    "NO": "norwegen, norvege",
    "PL": "polen, pologne",
    "SE": "schweden, suede",
    "TR": "turkei, turquie",
    "US": "usa, united states of america, etats-unis, vereinigte staaten",
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
