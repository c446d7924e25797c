"""Where a visit came from and on what: a name for the referrer, a class for the browser. No more is kept.

A referrer is judged by the domain that somebody registered ("www.google.co.uk" is google), so that a host
which only looks like an engine is none, and an engine's or a network's sites of every country are one source.
"""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from leadboard.companies.domains import registrable

# What the tools of advertisers hang on an address instead of utm_…: (source, medium).
CLICK_IDS = {
    "gclid": ("google", "cpc"), "gbraid": ("google", "cpc"), "wbraid": ("google", "cpc"),
    "dclid": ("google", "display"), "msclkid": ("bing", "cpc"), "yclid": ("yandex", "cpc"),
    "fbclid": ("facebook", "social"), "li_fat_id": ("linkedin", "paid_social"),
    "ttclid": ("tiktok", "paid_social"), "twclid": ("x", "paid_social"), "rdt_cid": ("reddit", "paid_social"),
    "sccid": ("snapchat", "paid_social"), "epik": ("pinterest", "paid_social"),
    "mc_cid": ("mailchimp", "email"),
}  # fmt: skip
ENGINES = frozenset([
    "google", "bing", "duckduckgo", "yahoo", "ecosia", "qwant", "yandex", "baidu", "startpage",
    "sogou", "seznam", "kagi", "mojeek", "swisscows", "metager", "presearch", "aol", "lycos",
    "dogpile", "onet", "searx",
])  # fmt: skip
# Beside an engine's search stand its mail, documents and the rest: of those only these hosts are searches.
GOOGLE_SEARCHES = frozenset(["", "www", "m", "images", "news", "scholar", "search", "encrypted"])
SEARCHES = frozenset(["search", "suche", "recherche", "buscador", "ricerca", "szukaj", "hledat"])
ADS = {"doubleclick.net": "google", "googleadservices.com": "google", "googlesyndication.com": "google"}
SOCIAL = frozenset([
    "linkedin", "facebook", "instagram", "twitter", "youtube", "reddit", "xing", "tiktok", "pinterest",
    "snapchat", "threads", "mastodon", "bsky", "whatsapp", "telegram", "vk", "weibo", "quora",
    "tumblr", "discord", "messenger", "vimeo",
])  # fmt: skip
SHORT = {"lnkd.in": "linkedin", "t.co": "x", "x.com": "x", "youtu.be": "youtube", "fb.me": "facebook",
         "fb.com": "facebook", "m.me": "facebook", "redd.it": "reddit", "pin.it": "pinterest",
         "t.me": "telegram", "wa.me": "whatsapp", "ok.ru": "ok"}  # fmt: skip
MAIL = frozenset(["mail", "webmail", "outlook", "email", "owa", "roundcube"])
REDIRECTS_OF_MAIL = re.compile(r"^deref-")  # by which mailboxes hide what is read
ROBOT = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scan|monitor|fetch|curl/|wget/|python-|facebookexternalhit"
    r"|phantomjs|lighthouse|pingdom|uptime",
    re.I,
)
TABLET = re.compile(r"ipad|tablet|kindle|silk/|android(?!.*mobile)", re.I)
MOBILE = re.compile(r"mobi|iphone|ipod|android", re.I)


def host_of(address: str) -> str | None:
    """Return the host of an http(s) address in lower case without "www."; None for anything else."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or len(host) > 253:
        return None
    return host.removeprefix("www.")


def folded(source: str, medium: str) -> tuple[str, str]:
    """Return source and medium as they are counted: "Google " and "google" are one, and so are "CPC" and
    "cpc".
    """
    return " ".join(source.casefold().split()), " ".join(medium.casefold().split())


@lru_cache(10_000)
def channel(referrer: str, click_id: str = "") -> tuple[str, str]:
    """Return (source, medium) of a visit without utm marks; two empty texts when it came by itself."""
    if click_id.casefold() in CLICK_IDS:
        return CLICK_IDS[click_id.casefold()]
    if not referrer:
        return "", ""
    domain = registrable(referrer) or referrer
    name, place = domain.partition(".")[0], referrer.removesuffix(domain).rstrip(".")
    if domain in ADS:
        return ADS[domain], "cpc"
    if place.partition(".")[0] in MAIL or name in MAIL or REDIRECTS_OF_MAIL.match(referrer):
        return referrer, "email"
    if _is_search(name, place):
        return name, "organic"
    if domain in SHORT or name in SOCIAL:
        return SHORT.get(domain, "x" if name == "twitter" else name), "social"
    return referrer, "referral"


def _is_search(name: str, place: str) -> bool:
    """Does somebody search at this place of an engine ("images" of google), or at any that says so?"""
    first = place.partition(".")[0]
    if name == "google":
        return place in GOOGLE_SEARCHES
    return name in ENGINES or first in SEARCHES


def device_of(user_agent: str) -> str:
    """Return desktop, mobile or tablet."""
    if TABLET.search(user_agent):
        return "tablet"
    return "mobile" if MOBILE.search(user_agent) else "desktop"


def is_robot(user_agent: str) -> bool:
    """Does a browser say of itself that nobody sits before it?"""
    return bool(ROBOT.search(user_agent))
