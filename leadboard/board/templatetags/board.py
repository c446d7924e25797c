"""What the templates ask: icons, clock faces, times, reasons in words. Built into every template."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leadboard.board import clockface
from leadboard.leads.models import Lead
from leadboard.leads.stages import CLAIMABLE_DESKS, Band, Desk, EnquiryClass, Stage
from leadboard.people.models import Role
from leadboard.people.rights import ROLES_BY_ACT, may

register = template.Library()
BARS: dict[str, int] = {Band.HIGH: 3, Band.MEDIUM: 2, Band.LOW: 1}
LONGEST_QUOTE = 110


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite (templates/icons.html); without a label it is decoration."""
    if label:
        return format_html('<svg class="i" role="img" aria-label="{}"><use href="#i-{}"/></svg>', label, name)
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag(takes_context=True)
def panel(context: template.Context, name: str, shown: dict[str, Any]) -> SafeString:
    """Draw a panel of a part: its template over the page's context and its own."""
    assert context.template is not None, "a tag is drawn inside of a template"
    with context.push(**shown):
        return context.template.engine.get_template(name).render(context)


@register.filter
def clock_face(lead: Lead, now: datetime | None = None) -> clockface.Face:
    """Return what the lead's clock shows (`leadboard.board.clockface.Face`)."""
    return clockface.face(lead, now or timezone.now())


@register.filter
def moment(value: datetime | None, style: str = "when") -> SafeString | str:
    """Return a <time>: `when` is 14:03 or Mon 14:03, `ago` is 4 min ago; the browser localises both."""
    if value is None:
        return ""
    now = timezone.now()
    text = clockface.spell_moment(value, now)
    if style == "ago":
        seconds = (now - value).total_seconds()
        text = "just now" if seconds < 60 else f"{clockface.spell_past(seconds)} ago"
    return format_html('<time datetime="{}" data-as="{}">{}</time>', value.isoformat(), style, text)


@register.filter
def span(seconds: float | None) -> str:
    """Return a length of time in words: 40 s, 12 min, 3 h."""
    return "" if seconds is None else clockface.spell_past(seconds)


@register.filter
def percent(share: float | None) -> str:
    """Return a share in hundredths: 4 %, 0.4 % below one."""
    if share is None:
        return ""
    return f"{share:.1%}".replace("%", " %") if 0 < share < 0.01 else f"{share:.0%}".replace("%", " %")


@register.filter
def bars(lead: Lead) -> int:
    """Return how many of the three bars of a band are filled."""
    return BARS.get(lead.band, 0) if lead.score is not None else 0


@register.filter
def band_words(lead: Lead) -> str:
    """Return the band as a word, or why there is none."""
    if lead.score is not None and lead.band:
        return Band(lead.band).label
    return "For people" if is_left_to_people(lead) else "Not yet"


@register.filter
def is_left_to_people(lead: Lead) -> bool:
    """Did the machine look at the lead and abstain? Then it has a class, perhaps a number, and no band."""
    return not lead.band and (lead.score is not None or lead.enquiry_class == EnquiryClass.UNCLEAR)


@register.filter
def band_key(lead: Lead) -> str:
    """Return high, medium, low or none, for data-band."""
    return lead.band if lead.score is not None and lead.band else "none"


@register.filter
def why_now(lead: Lead) -> str:
    """Return the one line that says why somebody should care: their words, else the strongest reasons."""
    return quote(lead.message) or signals(lead) or "Left no message"


@register.filter
def why_else(lead: Lead) -> str:
    """Return what speaks for the lead besides its words; empty where the first line says that already."""
    return signals(lead) if lead.message.strip() else ""


def signals(lead: Lead) -> str:
    """Return the two strongest reasons of the verdict as one line, or why there is none."""
    if is_left_to_people(lead):
        return "" if lead.message.strip() else "Little is known, and they left no message"
    told = [reason for reason in lead.reasons if reason.get("words")]
    raising = [reason["words"] for reason in told if reason.get("points", 0) > 0]
    if lead.score is None or not raising:
        return told[0]["words"] if told else ""
    return ", ".join([raising[0], *(words[:1].lower() + words[1:] for words in raising[1:2])])


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    """Return an entry by a name that the template computes."""
    return mapping[key]


@register.filter
def in_words(code: str) -> str:
    """Return a code as words: hand_raiser is hand raiser."""
    return code.replace("_", " ")


@register.filter
def quote(text: str) -> str:
    """Return the beginning of somebody's own words, in quotation marks; empty stays empty."""
    words = " ".join(text.split())
    if not words:
        return ""
    return f"“{words}”" if len(words) <= LONGEST_QUOTE else f"“{words[:LONGEST_QUOTE].rstrip()}…”"


@register.filter
def who_line(lead: Lead) -> str:
    """Return title and company as the second line of a row; the address when both are unknown."""
    return " · ".join(filter(None, (lead.title, lead.company))) or (
        lead.email if lead.name else "No company given"
    )


@register.filter
def desk_for(lead: Lead, viewer: Any = None) -> str:
    """Return whose row it is to a viewer: mine, taken, or nothing."""
    if lead.owner_id is None:
        return ""
    return "mine" if lead.owner_id == getattr(viewer, "pk", None) else "taken"


@register.filter
def is_claimable(lead: Lead) -> bool:
    """May sales claim the lead now: from any desk but quarantine, a closed one only if disqualified?"""
    is_disqualified = lead.desk == Desk.CLOSED and lead.stage == Stage.DISQUALIFIED
    is_free = lead.owner_id is None and not lead.do_not_contact and lead.merged_into_id is None
    return is_free and (lead.desk in CLAIMABLE_DESKS or is_disqualified)


@register.filter
def allows(user: Any, act: str) -> bool:
    """May this person do the act? `{% if user|allows:"claim" %}`"""
    return may(user, act)


@register.filter
def who_may(act: str) -> str:
    """Return the roles that may do an act, in words."""
    return " or ".join(f"{Role(role).label.lower()}" for role in Role if role in ROLES_BY_ACT[act])
