"""What the board shows, in which order. A page is one query over an index, cut by a keyset, never by OFFSET.

The conditions are written so that the predicates of the partial indexes on Lead appear literally.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils.dateparse import parse_datetime

from leadboard.http.problems import Problem
from leadboard.leads.models import Lead
from leadboard.leads.search import search
from leadboard.people.models import User

PAGE = 50
MOST_COUNTED = 1_000
MOST_HELD = 200
NURTURE = ("nurture", "long_nurture")


@dataclass(frozen=True)
class View:
    """A tab of the board: which leads, in which orders; the first order is its own."""

    label: str
    condition: Q
    sorts: tuple[str, ...] = ("deadline", "score", "newest")
    empty: str = "All caught up"


VIEWS = {
    "open": View("All open", Q(desk="board"), empty="All caught up"),
    "high": View("High", Q(desk="board", band="high"), empty="No high lead is open"),
    "medium": View("Medium", Q(desk="board", band="medium"), empty="No medium lead is open"),
    "people": View("For people", Q(desk="board", band=""), empty="The machine judged every open lead"),
    "sales": View("With sales", Q(desk="sales"), empty="Sales holds no lead"),
    "nurture": View("Nurture", Q(desk__in=NURTURE), ("newest",), empty="Nothing is in nurture"),
    "all": View(
        "Everyone",
        Q(erased_at__isnull=True) & ~Q(desk="quarantine"),
        ("newest",),
        empty="No lead has come in yet",
    ),
}
SORTS = {"deadline": "Deadline", "score": "Score", "newest": "Newest"}


@dataclass(frozen=True)
class Page:
    """One screenful: the leads and the cursor of the next ones ("" at the end)."""

    leads: list[Lead]
    after: str


def choose(asked: Any) -> tuple[str, str, str]:
    """Return (view, sort, words) of a query string; what is unknown becomes the default."""
    view = asked.get("view") if asked.get("view") in VIEWS else "open"
    sort = asked.get("sort") if asked.get("sort") in VIEWS[view].sorts else VIEWS[view].sorts[0]
    return view, sort, asked.get("q", "").strip()[:200]


def matching(view: str, words: str) -> QuerySet[Lead]:
    """Return the leads of a view that contain each of the words."""
    return search(Lead.objects.select_related("owner", "standing").filter(VIEWS[view].condition), words)


def page(leads: QuerySet[Lead], sort: str, after: str = "") -> Page:
    """Return the page of these leads that follows the cursor."""
    rows = ORDERS[sort](leads, _read_cursor(after))
    more = len(rows) > PAGE
    return Page(rows[:PAGE], _cursor(rows[PAGE - 1], sort) if more else "")


def mine(user: User) -> list[Lead]:
    """Return the leads that a person holds, the nearest deadline first."""
    held = Lead.objects.select_related("owner", "standing").filter(owner=user, owner__isnull=False)
    return list(held.order_by("due_at", "id")[:MOST_HELD])


def counts(user: User) -> dict[str, int]:
    """Return how many leads each view, `mine` and `late` hold, counted up to MOST_COUNTED, in one query."""
    leads = Lead.objects.order_by()
    wanted = {name: leads.filter(view.condition) for name, view in VIEWS.items()}
    wanted["mine"] = leads.filter(owner=user.pk, owner__isnull=False)
    wanted["late"] = leads.filter(desk__in=("board", "sales"), due_state="breached")
    parts: list[str] = []
    values: list[Any] = []
    for name, query in wanted.items():
        sql, params = query.values("pk")[:MOST_COUNTED].query.sql_with_params()
        parts.append(f'(SELECT count(*) FROM ({sql}) AS t) AS "{name}"')  # noqa: S608 - Django wrote the SQL
        values += params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return dict(zip(wanted, cursor.fetchone(), strict=True))


def _newest(leads: QuerySet[Lead], cursor: tuple[str, int] | None) -> list[Lead]:
    if cursor:
        leads = leads.filter(pk__lt=cursor[1])
    return list(leads.order_by("-pk")[: PAGE + 1])


def _by_deadline(leads: QuerySet[Lead], cursor: tuple[str, int] | None) -> list[Lead]:
    with_clock, without = leads.filter(due_at__isnull=False), leads.filter(due_at__isnull=True)
    if cursor and not cursor[0]:
        return list(without.filter(pk__gt=cursor[1]).order_by("due_at", "pk")[: PAGE + 1])
    if cursor:
        due_at = _moment(cursor[0])
        with_clock = with_clock.filter(
            Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=cursor[1]), due_at__gte=due_at
        )
    else:
        return list(leads.order_by("due_at", "pk")[: PAGE + 1])
    rows = list(with_clock.order_by("due_at", "pk")[: PAGE + 1])
    return rows + list(without.order_by("due_at", "pk")[: PAGE + 1 - len(rows)])


def _by_score(leads: QuerySet[Lead], cursor: tuple[str, int] | None) -> list[Lead]:
    unscored = leads.filter(standing__score=None).order_by("-pk")
    if cursor and not cursor[0]:
        return list(unscored.filter(pk__lt=cursor[1])[: PAGE + 1])
    scored = leads.filter(standing__score__isnull=False)
    if cursor:
        score = _number(cursor[0])
        equal = Q(standing__score=score, standing__lead__lt=cursor[1])
        scored = scored.filter(Q(standing__score__lt=score) | equal, standing__score__lte=score)
    order = (F("standing__score").desc(nulls_last=True), F("standing__lead").desc())
    rows = list(scored.order_by(*order)[: PAGE + 1])
    return rows + list(unscored[: PAGE + 1 - len(rows)] if len(rows) <= PAGE else ())


ORDERS = {"deadline": _by_deadline, "score": _by_score, "newest": _newest}


def _cursor(lead: Lead, sort: str) -> str:
    value = {"deadline": lead.due_at and lead.due_at.isoformat(), "score": lead.score, "newest": None}[sort]
    return f"{'' if value is None else value}~{lead.pk}"


def _read_cursor(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    value, _, pk = text.partition("~")
    return value, _number(pk)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Problem(400, "cursor", "That page of the board is not known. Open the feed again.")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Problem(400, "cursor", "That page of the board is not known. Open the feed again.")
    return moment
