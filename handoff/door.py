"""`POST /api/leads/<id>/claim/` ahead of Django: claims that come at once are decided together.

Plain is a claim by bearer token, of a person of sales, whose answer may be JSON. It is answered here when it
was won, was theirs already, or is refused by what the lead or the rep is; the rules are those of `taking`.
"""

import json
import re
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from rest_framework.renderers import JSONRenderer

from handoff.taking import Taken, take_free
from leadboard.http import ahead
from leadboard.http.gathering import Gatherer
from leadboard.http.problems import Problem
from leadboard.leads.api import document_of, visible_to
from leadboard.people.models import User
from leadboard.people.rights import may
from leadboard.people.tokens import holders

PATH = re.compile(r"/api/leads/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/claim/")
BEARER = re.compile(r"Bearer ([\x21-\x7e]{1,500})", re.IGNORECASE)
JSON_TYPES = ("", "*/*", "application/json")
# What a lead or a rep is; everything else is told by Django.
TOLD = (409, 422)


@dataclass(frozen=True)
class Plain:
    """Somebody's wish for a lead."""

    lead: UUID
    token: str


@dataclass(frozen=True)
class Answer:
    """What is sent: a status and a document."""

    status: int
    body: bytes
    content_type: str = "application/json"


class Door(ahead.Ahead):
    """Takes plain claims; of one lead one at a time."""

    def __init__(self, other: ahead.Application):
        super().__init__(other)
        self.gatherer = Gatherer(self.decide, key=lambda plain: plain.lead)

    def is_mine(self, path: str) -> bool:
        """Is somebody claiming a lead?"""
        return path.endswith("/claim/") and PATH.fullmatch(path) is not None

    async def take(self, scope: ahead.Scope, receive: ahead.Receive, send: ahead.Send) -> ahead.Receive:
        """Answer a plain claim."""
        plain = _plain(scope)
        if plain is None:
            return receive
        body = await ahead.body_of(receive)  # a claim has nothing to say; whatever is sent is not read
        said = await self.gatherer.do(plain)
        if said is None:
            return ahead.again(body, receive)
        more = {"Content-Type": said.content_type, "Vary": "Accept"}
        return await ahead.answer(send, said.status, said.body, more)

    def decide(self, many: list[Plain]) -> list[Answer | None]:
        """Decide about different leads; None for what Django has to answer."""
        try:
            people = _reps({one.token for one in many})
            asked = {one.lead: people[one.token] for one in many if one.token in people}
            taken = take_free(asked) if asked else {}
            answers = _answers(taken)
        except Exception:
            connection.close()  # this thread keeps its connection as long as it is good
            raise
        return [answers.get(one.lead) for one in many]


def _plain(scope: ahead.Scope) -> Plain | None:
    headers = ahead.headers_of(scope)
    lead, bearer = PATH.fullmatch(scope["path"]), BEARER.fullmatch(headers.get("authorization", ""))
    reads_json = headers.get("accept", "").strip() in JSON_TYPES
    if lead and bearer and reads_json and ahead.is_for_us(scope, headers):
        return Plain(UUID(lead[1]), bearer[1])
    return None


def _reps(texts: set[str]) -> dict[str, User]:
    """Return who of sales sent which token."""
    return {text: token.user for text, token in holders(texts).items() if may(token.user, "claim")}


def _answers(taken: dict[UUID, Taken | Problem]) -> dict[UUID, Answer]:
    """Return what is told of each lead: the lead as it is now, or why it was not given."""
    told: dict[UUID, Answer] = {}
    new: dict[UUID, bool] = {}
    for uid, one in taken.items():
        if isinstance(one, tuple):
            new[uid] = one[1]
        elif one.status in TOLD:
            told[uid] = _refusal(one)
    leads = visible_to(None).filter(uid__in=list(new)) if new else ()
    render = JSONRenderer().render
    given = {lead.uid: Answer(201 if new[lead.uid] else 200, render(document_of(lead))) for lead in leads}
    return told | given


def _refusal(problem: Problem) -> Answer:
    return Answer(
        problem.status, json.dumps(problem.body(), default=str).encode(), "application/problem+json"
    )
