"""Sums of money and quantities in a text, as people write them: "20 TEUR", "£10-15k", "entre 5 000 et 10 000 €",
"2 Mio."; with the words they were read from and what they come to.
"""

# ruff: noqa: E501 - a way to say something is read in one line

import re
from typing import NamedTuple

_NUMBER = r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3}){1,3}(?:[.,]\d{1,2})?(?!\d)|\d{1,9}(?:[.,]\d{1,2})?(?!\d)"
_TIMES = {
    1_000: "k|t(?=eur|€|usd|chf)|tsd\\.?|tausend|thousand|grand|mille|mil|mila|duizend|tys\\.?|tysięcy",
    100_000: "lakhs?",
    1_000_000: "m|mn|mio\\.?|mln|millionen|millions?|millón|millones|miljoen|milione|milioni|milhão|milhões|milion\\w*",
}
_CURRENCY = {
    "EUR": "€|euros?|eur",
    "GBP": "£|gbp|pounds?|quid|sterling",
    "USD": "us\\$|usd|dollars?|dólares|bucks|\\$",
    "CHF": "chf|sfr\\.?|franken|francs suisses|fr\\.",
    "PLN": "pln|zł|złotych",
    "BRL": "r\\$|reais",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "INR": "₹|inr",
    "": "kr\\b|rs\\.?|rupees|aud|cad|francs?|lei|kč",
}
_MANY = "|".join(_TIMES.values())
_ENDS = r"(?=eur|usd|chf|[\W\d_]|$)"
_COIN = "|".join(words for words in _CURRENCY.values())
_SUM = re.compile(
    rf"(?<![\w.,/-])(?P<before>(?:{_COIN}) ?)?(?P<low>{_NUMBER})(?: ?(?P<low_times>{_MANY}){_ENDS})?(?:,--?)?"
    rf"(?:(?: ?[-–—] ?| (?:to|and|or|bis|und|à|et|a|y|e|tot|en|do|i) )(?:{_COIN})? ?"
    rf"(?P<high>{_NUMBER})(?: ?(?P<high_times>{_MANY}){_ENDS})?)?"
    rf"(?P<after>[ -]?(?:{_COIN})(?![^\W\d_]))?(?![\w%])"
)
_BUDGET = re.compile(
    r"budg\w*|begroting|enveloppe|verba\b|kostenrahmen|set aside|to spend|can spend|zur verfügung|ausgeben|dépenser"
    r"|gastar|spendere|besteden|wydać|contamos con|disponemos|disponible|disponiamo|money\b|limit|bis zu|up to"
)
# What these speak of is no budget of theirs for us.
_ELSE = re.compile(
    r"(?:invoic|bill(?:ed)?\b|charg|refund|paid\b|rechnung|abgebucht|berechnet|bezahlt|erstattet|factur|prélev|pay[ée]|rembours"
    r"|cobr|pagad|fattur|addebit|factuur|afgeschreven|faktur|revenue|turnover|umsatz|chiffre d'affaires|fatturato|facturación"
    r"|omzet|per (?:user|seat|unit|hour)|pro (?:nutzer|stunde|stück)|par (?:utilisateur|heure)|salar|gehalt|sueldo|stipendio|loan|credit|kredit|worth|win|won|earn|verdien|gagn|gan[ae]|guadagn)\w*[^.!?\n]{0,25}$"
)
_TURNOVER = re.compile(
    r"\W{0,3}(?:(?:of|in|im|an|de|di|van) )?(?:annual |jährlich\w* )?(?:revenue|turnover|sales|umsatz|jahresumsatz|chiffre|fatturato"
    r"|facturación|omzet)"
)
_UNITS = re.compile(
    r"\s?-?(?:users?|people|persons?|employees|staff|seats|licen\w+|nutzer|leute|mitarbeiter|personen|lizenzen|plätze"
    r"|utilisateurs|personnes|postes|salariés|usuarios|personas|empleados|licencias|gebruikers|medewerkers|utenti|persone"
    r"|dipendenti|%|km|kg|m2|qm|tons?|units|pcs|stück|pieces|pi[eè]ces|piezas|stuks|pezzi|hours?|days?|years?|weeks?|months?"
    r"|stunden|tage|jahre|wochen|monate|ans|jours|mois|años|días|meses|anni|giorni|mesi|jaar|dagen)"
)
LEAST, NEAR = 100, 35


class Amount(NamedTuple):
    """What it comes to ("15000-20000 EUR"), and where it stands."""

    means: str
    start: int
    end: int


def budget_in(text: str) -> Amount | None:
    """The first sum of a text (small letters) that can be what somebody has to spend: in a currency, or beside a
    word for a budget; never an invoice, a turnover, a year or a number of people.
    """
    for found in _SUM.finditer(text):
        if _is_budget(text, found):
            end = found.end() - (len(found.group()) - len(found.group().rstrip()))
            return Amount(_means(found), found.start(), end)
    return None


def _is_budget(text: str, found: re.Match[str]) -> bool:
    near = text[max(0, found.start() - NEAR) : found.start()]
    if _ELSE.search(near) or _TURNOVER.match(text, found.end()):
        return False
    if found["before"] or found["after"]:
        return True
    if _UNITS.match(text, found.end()):
        return False
    beside = _BUDGET.search(near) or _BUDGET.search(text[found.end() : found.end() + NEAR])
    many = found["low_times"] or found["high_times"]
    low = number_of(found["low"])
    is_year = not many and found["low"].isdigit() and 1990 <= low < 2040
    return bool(beside and not is_year and (many or low >= LEAST))


def _means(found: re.Match[str]) -> str:
    low, high = number_of(found["low"]), number_of(found["high"]) if found["high"] else None
    times = _factor(found["high_times"])
    # "10-15k" means ten thousand at its beginning too.
    low *= _factor(found["low_times"]) if found["low_times"] or not (high and low < high) else times
    said = f"{low:.10g}" + (f"-{high * times:.10g}" if high is not None else "")
    return f"{said} {_coin((found['before'] or found['after'] or '').strip(' -'))}".strip()


def number_of(said: str) -> float:
    """20.000, 20,000, 20 000 and 12'500 are thousands; 1.5 and 1,50 are not."""
    bare = re.sub(r"['’ \u00a0\u202f]", "", said)
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return float(bare)
    is_fraction = len(bare) - last - 1 != 3
    whole = re.sub(r"[.,]", "", bare[:last] if is_fraction else bare)
    return float(f"{whole}.{bare[last + 1 :]}") if is_fraction else float(whole)


def _factor(said: str | None) -> int:
    if not said:
        return 1
    return next(
        many for many, words in _TIMES.items() if re.fullmatch(words.replace("(?=eur|€|usd|chf)", ""), said)
    )


def _coin(said: str) -> str:
    return (
        next((code or said.upper() for code, words in _CURRENCY.items() if re.fullmatch(words, said)), "")
        if said
        else ""
    )


_QUANTITY = re.compile(
    r"(?<![\w.,/€$£-])(\d{1,3}(?:[., ]\d{3}){0,2}|\d{1,7}) ?(?:named |active |new |more |weitere |benannte )?"
    r"(users?|seats|licen[cs]es|people|persons|pax|workstations|units|pieces|pcs|reps|agents|devices|copies"
    r"|nutzer|benutzer|anwender|lizenzen|plätze|arbeitsplätze|personen|leute|stück|stk|zugänge|geräte|teilnehmer"
    r"|utilisateurs|licences|postes|personnes|pièces|unités|accès"
    r"|usuarios|licencias|puestos|personas|piezas|unidades|accesos"
    r"|gebruikers|licenties|werkplekken|personen|man|stuks|accounts"
    r"|utenti|licenze|postazioni|persone|pezzi|accessi|utilizadores|usuários|licenças|pessoas|peças|unidades"
    r"|użytkowników|licencji|stanowisk|osób|sztuk)\b"
)
# "We have 60 people" is how large they are, and not how many they want.
_SIZE_WORDS = frozenset(
    {"people", "persons", "personen", "leute", "personnes", "personas", "persone", "pessoas", "man", "osób"}
)
_LARGE = re.compile(
    r"\b(?:we(?:'re| are| have)|company of|firm of|team of|wir (?:sind|haben)|nous sommes|somos|wij zijn|siamo|jesteśmy|employ\w*)\W[^.!?\n]{0,30}$"
)


def quantity_in(text: str) -> Amount | None:
    """The first number of seats, licences or pieces that is asked for in a text of small letters."""
    for found in _QUANTITY.finditer(text):
        near = text[max(0, found.start() - NEAR) : found.start()]
        if not (found[2] in _SIZE_WORDS and _LARGE.search(near)):
            return Amount(f"{number_of(found[1]):.10g}", found.start(), found.end())
    return None
