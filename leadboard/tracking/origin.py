"""Where a visit came from and on what: a name for the referrer, a class for the browser. No more is kept."""

import re
from urllib.parse import urlsplit

# What the tools of advertisers hang on an address instead of utm_…: (source, medium).
CLICK_IDS = {
    "gclid": ("google", "cpc"), "gbraid": ("google", "cpc"), "wbraid": ("google", "cpc"),
    "msclkid": ("bing", "cpc"), "fbclid": ("facebook", "social"), "li_fat_id": ("linkedin", "social"),
    "ttclid": ("tiktok", "social"), "twclid": ("x", "social"),
}  # fmt: skip
SEARCH = re.compile(r"(?:^|\.)(google|bing|duckduckgo|yahoo|ecosia|qwant|yandex|baidu|startpage)\.")
SOCIAL = re.compile(
    r"(?:^|\.)(linkedin|facebook|instagram|x|twitter|youtube|reddit|xing|tiktok)\.(?:com|de)$"
)
SHORT = {"lnkd.in": "linkedin", "t.co": "x", "youtu.be": "youtube", "fb.me": "facebook"}
MAIL = re.compile(r"^(?:mail|webmail|outlook)\.")
ROBOT = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scan|monitor|fetch|curl/|wget/|python-|facebookexternalhit", re.I
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


def channel(referrer: str, click_id: str = "") -> tuple[str, str]:
    """Return (source, medium) of a visit without utm marks; two empty texts when it came by itself."""
    if click_id in CLICK_IDS:
        return CLICK_IDS[click_id]
    for pattern, medium in ((SEARCH, "organic"), (SOCIAL, "social")):
        found = pattern.search(referrer)
        if found:
            return found[1], medium
    if referrer in SHORT:
        return SHORT[referrer], "social"
    if MAIL.match(referrer):
        return referrer, "email"
    return (referrer, "referral") if referrer else ("", "")


def device_of(user_agent: str) -> str:
    """Return desktop, mobile or tablet."""
    if TABLET.search(user_agent):
        return "tablet"
    return "mobile" if MOBILE.search(user_agent) else "desktop"


def is_robot(user_agent: str) -> bool:
    """Does a browser say of itself that nobody sits before it?"""
    return bool(ROBOT.search(user_agent))
