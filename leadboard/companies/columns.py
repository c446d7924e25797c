"""Which column of an uploaded table is which field of a company, by its heading in English, German or
French.
"""

import re
from typing import Any

from leadboard.companies import fields
from leadboard.companies.names import plain

FIELDS = (
    "domain", "other_domains", "name", "employees", "industry", "tier", "country", "region", "city",
    "revenue", "language", "target", "target_note", "signal", "signal_date", "signal_source", "signal_url",
)  # fmt: skip
_HEADINGS = {
    "domain": "domain companydomain website web url homepage webseite siteweb internetadresse emaildomain",
    "other_domains": "otherdomains domains additionaldomains alternatedomains emaildomains webdomains "
    "aliases subsidiarydomains brands weiteredomains domainen autresdomaines domaines",
    "name": "name company companyname account accountname organization organisation firm firma firmenname "
    "unternehmen societe entreprise raisonsociale nomdelentreprise",
    "employees": "employees numberofemployees employeecount headcount companysize size staff mitarbeiter "
    "mitarbeiterzahl anzahlmitarbeiter beschaftigte effectif effectifs nombredesalaries salaries",
    "industry": "industry sector vertical branche sektor secteur industrie secteurdactivite",
    "tier": "tier accounttier segment class klasse stufe niveau",
    "country": "country countrycode land pays hqcountry",
    "region": "region state province bundesland territory gebiet",
    "city": "city town ort stadt ville hqcity",
    "revenue": "revenue annualrevenue turnover umsatz jahresumsatz chiffredaffaires ca",
    "language": "language sprache langue",
    "target": "target targetaccount istarget zielkunde zielkonto comptecible",
    "target_note": "targetnote note notes comment comments bemerkung notiz commentaire",
    "signal": "signal signalkind buyingsignal event",
    "signal_date": "signaldate eventdate signaldatum",
    "signal_source": "signalsource eventsource",
    "signal_url": "signalurl eventurl signallink",
}
MEANINGS = {heading: name for name, headings in _HEADINGS.items() for heading in headings.split()}


def guess(headings: list[str]) -> dict[str, str]:
    """Return {our field: heading} for what the headings say by themselves; each field once."""
    found: dict[str, str] = {}
    for heading in headings:
        meant = MEANINGS.get(re.sub(r"[\W_]", "", plain(heading)))
        if meant and meant not in found:
            found[meant] = heading
    return found


def read_row(cells: dict[str, Any], mapping: dict[str, str]) -> dict[str, Any]:
    """Return the fields that a row fills; what is not mapped becomes attributes. Blank cells say nothing.

    Raises ValueError with one sentence for the first thing that is wrong.
    """
    given = fields.with_all_domains({name: cells.get(heading, "") for name, heading in mapping.items()})
    read: dict[str, Any] = {
        name: fields.read_field(name, value)
        for name, value in given.items()
        if value not in ("", None) and not name.startswith("signal")
    }
    taken = set(mapping.values())
    own = {name: cell for name, cell in cells.items() if name not in taken and cell not in ("", None)}
    if own:
        read["attributes"] = fields.read_attributes(own)
    signal = {
        name: value for name, value in given.items() if name.startswith("signal") and value not in ("", None)
    }
    return read | ({"signal": signal} if signal else {})
