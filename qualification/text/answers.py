"""What the answers of a form say of an enquiry whose text says nothing: who somebody is ("I am: looking for a
job"), what it is about ("Topic: pricing"), by when and for how much ("Timeline: this quarter").

Only answers to questions that ask for it count: "Support" may be a topic, and also the department that is to
use what somebody buys.
"""

# ruff: noqa: E501 - a way to say something is read in one line

import re
from collections.abc import Iterator, Mapping
from typing import Any

from qualification.text.classify import Classified, decided_as, readings_of

# What somebody chose themselves is as clear as a rule; that they plan is a sign, no more.
SURE_BY_CHOICE, SURE_BY_PLAN = 0.9, 0.7
LONGEST_ANSWER = 80
_ASKS_WHO_OR_WHAT = re.compile(
    r"\b(?:i am|i m|you are|who are|type of (?:enquiry|inquiry|request|contact|customer)|(?:enquiry|inquiry|request|contact|customer) type"
    r"|enquiry|inquiry|reason|purpose|subject|topic|regarding|concerns?|how can we help|help with|relationship|category|persona"
    r"|ich bin|sie sind|anliegen|grund|thema|betreff|anfrageart|art der anfrage|je suis|vous êtes|objet|motif|sujet|soy|usted es|asunto|motivo|tema"
    r"|sono|oggetto|argomento|ik ben|onderwerp|reden|jestem|temat|powód|sou|assunto)\b"
)
_ASKS_FOR_PLANS = re.compile(
    r"\b(?:time ?(?:line|frame)|when|start|deadline|budget|zeit(?:rahmen|plan|raum)|termin|wann|échéance|délai|quand|plazo|cuándo|scadenza|quando|tempi"
    r"|termijn|wanneer|kiedy|prazo|orçamento|budżet|presupuesto)\b"
)
_CHOSEN = {
    "job_seeker": r"jobs?\b|careers?|applicant|employment|vacanc|internship|looking for work|bewerb|karriere|stellen|praktikum|emploi|candidat|recrutement"
                  r"|empleo|trabajo|lavoro|candidatura|sollicit|vacature|prac[ayęę]\b|rekrutac|emprego|estágio",
    "existing_customer": r"(?:existing|current|already (?:a )?) ?(?:customer|client|user)|(?:technical |customer )?support|billing|invoices?\b|complaint|bestandskunde"
                         r"|bereits kunde|reklamation|rechnung|déjà client|facturation|réclamation|ya (?:soy )?cliente|soporte|già cliente|assistenza|bestaande klant"
                         r"|klantenservice|obecny klient|reklamac|já (?:sou )?cliente|suporte",
    "vendor": r"supplier|vendor|(?:want|offer|like)\w* to sell|service provider|lieferant|dienstleister|fournisseur|prestataire|proveedor|fornitore|leverancier"
              r"|dostawc|fornecedor",
    "other": r"press\b|media\b|journalist|investor|research|student|reseller|distributor|partner(?:ship)?\b|presse|studierende|wiederverkäufer|händler|partenariat"
             r"|étudiant|revendeur|prensa|estudiante|distribuidor|stampa|studente|rivenditore|pers\b|wederverkoper|prasa|sprzedawca|imprensa|estudante|revendedor",
    "wrong_fit": r"private (?:person|individual|customer|use)|consumer|individual\b|privat(?:person|kunde|e)|particulier|particular\b|privato|osoba prywatna",
    "buying": r"(?:request (?:a )?)?(?:quote|demo|offer)\b|pricing|prices?\b|sales\b|(?:want|like|looking|ready) to buy|purchas|angebot|preis|vorführung|devis|tarifs?\b"
              r"|démo|presupuesto|precios?\b|cotización|preventivo|prezz|offerte|prijs|wycen|ofert|cennik|orçamento|preços?\b",
    "information": r"(?:more |general )?information|general (?:question|enquiry|inquiry)|documentation|product question|informationen|produktfrage|renseignement"
                   r"|información|informazion|informatie|informacj|informaç",
}  # fmt: skip
_LABELS = {label: re.compile(rf"\b(?:{ways})") for label, ways in _CHOSEN.items()}
_DENIED = re.compile(r"\b(?:not?|none|non|kein\w*|nicht|pas|nie|geen|niet|não)\b")


def by_answers(found: Classified, extra: Mapping[str, Any]) -> Classified:
    """The same, or where the text had decided nothing what the answers say, with the answers as evidence."""
    if found.enquiry_class != "unclear" or not extra:
        return found
    asked = list(_answers(extra))
    chosen = {
        label: said for name, said in asked if _ASKS_WHO_OR_WHAT.search(name) for label in _chosen(said)
    }
    if len(chosen) == 1:
        ((label, said),) = chosen.items()
        return decided_as(found, label, SURE_BY_CHOICE, said)
    plans = [said for name, said in asked if _ASKS_FOR_PLANS.search(name) and _plans(name, said)]
    return decided_as(found, "buying", SURE_BY_PLAN, *plans) if plans and not chosen else found


def _answers(extra: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(the question in small letters, the answer) of each short answer in words."""
    for name, value in extra.items():
        for said in value if isinstance(value, list) else [value]:
            if isinstance(said, str) and 0 < len(said) <= LONGEST_ANSWER:
                yield re.sub(r"[\W_]+", " ", name.lower()), said


def _chosen(said: str) -> list[str]:
    """The labels that an answer names; none where it denies."""
    small = said.lower()
    return [] if _DENIED.search(small) else [label for label, way in _LABELS.items() if way.search(small)]


def _plans(name: str, said: str) -> bool:
    """Does the answer name a time or a sum to spend?"""
    read = readings_of(f"{name}: {said}")
    told = {topic: reading["value"] for topic, reading in read.items()}
    denied = "none" in told.values()
    return not denied and (
        told.get("timeline") == "named" or told.get("urgency") == "high"
        or told.get("budget") in ("named", "approved")
    )  # fmt: skip
