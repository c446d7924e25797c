"""In which time zone somebody lives: by state where a country has several zones, by the country where nearly
all of it shares one.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from leadboard.companies.names import plain

FEW_ZONES = 2
# Where most of a state lives; codes and names as people write them.
_STATES = {
    "US": {
        "America/New_York": (
            "ct connecticut, de delaware, dc columbia, fl florida, ga georgia, in indiana, "
            "ky kentucky, me maine, md maryland, ma massachusetts, mi michigan, nh new hampshire, "
            "nj new jersey, ny new york, nc north carolina, oh ohio, pa pennsylvania, "
            "ri rhode island, sc south carolina, vt vermont, va virginia, wv west virginia"
        ),
        "America/Chicago": (
            "al alabama, ar arkansas, il illinois, ia iowa, ks kansas, la louisiana, mn minnesota, "
            "ms mississippi, mo missouri, ne nebraska, nd north dakota, ok oklahoma, "
            "sd south dakota, tn tennessee, tx texas, wi wisconsin"
        ),
        "America/Denver": "co colorado, id idaho, mt montana, nm new mexico, ut utah, wy wyoming",
        "America/Phoenix": "az arizona",
        "America/Los_Angeles": "ca california, nv nevada, or oregon, wa washington",
        "America/Anchorage": "ak alaska",
        "Pacific/Honolulu": "hi hawaii",
    },
    "CA": {
        "America/Halifax": "nb new brunswick, ns nova scotia, pe prince edward island",
        "America/Toronto": "on ontario, qc quebec",
        "America/Winnipeg": "mb manitoba",
        "America/Regina": "sk saskatchewan",
        "America/Edmonton": "ab alberta",
        "America/Vancouver": "bc british columbia",
        "America/St_Johns": "nl newfoundland and labrador",
    },
    "AU": {
        "Australia/Sydney": "nsw new south wales, act australian capital territory",
        "Australia/Melbourne": "vic victoria",
        "Australia/Brisbane": "qld queensland",
        "Australia/Adelaide": "sa south australia",
        "Australia/Perth": "wa western australia",
        "Australia/Hobart": "tas tasmania",
        "Australia/Darwin": "nt northern territory",
    },
}
STATE_FIELDS = ("state", "stateprovince", "province", "bundesland", "region", "stateregion", "companystate")


def of_state(fields: Mapping[str, Any], country: str) -> str:
    """Return the zone of the state that a lead's own fields name; "" where none does."""
    named = {re.sub(r"[\W_]", "", name.casefold()): value for name, value in fields.items()}
    states = (plain(str(named[name])) for name in STATE_FIELDS if named.get(name))
    return next((zone for state in states if (zone := _by_state(country.upper()).get(state))), "")


def of_country(country: str) -> str:
    """Return the zone that nearly a whole country shares, else ""."""
    zones = of_countries().get(country.upper(), ())
    return zones[0] if 0 < len(zones) <= FEW_ZONES else ""


@cache
def of_countries() -> dict[str, tuple[str, ...]]:
    """Return {country: its zones, the most populous first}."""
    zones: dict[str, tuple[str, ...]] = {}
    for line in files("tzdata").joinpath("zoneinfo/zone.tab").read_text().splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones[country] = (*zones.get(country, ()), zone)
    return zones


@cache
def _by_state(country: str) -> dict[str, str]:
    """Return {code or plain name of a state: its zone}."""
    found: dict[str, str] = {}
    for zone, states in _STATES.get(country, {}).items():
        for state in states.split(", "):
            code, _, name = state.partition(" ")
            found |= {code: zone, name: zone}
    return found


def told(country: str, fields: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (zone, source, method), the surest first."""
    if zone := of_state(fields, country):
        yield zone, "state", "table of states"
    if zone := of_country(country):
        yield zone, "country", "zone table"
