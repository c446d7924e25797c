"""When something shall be, as people write it: a day, a month, a quarter, a week, a span of time, the end of the
year; with the words it was read from and what it means: 2026-03-15, --03, Q2, W14, P6W, end of year.
"""

# ruff: noqa: E501 - a way to say something is read in one line

import re
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

Name = TypeVar("Name", int, str)

_MONTHS = (
    "january|jan|januar|jänner|janvier|janv|enero|januari|gennaio|janeiro|stycz\\w+",
    "february|feb|februar|février|févr|febrero|februari|febbraio|fevereiro|lut(?:y|ego|ym)",
    "march|mar|märz|mrz|mars|marzo|maart|março|mar(?:zec|ca|cu)",
    "april|apr|avril|abril|aprile|kwie\\w+",
    "may|mai|mayo|mei|maggio|maio|maj[au]?",
    "june|jun|juni|juin|junio|giugno|junho|czerw\\w+",
    "july|jul|juli|juillet|julio|luglio|julho|lip(?:iec|ca|cu)",
    "august|aug|août|agosto|augustus|sierp\\w+",
    "september|sept?|septembre|septiembre|settembre|setembro|wrze\\w+",
    "october|oct|oktober|okt|octobre|octubre|ottobre|outubro|październik\\w*",
    "november|nov|novembre|noviembre|novembro|listopad\\w*",
    "december|dec|dezember|dez|décembre|déc|diciembre|dicembre|dezembro|grud\\w+",
)
_MONTH = "|".join(_MONTHS)
_COUNTS = {
    1: "one|a|an|einem?|einer?|ein|une?|una?|een|uno|um|jeden",
    2: "two|a couple of|zwei|deux|dos|twee|due|dois|duas|dwa|dwóch",
    3: "three|a few|few|drei|einigen|trois|tres|drie|tre|três|trzy|trzech",
    4: "four|vier|quatre|cuatro|quattro|quatro",
    6: "six|sechs|seis|zes|sei",
}
_COUNT = "|".join(_COUNTS.values())
_UNITS = {
    "D": "days?|tage?n?|jours?|d[ií]as?|dagen|dag|giorn[oi]|dni",
    "W": "weeks?|wochen?|semaines?|semanas?|weken|week|settiman[ae]|tygodn\\w+",
    "M": "months?|monate?n?|mois|mes(?:es)?|maand(?:en)?|mes[ei]|mês|miesi\\w+",
    "Y": "years?|jahre?n?|ans?|années?|años?|jaar|jaren|ann[oi]|anos?|lat|rok\\w*",
}
_UNIT = "|".join(_UNITS.values())
_NEXT = (
    "next|coming|this|nächste[nrms]?|kommende[nrms]?|diese[nrms]?|prochaine?|ce(?:tte)?|próxim[oa]|este|esta|volgende?|komende"
    "|deze|dit|prossim[oa]|quest[oa]|przyszłym|tym"
)
_ORDINALS = {
    1: "first|erste[ns]?|premier|primer|primo|eerste",
    2: "second|zweite[ns]?|deuxième|second|segundo|secondo|tweede",
    3: "third|dritte[ns]?|troisième|tercer|terzo|derde",
    4: "fourth|last|vierte[ns]?|letzte[ns]?|quatrième|dernier|cuarto|último|quarto|vierde|laatste",
}
_ORDINAL = "|".join(_ORDINALS.values())
_QUARTER = (
    "q ?[1-4]|[1-4]\\. ?quartal|t[1-4](?= |\\W|$)|kwartaal [1-4]|[1-4](?:e|er|º|o)? (?:trimestre|kwartaal)"
)
_END = {
    "end of year": "end of (?:the |this )?year|year[- ]end|eoy|jahresende|ende (?:des |dieses )?jahres|ende dieses jahres"
    "|fin (?:de l'|d')année|fin(?:al)? de(?:l)? año|(?:eind(?:e)?|einde) van (?:het|dit) jaar|jaareinde|fine anno|fim do ano|końca roku",
    "end of quarter": "end of (?:the |this )?quarter|(?:ende (?:des |dieses )?quartals|quartalsende)|fin (?:de |du )trimestre"
    "|noch (?:in )?diese[sm] quartal|einde van het kwartaal|fine trimestre",
    "end of month": "end of (?:the |this )?month|month[- ]end|monatsende|ende (?:des )?monats|fin(?:al)? (?:de|du) (?:mois|mes)"
    "|eind(?:e)? van de maand|fine mese|fim do mês|końca miesiąca",
    "summer": "(?:before|by|this|for) (?:the )?summer|(?:bis|vor|im) (?:zum |dem )?sommer\\w*|avant l'été|antes del? verano"
    "|voor de zomer|prima dell'estate|antes do verão|przed latem",
    "autumn": "(?:this|in|by) (?:the )?(?:autumn|fall)\\b|im herbst|(?:à|en) (?:la rentrée|l'automne)|en otoño|in autunno|in het najaar",
    "spring": "(?:this|in|by) (?:the )?spring\\b|(?:bis|im) (?:zum )?frühjahr|au printemps|en primavera|in primavera|in het voorjaar",
    "christmas": "(?:before|by) (?:christmas|xmas|the holidays)|(?:bis|vor) weihnachten|avant noël|antes de navidad|voor kerst|prima di natale",
    "renewal": "before (?:the |our )?(?:renewal|peak|audit)|(?:contract|vertrag|contrat|contrato|contratto) (?:ends|expires|endet|läuft aus|se termine"
    "|vence|termina|scade|loopt af)",
}
_LEAD = (
    "by|before|in|until|till|from|starting|as of|since when|early|mid|late|end of|start in|on|for|at the end of|beginning of|ab|bis|vor|im|zum"
    "|anfang|mitte|ende|seit wann|avant|d'ici|en|à partir de|dès|fin|début|mi|pour|le|antes de|para|hasta|desde|a finales de|a principios de"
    "|finales de|el|a partir del?|voor|vanaf|tot|eind|begin|op|per|entro|prima di|da|dal|a|fine|inizio|il|até|em|w|do|od|przed|na"
)
_WHEN = {
    "iso": r"(?P<iso>20\d\d-\d\d-\d\d)",
    "dotted": r"(?P<dotted>\d{1,2}[./]\d{1,2}[./](?:20)?\d\d)(?!\d)",
    "day": rf"(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|er|º|e)?(?: (?:of|de|di))? ?(?P<day_month>{_MONTH})\b(?:,? (?:de )?(?P<day_year>20\d\d))?",
    "month_day": rf"(?P<month_day>{_MONTH})\.? (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\.\d)",
    "month": rf"(?:{_LEAD})[ -](?:the )?(?:end of |beginning of |start of |anfang |mitte |ende |fin |début |finales de |eind |fine )?"
    rf"(?P<month>{_MONTH})\b(?: (?P<month_year>20\d\d))?",
    "quarter": rf"(?P<quarter>{_QUARTER})\b",
    "ordinal": rf"(?P<ordinal>{_ORDINAL}) (?:quarter|quartal|trimestre|kwartaal)",
    "week": r"(?:kw|calendar week|week|semaine|semana) ?(?P<week>[1-5]?\d)\b(?! ?(?:%|h))",
    "span": rf"(?:in|within|over|innerhalb von|binnen|innert|dans|sous|en|dentro de|entro|tra|fra|over|em|za|w ciągu) (?:the next |den nächsten |les |los |le )?"
    rf"(?:prossim[ei] |próxim[ao]s )?(?P<count>\d{{1,2}}|{_COUNT})(?: ?(?:-|to|or|bis|à|a|tot) ?(?:\d{{1,2}}|{_COUNT}))? (?P<unit>{_UNIT})\b",
    "next": rf"(?:{_NEXT}) (?P<next>{_UNIT}|quarter|quartal|trimestre|kwartaal)\b|(?:la |el |le )?(?P<next_after>semaine|semana|mois|mes|année|año|settimana|mese|anno)"
    r" (?:prochaine?|que viene|próxim[oa]|prossim[oa])\b|(?P<new_year>the new year|neuen jahr|nouvel an|año nuevo|nieuwe jaar|anno nuovo)",
    "by_day": r"(?:by|before|until|on|bis|bis zum|am|le|el|op|il|do) (?:the )?(?P<by_day>\d{1,2})(?:st|nd|rd|th|\.(?!\d))(?! ?(?:of |de )?(?:"
    + _MONTH
    + r"))(?= |\W|$)",
    "end": "|".join(f"(?P<{name.replace(' ', '_')}>{words})" for name, words in _END.items()),
}
_PATTERN = re.compile(rf"(?<!\w)(?:{'|'.join(_WHEN.values())})")


class When(NamedTuple):
    """What it means, and where it stands."""

    means: str
    start: int
    end: int


def date_in(text: str) -> When | None:
    """The first time that a text (small letters) names."""
    found = _PATTERN.search(text)
    return When(_means(found), found.start(), found.end()) if found else None


def _means(found: re.Match[str]) -> str:
    part = {name: said for name, said in found.groupdict().items() if said}
    if "iso" in part:
        return part["iso"]
    if "dotted" in part:
        return _dotted(part["dotted"])
    if "day" in part or "month_day" in part:
        day = part.get("day") or part["day_after"]
        return _dated(part.get("day_month") or part["month_day"], part.get("day_year"), day)
    if "month" in part:
        return _dated(part["month"], part.get("month_year"))
    return _spanned(part)


def _spanned(part: dict[str, str]) -> str:
    if "quarter" in part:
        return "Q" + next(letter for letter in part["quarter"] if letter.isdigit())
    if "ordinal" in part:
        return f"Q{_which(_ORDINALS, part['ordinal'])}"
    if "week" in part:
        return f"W{int(part['week']):02d}"
    if "count" in part:
        count = int(part["count"]) if part["count"].isdigit() else _which(_COUNTS, part["count"])
        return f"P{count}{_which(_UNITS, part['unit'])}"
    if "next" in part or "next_after" in part:
        unit = part.get("next") or part["next_after"]
        return f"P1{_which(_UNITS, unit)}" if re.fullmatch(_UNIT, unit) else "P3M"
    if "by_day" in part:
        return f"---{int(part['by_day']):02d}"
    return "P1Y" if "new_year" in part else next(iter(part)).replace("_", " ")


def _dated(month: str, year: str | None, day: str | None = None) -> str:
    number = next(place for place, words in enumerate(_MONTHS, 1) if re.fullmatch(words, month))
    return f"{year or '-'}-{number:02d}" + (f"-{int(day):02d}" if day else "")


def _dotted(said: str) -> str:
    """Day before month, as in Europe, unless that cannot be."""
    day, month, year = (int(part) for part in re.split(r"[./]", said))
    if month > 12:
        day, month = month, day
    return f"{year if year > 99 else 2000 + year}-{month:02d}-{day:02d}"


def _which(table: Mapping[Name, str], said: str) -> Name:
    return next(name for name, words in table.items() if re.fullmatch(words, said))
