"""The page of campaigns: what each brought, as a picture and a table, and the leads behind each figure."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from leadboard.plots.canvas import Canvas, ticks_up_to
from leadboard.plots.figure import Figure, figure
from leadboard.sheets.export import csv_response
from leadboard.tracking import campaigns
from leadboard.tracking.campaigns import BY, MODELS, REACHED, Campaign

SPANS = {"30": "30 days", "90": "90 days", "365": "A year"}
DRAWN, ROW, LONGEST_NAME, FEWEST = 8, 30, 30, 20


@require_safe
@requires("nurture")
def show_campaigns(request: StaffRequest) -> HttpResponseBase:
    """Leads, MQL, conversations, SQL and won by campaign or source, by the chosen model and span."""
    asked = _asked(request.GET)
    rows = campaigns.report(**_chosen(asked))
    if request.GET.get("as") == "csv":
        table = ([row.name, *(value for *_, value in row.figures)] for row in rows)
        return csv_response(request, "campaigns", [BY[asked["by"]], *REACHED.values()], table, filters=asked)
    shown = {
        "rows": rows, "asked": asked, "models": MODELS, "spans": SPANS, "ways": BY, "columns": REACHED,
        "figure": picture(rows, SPANS[asked["days"]]) if rows else None,
    }  # fmt: skip
    return render(request, "tracking/campaigns.html", shown)


@require_safe
@requires("nurture")
def show_leads_behind(request: StaffRequest) -> HttpResponse:
    """The leads that one figure of the table counts."""
    asked = _asked(request.GET)
    name, reached = request.GET.get("name", "")[:500], request.GET.get("reached", "leads")
    reached = reached if reached in REACHED else "leads"
    found = campaigns.leads_behind(name, reached, **_chosen(asked))
    shown = {
        "name": name, "reached": REACHED[reached], "found": found, "asked": asked,
        "model": MODELS[asked["model"]], "span": SPANS[asked["days"]],
        "is_cut": len(found) == campaigns.MOST_LEADS,
    }  # fmt: skip
    return render(request, "tracking/campaign_leads.html", shown)


def _asked(query: QueryDict) -> dict[str, str]:
    """Return model, days and by of a query string; what is unknown becomes the usual one."""
    known = {"model": (MODELS, "first"), "days": (SPANS, "90"), "by": (BY, "campaign")}
    return {
        name: chosen if (chosen := query.get(name, "")) in choices else usual
        for name, (choices, usual) in known.items()
    }


def _chosen(asked: dict[str, str]) -> dict[str, Any]:
    return asked | {"days": int(asked["days"])}


def picture(rows: list[Campaign], span: str) -> Figure:
    """Draw the campaigns with the most leads, and the best: all leads pale, conversations in front."""
    drawn, best = rows[:DRAWN], best_of(rows)
    if best and best not in drawn:
        drawn = [*drawn[:-1], best]
    return figure(
        "campaigns",
        finding=finding(rows),
        about=f"Leads of {span.lower()}; blue: became a conversation. {len(drawn)} of {len(rows)}",
        said="; ".join(f"{row.name}: {row.leads:g} leads, {row.talked:g} conversations" for row in drawn),
        draw=lambda width: _draw(width, drawn),
        head=[],
        rows=[],
    )


def finding(rows: list[Campaign]) -> str:
    """Say which campaign is best talked to, where there are enough leads to tell."""
    best = best_of(rows)
    if best is None and any(row.talked for row in rows):
        return "Too few leads yet to say which campaign leads to conversations"
    if best is None:
        return "No campaign has led to a conversation yet"
    return f"{best.name} leads to conversations most often: {best.talked_share} of 100 leads"


def best_of(rows: list[Campaign]) -> Campaign | None:
    """Return the campaign that most surely leads to conversations; None where all have too few leads."""
    enough = [row for row in rows if row.leads >= FEWEST and row.talked]
    return max(enough, key=lambda row: row.talked_surely, default=None)


def _draw(width: int, rows: list[Campaign]) -> Canvas:
    ticks = ticks_up_to(rows[0].leads)
    is_wide = width > 400
    canvas = Canvas(width, ROW * len(rows) + 40, left=190 if is_wide else 108, right=44, top=4, bottom=28,
                    x=(0.0, ticks[-1]), y=(float(len(rows)), 0.0))  # fmt: skip
    for tick in ticks:
        at = canvas.x(tick)
        canvas.mark("line", "grid", x1=at, x2=at, y1=canvas.top, y2=canvas.bottom)
    canvas.columns([(tick, f"{tick:g}") for tick in ticks])
    longest = LONGEST_NAME if is_wide else LONGEST_NAME // 2
    for place, row in enumerate(rows):
        name = row.name if len(row.name) <= longest else row.name[: longest - 1] + "…"
        middle = canvas.y(place + 0.5)
        canvas.text(name, canvas.left - 8, middle + 4, anchor="end")
        canvas.bar((0.0, row.leads), (place + 0.78, place + 0.22), "bar2")
        canvas.bar((0.0, row.talked), (place + 0.78, place + 0.22), "bar1")
        canvas.text(f"{row.leads:g}", canvas.x(row.leads) + 6, middle + 4, "strong")
    return canvas
