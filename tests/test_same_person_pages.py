"""Duplicates and junk by page and by API: who may, who may not, and what each is told."""

import pytest

from handoff import claims
from leadboard.capture.duplicates import merging, suspicions
from leadboard.capture.duplicates.models import Merge, PossibleDuplicate
from leadboard.capture.models import Source
from leadboard.capture.screening import acts
from leadboard.leads.models import Lead


@pytest.fixture
def pair(make_lead):
    return make_lead(), make_lead(name="D. Ek", email="d.ek@home.test", message="Again")


def test_a_marketer_sees_what_a_merge_does_and_merges(page, mia, pair):
    stays, goes = pair
    at = f"/leads/{stays.pk}/merge/{goes.pk}/"
    shown = page(mia).get(at)
    assert "Merge into Diana Ek" in shown.text
    form = {"keep": stays.pk, "seen_stays": stays.version, "seen_goes": goes.version, "pick_email": "goes"}
    answer = page(mia).post(at, form, follow=True)
    assert "Merged. Diana Ek goes on" in answer.text
    stays.refresh_from_db()
    assert (stays.email, stays.message, Merge.objects.get().by) == ("d.ek@home.test", "Again", mia)
    gone = page(mia).get(f"/leads/{goes.pk}/")
    assert (gone.status_code, f'href="/leads/{stays.pk}/"' in gone.text) == (200, True)
    assert "was merged into this lead" in page(mia).get(f"/leads/{stays.pk}/").text
    undone = page(mia).post(f"/leads/merges/{Merge.objects.get().pk}/undo/", follow=True)
    assert "Both leads are as they were" in undone.text


def test_a_page_that_is_old_merges_nothing(page, mia, pair, ana):
    stays, goes = pair
    form = {"keep": stays.pk, "seen_stays": stays.version, "seen_goes": goes.version}
    claims.claim(stays.pk, ana)
    answer = page(mia).post(f"/leads/{stays.pk}/merge/{goes.pk}/", form, follow=True)
    assert "has changed meanwhile" in answer.text
    for seen in ({}, {"seen_stays": "x" * 50}, {"seen_stays": "9" * 30, "seen_goes": "-1"}):
        page(mia).post(f"/leads/{stays.pk}/merge/{goes.pk}/", {"keep": stays.pk} | seen)
    assert Merge.objects.count() == 0


def test_a_rep_merges_only_what_is_theirs(page, ana, pair):
    stays, goes = pair
    at = f"/leads/{stays.pk}/merge/{goes.pk}/"
    assert "Claim it first" in page(ana).get(at).text
    assert "Duplicate of…" not in page(ana).get(f"/leads/{stays.pk}/").text
    claims.claim(stays.pk, ana)
    assert "Merge into Diana Ek" in page(ana).get(at).text
    assert "Duplicate of…" in page(ana).get(f"/leads/{stays.pk}/").text


def test_a_lead_is_found_by_words_or_by_what_it_has_in_common(page, mia, pair, make_lead):
    stays, goes = pair
    twin = make_lead(email="other@x.test")
    assert f"candidate-{goes.pk}" in page(mia).get(f"/leads/{stays.pk}/duplicates/?q=home.test").text
    by_itself = page(mia).get(f"/leads/{stays.pk}/duplicates/").text
    assert (f"candidate-{twin.pk}" in by_itself, f"candidate-{goes.pk}" in by_itself) == (True, False)
    assert f"candidate-{stays.pk}" not in by_itself


def test_a_suspicion_stands_on_both_pages_until_somebody_says_no(page, mia, pair):
    stays, goes = pair
    suspicions.note(stays, goes, "bridged")
    for lead, other in (pair, pair[::-1]):
        assert (
            f'Perhaps the same person as <a href="/leads/{other.pk}/">'
            in page(mia).get(f"/leads/{lead.pk}/").text
        )
    page(mia).post(f"/leads/{stays.pk}/duplicates/{goes.pk}/dismiss/")
    assert "Perhaps" not in page(mia).get(f"/leads/{goes.pk}/").text
    assert PossibleDuplicate.objects.get().settled_by == mia


def test_the_api_previews_merges_and_undoes(api, mia, ana, pair):
    stays, goes = pair
    at = f"/api/leads/{goes.uid}/merge/"
    preview = api(mia).get(at, {"into": str(stays.uid)}).json()
    assert (preview["refusal"], preview["into"]) == (None, str(stays.uid))
    assert {"name": "message", "stays": "", "goes": "Again", "taken": True} in preview["fields_of_both"]
    made = api(mia).post(at, {"into": str(stays.uid), "take": ["email"]}, format="json")
    assert (made.status_code, made.json()["lead"], made.json()["into"]) == (
        201,
        str(goes.uid),
        str(stays.uid),
    )
    assert api(mia).get(f"/api/leads/{goes.uid}/").json()["merged_into"] == str(stays.uid)
    again = api(mia).post(at, {"into": str(stays.uid)}, format="json")
    assert (again.status_code, again.json()["merged_into"]) == (409, str(stays.uid))
    claimed = api(ana).post(f"/api/leads/{goes.uid}/claim/")
    assert (claimed.status_code, claimed.json()["merged_into"]) == (409, str(stays.uid))
    undone = api(mia).post(f"/api/leads/{stays.uid}/merge/undo/")
    assert (undone.status_code, undone.json()["undone_by"]) == (200, mia.email)
    assert api(mia).post(f"/api/leads/{stays.uid}/merge/undo/").status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400), ({"into": "x"}, 400), ({"into": "00000000-0000-4000-8000-000000000000"}, 422),
        ({"into": None}, 400), ({"take": "email"}, 400), ({"take": ["stage"]}, 400),
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_changes_nothing(api, mia, pair, body, status):
    stays, goes = pair
    body = {"into": str(stays.uid)} | body if "take" in body else body
    assert api(mia).post(f"/api/leads/{goes.uid}/merge/", body, format="json").status_code == status
    assert Merge.objects.count() == 0


def test_the_api_tells_and_settles_suspicions(api, mia, pair):
    stays, goes = pair
    suspicions.note(stays, goes, "bridged")
    told = api(mia).get(f"/api/leads/{goes.uid}/duplicates/").json()
    assert [(one["lead"], one["why"]) for one in told] == [(str(stays.uid), "bridged")]
    at = f"/api/leads/{goes.uid}/duplicates/?lead={stays.uid}"
    assert [api(mia).delete(at).status_code for _ in range(2)] == [204, 409]


def test_outsiders_and_strangers_do_none_of_it(client, page, api, otto, mia, pair):
    stays, goes = pair
    row = merging.merge(stays.pk, goes.pk, mia)
    pages = [
        ("get", f"/leads/{stays.pk}/duplicates/"), ("get", f"/leads/{stays.pk}/merge/{goes.pk}/"),
        ("post", f"/leads/{stays.pk}/merge/{goes.pk}/"), ("post", f"/leads/merges/{row.pk}/undo/"),
        ("get", "/sources/junk/"), ("post", "/sources/junk/rescue/"),
        ("post", f"/sources/junk/{stays.pk}/mark/"),
        ("post", f"/sources/junk/{stays.pk}/rescue/"),
    ]  # fmt: skip
    assert {getattr(client, method)(path).status_code for method, path in pages} == {302}
    for method, path in (
        ("post", "merge/"),
        ("post", "merge/undo/"),
        ("get", "duplicates/"),
        ("post", "junk/"),
    ):
        answer = getattr(api(otto), method)(f"/api/leads/{stays.uid}/{path}")
        assert answer.status_code == 401
    assert Merge.objects.get().undone_at is None


def test_only_marketing_sees_the_junk_desk_and_rescues(page, api, mia, ana, make_lead):
    lead = make_lead(message="Buy our list")
    assert api(mia).post(f"/api/leads/{lead.uid}/junk/").json()["desk"] == "quarantine"
    assert page(ana).get("/sources/junk/").status_code == 403
    assert page(ana).post("/sources/junk/rescue/", {"one": lead.pk}).status_code == 403
    assert api(ana).delete(f"/api/leads/{lead.uid}/junk/").status_code == 403
    shown = page(mia).get("/sources/junk/").text
    assert ("Marked by a person" in shown, "Buy our list" in shown) == (True, True)
    answer = page(mia).post("/sources/junk/rescue/", {"lead": [lead.pk, "x", "9" * 40, "²"]}, follow=True)
    assert "1 lead is on the board now" in answer.text
    assert api(mia).delete(f"/api/leads/{lead.uid}/junk/").status_code == 409
    assert Lead.objects.get().desk == "board"


def test_junk_is_marked_and_rescued_from_its_page(page, mia, make_lead):
    lead = make_lead()
    assert "It is on the junk desk now" in page(mia).post(f"/sources/junk/{lead.pk}/mark/", follow=True).text
    shown = page(mia).get(f"/leads/{lead.pk}/").text
    assert ("On the junk desk" in shown, f'action="/leads/{lead.pk}/claim/"' in shown) == (True, False)
    assert "Rescued" in page(mia).post(f"/sources/junk/{lead.pk}/rescue/", follow=True).text


def test_the_lead_page_tells_how_the_contact_data_look(page, mia, client):
    source = Source.objects.create(name="Web form")
    body = {"email": "x@mailinator.com", "phone": "+49 30 1234567"}
    client.post(f"/intake/{source.key}/", body)
    shown = page(mia).get(f"/leads/{Lead.objects.get().pk}/").text
    assert ("Throw-away address" in shown, "A number of a known range" in shown) == (True, True)


def test_a_rep_rejects_a_duplicate_and_names_the_other(page, api, ana, pair):
    stays, goes = pair
    claims.claim(goes.pk, ana)
    answer = api(ana).post(
        f"/api/leads/{goes.uid}/reject/", {"code": "duplicate", "duplicate_of": str(stays.uid)}, format="json"
    )
    assert answer.status_code == 200
    assert goes.events.get(kind="rejected").facts["duplicate_of"] == stays.pk
    found = PossibleDuplicate.objects.get()
    assert (found.one, found.other, found.why) == (stays, goes, "rejected")
    assert acts.may_mark(stays, ana) is False


def test_a_rep_rejects_a_duplicate_from_the_page_and_names_the_other(page, ana, pair):
    stays, goes = pair
    claims.claim(goes.pk, ana)
    shown = page(ana).get(f"/leads/{goes.pk}/").text
    assert f'<option value="{stays.pk}">' in shown
    nobody = {"code": "duplicate", "duplicate_of": "4711"}
    answer = page(ana).post(f"/leads/{goes.pk}/reject/", nobody, follow=True)
    assert "There is no such other lead" in answer.text
    assert not goes.events.filter(kind="rejected").exists()
    answer = page(ana).post(f"/leads/{goes.pk}/reject/", {"code": "duplicate", "duplicate_of": stays.pk})
    assert answer.status_code == 302
    assert goes.events.get(kind="rejected").facts["duplicate_of"] == stays.pk
    assert PossibleDuplicate.objects.get().why == "rejected"


def test_a_rep_finds_the_other_lead_and_rejects_as_its_duplicate_there(page, ana, mia, pair, make_lead):
    other, goes = make_lead(name="Xaver Quell", email="x@quell.test"), pair[1]
    claims.claim(goes.pk, ana)
    find = f"/leads/{goes.pk}/duplicates/?q=Quell"
    assert f'name="duplicate_of" value="{other.pk}"' in page(ana).get(find).text
    assert 'name="duplicate_of"' not in page(mia).get(find).text  # she does not hold it
    page(ana).post(f"/leads/{goes.pk}/reject/", {"code": "wrong_fit", "duplicate_of": other.pk})
    assert "duplicate_of" not in goes.events.get(kind="rejected").facts  # that is no duplicate then


def test_junk_is_ticked_and_dropped_by_marketing_and_comes_back(page, mia, make_lead):
    leads = [make_lead(email=f"{n}@x.test") for n in range(3)]
    for lead in leads:
        acts.mark(lead.pk, mia)
    assert page(mia).get("/sources/junk/?tick=all").text.count(" checked") == 3
    page(mia).post("/sources/junk/drop/", {"lead": [leads[0].pk, leads[1].pk]})
    page(mia).post("/sources/junk/drop/", {"one": leads[2].pk})
    assert "Nothing is kept apart" in page(mia).get("/sources/junk/").text
    assert page(mia).get("/sources/junk/?reason=dropped").text.count('id="junk-') == 3
    page(mia).post("/sources/junk/rescue/", {"one": leads[2].pk})
    assert Lead.objects.get(pk=leads[2].pk).desk == "board"
