"""What a lead's touches say of it at this moment: the facts by which it is scored, and whether it woke up.

One query, for one lead or for many. What a mail program fetched by itself (device "proxy") proves nobody's
interest and counts for nothing. Counts are capped: whoever lets a machine click all night raises nobody's
score beyond them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max

from leadboard.leads.models import Lead, LeadEvent
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from leadboard.tracking.models import Touch, TouchKind

MOST = {
    "touches": 100, "visits": 50, "visits_last_30_days": 30, "page_views": 200, "most_pages_in_a_visit": 50,
    "seconds_on_site": 14_400, "mail_opens": 30, "mail_clicks": 30, "downloads": 20, "webinar_minutes": 600,
    "replies": 20,
}  # fmt: skip
MOST_PAGES = 50
MOST_VISITS_FOR_HOURS = 50
MOST_VIEWS_OF_A_PAGE = 20
# A lead without a row of interest has no touch: then the table of touches is not even looked at.
FACTS = """
SELECT i.lead_id, t.* FROM tracking_interest i, LATERAL (
    SELECT count(*) FILTER (WHERE device <> 'proxy') AS touches,
           count(DISTINCT (visitor_id, visit)) FILTER (WHERE kind = 'view') AS visits,
           count(DISTINCT (visitor_id, visit))
               FILTER (WHERE kind = 'view' AND at > now() - interval '30 days') AS visits_last_30_days,
           count(*) FILTER (WHERE kind = 'view') AS page_views,
           coalesce(sum(seconds) FILTER (WHERE kind = 'view'), 0) AS seconds_on_site,
           count(*) FILTER (WHERE kind = 'open' AND device <> 'proxy') AS mail_opens,
           count(*) FILTER (WHERE kind = 'click') AS mail_clicks,
           count(*) FILTER (WHERE kind = 'download') AS downloads,
           coalesce(sum(seconds) FILTER (WHERE kind = 'webinar'), 0) / 60 AS webinar_minutes,
           count(*) FILTER (WHERE kind = 'reply') AS replies,
           extract(epoch FROM now() - max(at) FILTER (WHERE device <> 'proxy')) / 86400 AS days_since_touch,
           mode() WITHIN GROUP (ORDER BY hour) AS usual_hour,
           mode() WITHIN GROUP (ORDER BY device) FILTER (WHERE device NOT IN ('', 'proxy')) AS device,
           array_agg(what ORDER BY at, id) FILTER (WHERE kind = 'view') AS paths,
           array_agg(visitor_id || ' ' || visit ORDER BY at, id) FILTER (WHERE kind = 'view') AS visit_keys
    FROM tracking_touch WHERE lead_id = i.lead_id AND at <= now()
) t
WHERE i.lead_id = ANY(%s)
"""
RECENT = """
SELECT count(*), coalesce(array_agg(DISTINCT what) FILTER (WHERE kind = 'view'), '{}')
FROM tracking_touch WHERE lead_id = %s AND at > %s AND at <= now() AND device <> 'proxy'
"""
# Since then a lead sleeps: what it did before is known to whoever sent it to nurture.
FELL_ASLEEP = ("enrolled", "nurture_resumed", "nurture_taken", "handed_back", "rejected")


def facts_of(lead: Lead, playbook: Playbook) -> dict[str, Any]:
    """Return the facts of a lead's behaviour as it is now; nothing for a lead that was never followed.

    `pages` are its paths, the newest last; for each of the playbook's waking pages there is a count, e.g.
    `pricing_views`.
    """
    return facts_of_all([lead], playbook).get(lead.pk, {})


def facts_of_all(leads: Sequence[Lead], playbook: Playbook) -> dict[int, dict[str, Any]]:
    """The same by lead id, for those leads that were followed."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [[lead.pk for lead in leads]])
        rows = cursor.fetchall()
        assert cursor.description is not None, "a SELECT has columns"
        names = [column.name for column in cursor.description]
    followed = [dict(zip(names, row, strict=True)) for row in rows]
    return {found.pop("lead_id"): _facts(found, playbook) for found in followed if found["touches"]}


def _facts(found: dict[str, Any], playbook: Playbook) -> dict[str, Any]:
    paths, visit_keys = found.pop("paths") or [], found.pop("visit_keys") or []
    facts: dict[str, Any] = {
        name: float(min(found[name], most)) for name, most in MOST.items() if name in found
    }
    facts |= {name: found[name] for name in ("device",) if found[name]}
    facts["days_since_touch"] = round(max(0.0, float(found["days_since_touch"])), 1)
    if found["usual_hour"] is not None:
        facts["usual_hour"] = float(found["usual_hour"])
    return facts | (_of_pages(paths, visit_keys, playbook) if paths else {})


def _of_pages(paths: list[str], visit_keys: list[str], playbook: Playbook) -> dict[str, Any]:
    """Return depth and order of the visits, and how often each waking page was looked at."""
    pages = list(dict.fromkeys(reversed(paths)))[:MOST_PAGES][::-1]
    depths = [visit_keys.count(key) for key in set(visit_keys)]
    facts: dict[str, Any] = {
        "pages": pages, "first_page": paths[0], "last_page": paths[-1],
        "pages_per_visit": round(len(paths) / len(depths), 2),
        "most_pages_in_a_visit": float(min(max(depths), MOST["most_pages_in_a_visit"])),
    }  # fmt: skip
    for word in playbook.wake.pages:
        views = sum(word.casefold() in path.casefold() for path in paths)
        facts[f"{code_of(word)}_views"] = float(min(views, MOST_VIEWS_OF_A_PAGE))
    return facts


def hours_of(lead: Lead) -> list[int]:
    """Return the hours of a lead's latest visits, by its own clock: each hour of a visit once."""
    views = Touch.objects.filter(lead=lead, kind=TouchKind.VIEW, hour__isnull=False)
    seen = views.values("visitor_id", "visit", "hour").annotate(latest=Max("at")).order_by("-latest")
    return [hour for hour in seen.values_list("hour", flat=True)[:MOST_VISITS_FOR_HOURS] if hour is not None]


def code_of(word: str) -> str:
    """Return a page's word as the name of a fact: "Free trial" is free_trial."""
    return "_".join("".join(sign if sign.isalnum() else " " for sign in word.casefold()).split()) or "page"


def is_waking(lead: Lead, playbook: Playbook, now: datetime) -> bool:
    """Did a nurtured lead do enough, within the playbook's time and since it came to nurture, to be looked at
    again?
    """
    since = max(now - playbook.wake.within, _fell_asleep(lead) or now - timedelta(days=36_500))
    with connection.cursor() as cursor:
        cursor.execute(RECENT, [lead.pk, since])
        touches, pages = cursor.fetchone()
    return policy.is_waking(playbook, touches=touches, pages=pages)


def _fell_asleep(lead: Lead) -> datetime | None:
    """Return when the lead was last sent to the nurture desk (None: it never was)."""
    sent = LeadEvent.objects.filter(lead=lead, kind__in=FELL_ASLEEP).order_by("-version")
    return sent.values_list("recorded_at", flat=True).first()
