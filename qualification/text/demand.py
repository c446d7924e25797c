"""Whether somebody says that they need something of the kind we sell, in the first person.

A firm that sells backlinks, runs a casino or trades in bitcoin buys software like any other, and its words are
those of spam. So what sounds like a pitch but asks something of us is left to people: to close the enquiry of
a buyer costs more than to read one pitch too many.
"""

# ruff: noqa: E501 - a way to say something is read in one line

import re

from qualification.text.grams import lowered

_THING = (
    r"(?:tool|crm|software|system|platform|solution|product|demo|trial|quote|quotation|pricing|price|routing|form|forms|"
    r"werkzeug|lösung|programm|plattform|angebot|formular|kontaktformular|"
    r"outil|logiciel|solution|devis|démo|essai|plateforme|"
    r"herramienta|programa|presupuesto|plataforma|solución|strumento|gestionale|soluzione|preventivo|piattaforma|"
    r"oplossing|offerte|pakket|ferramenta|solução|orçamento|narzędzi\w*|systemu?|oprogramowani\w*|ofert[ęy])"
)
_NEED = (
    r"(?:we|i) (?:\w+ ){0,2}(?:need|want|require|seek)", r"(?:we(?:'re| are)|i(?:'m| am)) (?:\w+ ){0,2}(?:looking|searching) for", r"(?:and|so|we) (?:look|search) for",
    r"(?:^|[.,;!?] ?)(?:need|looking for|searching for)", r"\bneeds?\b",
    r"(?:wir|ich) (?:\w+ ){0,2}(?:suchen?|brauchen?|benötigen?|möchten?)", r"und (?:suchen?|brauchen?|benötigen?)", r"\bbraucht",
    r"(?:on|nous|je) (?:\w+ )?(?:cherch\w+|recherch\w+|avons besoin|a besoin|voudr\w+|souhait\w+)",
    r"(?:buscamos|necesitamos|necesito|busco|queremos)", r"(?:cerchiamo|cerco|abbiamo bisogno|ci serve|vorremmo)",
    r"(?:zoeken|nodig|op zoek)", r"(?:procuramos|precisamos|queremos)", r"(?:szukamy|potrzebujemy)",
)  # fmt: skip
_DOING = r"need (?:\w+ )?to (?:route|capture|manage|track|distribute|assign|answer|organi[sz]e|handle)\b"
_OF_US = (
    r"\b(?:does|do|can|could|will|is) your (?:tool|product|software|platform|system|crm|service|app)\b",
    r"\bdo you (?:support|integrate|have (?:\w+ ){0,2}(?:pricing|discounts?|an? api|plans?|time slots))\b", r"\bpartner pricing\b",
    r"\b(?:can|could|may) (?:we|i) (?:\w+ )?(?:see|get|have|try|book) (?:\w+ )?(?:demo|trial|quote|price)\b",
    r"\bbitte um (?:\w+ )?(?:rückruf|angebot|preis)", r"\bist das (?:\w+ )?(?:dsgvo|gdpr)", r"\b(?:education|student|nonprofit) discount\b",
    r"\b\d{1,5} (?:seats?|users?|reps|licen[cs]es?|agents|studios|plätze|nutzer|benutzer|lizenzen|mitarbeiter|utilisateurs|licencias|usuarios|utenti|gebruikers|utilizadores|użytkowników)\b",
)  # fmt: skip
_ASKED = re.compile(
    rf"(?:{'|'.join(_NEED)})\b[^.!?\n]{{0,60}}?\b{_THING}\b|{_DOING}|{'|'.join(_OF_US)}|\beach needs an?\b"
)


def is_asked_of_us(text: str) -> bool:
    """Does the writer say that they need such a thing, or ask what ours can do?"""
    return bool(_ASKED.search(lowered(text)))
