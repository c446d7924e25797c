"""Exports: what is on the screen is in the file, no cell runs, and who took how much is written down."""

import asyncio
import csv

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient

from leadboard.companies import upsert
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.sheets.models import Export
from tests.hands import fire, turn

EVIL = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "＝1", " =1", "=cmd|'/c calc'!A1"]


def rows_in(answer):
    """Return the header and the rows of a download as dicts."""
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines(keepends=True)))


def test_a_view_and_a_search_are_a_file_with_the_same_leads(page, ana, make_lead):
    make_lead(name="Ana Ruiz", email="a@halden.example", message="Line 1\nLine 2, and more")
    make_lead(name="Bo Chen", email="b@delmar.example")
    gone = make_lead(name="Gone", email="g@x.example")
    Lead.objects.filter(pk=gone.pk).update(erased_at="2026-01-01T00:00:00Z", desk="board")
    answer = page(ana).get("/export/leads.csv?view=open")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        "text/csv; charset=utf-8",
        "nosniff",
    )
    assert answer["Content-Disposition"] == 'attachment; filename="leads.csv"'
    assert [row["name"] for row in rows_in(answer)] == ["Bo Chen", "Ana Ruiz"]
    found = rows_in(page(ana).get("/export/leads.csv?view=all&q=halden"))
    assert [(row["name"], row["message"], row["target_account"]) for row in found] == [
        ("Ana Ruiz", "Line 1\nLine 2, and more", "no")
    ]
    log = list(Export.objects.order_by("pk").values_list("what", "filters", "by__name", "rows"))
    assert log == [
        ("leads", {"view": "open", "q": ""}, "Ana Ruiz", 2),
        ("leads", {"view": "all", "q": "halden"}, "Ana Ruiz", 1),
    ]


def test_the_byte_order_mark_can_be_left_out(page, ana, make_lead):
    make_lead()
    for address, mark in (("/export/leads.csv", True), ("/export/leads.csv?mark=0", False)):
        text = b"".join(page(ana).get(address).streaming_content)
        assert text.startswith(b"\xef\xbb\xbf") is mark


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_is_a_formula_and_numbers_stay_numbers(page, ana, make_lead, text):
    make_lead(name=text, phone="-5")
    row = rows_in(page(ana).get("/export/leads.csv"))[0]
    assert (row["name"], row["phone"]) == ("'" + text, "-5")


def test_a_rep_takes_what_they_hold_and_a_marketer_no_such_file(page, ana, sam, mia, make_lead):
    for rep, name in ((ana, "Hers"), (sam, "His")):
        lead = make_lead(name=name, email=f"{rep.pk}@x.example")
        lifecycle.move(lead, "claimed", owner=rep, desk="sales", stage="sal")
    assert [row["name"] for row in rows_in(page(ana).get("/export/mine.csv"))] == ["Hers"]
    assert page(mia).get("/export/mine.csv").status_code == 403


def test_queues_companies_and_breaches_are_files_for_those_who_see_them(page, ana, mia, lea, make_lead):
    lead = make_lead(name="Late", email="l@x.example")
    turn(lead, "first_action")
    fire()
    upsert.put([{"domain": "halden.example", "name": "=Halden", "target": True}], source="x")
    assert [row["lead"] for row in rows_in(page(lea).get("/sla/export.csv?view=all"))] == ["Late"]
    assert rows_in(page(mia).get("/nurture/medium/export.csv")) == []
    assert [
        (r["domain"], r["name"], r["target"]) for r in rows_in(page(mia).get("/companies/export.csv"))
    ] == [("halden.example", "'=Halden", "yes")]
    assert page(mia).get("/nurture/nonsense/export.csv").status_code == 404
    assert page(mia).get("/sla/export.csv").status_code == 403
    for path in ("/nurture/medium/export.csv", "/companies/export.csv", "/sla/export.csv"):
        assert page(ana).get(path).status_code == 403


@pytest.mark.parametrize(
    "path", ["/export/leads.csv", "/export/mine.csv", "/sla/export.csv", "/companies/export.csv"]
)
def test_strangers_get_no_file(client, otto, db, path):
    assert client.get(path).status_code == 302
    client.force_login(otto)
    assert client.get(path).status_code in (302, 403)
    assert not Export.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_web_server_streams_the_file_piece_by_piece(ana, make_lead):
    for number in range(450):
        Lead.objects.create(name=f"N {number}", desk="board")
    client = AsyncClient()
    client.force_login(ana)

    async def pieces():
        answer = await client.get("/export/leads.csv")
        try:
            return [piece async for piece in answer.streaming_content]
        finally:
            await sync_to_async(connections.close_all)()

    got = asyncio.run(pieces())
    assert (len(got), sum(piece.count(b"\r\n") for piece in got)) == (3, 451)
    assert Export.objects.get().rows == 450
