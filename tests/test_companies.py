"""Companies and target accounts: who belongs to which firm, and that a lead bears the mark from the start."""

import json
import threading

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ
from hypothesis import given
from hypothesis import strategies as st

from leadboard.capture.models import Source
from leadboard.companies import columns, known, matching, reconcile, upsert
from leadboard.companies.fields import read_field, read_number
from leadboard.companies.models import Company, CompanyMatch, CompanySignal
from leadboard.companies.names import FORMS, folded_name
from leadboard.leads.models import Lead, LeadEvent
from tests.live import until


@pytest.fixture
def post(client, db):
    """Return a function that sends an enquiry by the real door and gives its lead."""
    source = Source.objects.create(name="Web form")

    def send(**fields):
        answer = client.post(source.path, json.dumps(fields), content_type="application/json")
        assert answer.status_code == 202
        return Lead.objects.order_by("-pk").first()

    return send


def make(**row):
    """Put one company into the table."""
    return upsert.put([row], source="test")[0].company


def kinds(lead):
    """Return the kinds of a lead's events that are about target accounts, with whom they name."""
    told = LeadEvent.objects.filter(lead=lead, kind__contains="target").order_by("version")
    return list(told.values_list("kind", "facts"))


# Names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller & Söhne GmbH + Co. KG", "MULLER UND SOHNE"),
        ("Müller & Söhne", "Muller et Sohne S.A."),
        ("The Coca-Cola Company", "Coca Cola"),
        ("Dupont S.A.R.L.", "Dupont SARL"),
        ("Dupont S. A. R. L.", "SARL Dupont"),
        ("Novo Nordisk A/S", "Novo Nordisk"),
        ("Orlen Sp. z o.o.", "ORLEN"),
        ("Acme S.p.A.", "Acme SpA"),
        ("O'Reilly Media, Inc.", "OReilly Media"),
        ("I.B.M. Corp.", "IBM"),
        ("H & M", "H&M"),
        ("Widgets Co., Ltd.", "Widgets Limited"),
        ("Straße AG", "STRASSE"),
        ("Philips N.V.", "Philips NV"),
        ("Halden Optik B.V.", "halden  optik"),
    ],
)
def test_two_spellings_of_one_firm_are_one(one, other):
    assert folded_name(one) == folded_name(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bosch GmbH", "Bosch Thailand Co., Ltd."),
        ("SAS Institute", "Institute GmbH"),
        ("AG Insurance", "Insurance AG"),
        ("Delta Holding AG", "Delta AG"),
        ("ET Solutions", "Solutions"),
        ("Day Spa", "Day"),
        ("Studio 54", "Studio 55"),
        ("AG", "SE"),
        ("The Limited", "The"),
    ],
)
def test_what_tells_two_firms_apart_stays(one, other):
    assert folded_name(one) != folded_name(other)


WORDS = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyzäöüéèñç0123456789", min_size=3, max_size=12), min_size=1, max_size=4
)


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(name):
    assert folded_name(folded_name(name)) == folded_name(name)


@given(
    WORDS.filter(lambda words: not FORMS & {folded_name(word) for word in words}),
    st.sampled_from(sorted(FORMS)),
)
def test_form_case_spaces_and_punctuation_do_not_count(words, form):
    name = " ".join(words)
    plain = folded_name(name)
    assert plain == folded_name(f"  {name.upper()} , {form}. ") == folded_name(", ".join(words))
    assert plain != ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("250", 250),
        ("1,200", 1200),
        ("1.200", 1200),
        ("1 200", 1200),
        ("51-200", 51),
        ("10,000+", 10_000),
        ("10k", 10_000),
        ("2.5 Mio", 2_500_000),
        ("€ 3bn", 3_000_000_000),
        ("about 40 people", 40),
        ("none", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("domain", "gmail.com"),
        ("domain", "nonsense"),
        ("domain", "co.uk"),
        ("employees", "-5"),
        ("employees", "many"),
        ("employees", 10**12),
        ("country", "Narnia"),
        ("target", "perhaps"),
        ("name", "x" * 201),
        ("name", "a\x00b"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(name, value):
    with pytest.raises(ValueError, match=r"\.$"):
        read_field(name, value)


def test_the_headings_of_three_languages_are_understood():
    assert columns.guess(["Firma", "Webseite", "Mitarbeiter", "Branche", "Zielkunde"]) == {
        "name": "Firma",
        "domain": "Webseite",
        "employees": "Mitarbeiter",
        "industry": "Branche",
        "target": "Zielkunde",
    }
    assert columns.guess(["Company Name", "Domain", "# Employees"]) == {
        "name": "Company Name",
        "domain": "Domain",
        "employees": "# Employees",
    }
    assert columns.guess(["Raison sociale", "Site web", "Effectif"]) == {
        "name": "Raison sociale",
        "domain": "Site web",
        "employees": "Effectif",
    }


# Matching


def test_domain_of_the_address_goes_before_site_before_name(db):
    mail, site, name = make(domain="halden.example"), make(domain="barsund.example"), make(name="Delmar")
    find = lambda *said: matching.find(matching.trace_of(*said))  # noqa: E731
    assert find("ana@eu.halden.example", "barsund.example", "Delmar") == (mail, "email")
    assert find("ana@gmail.com", "https://www.barsund.example/about", "Delmar") == (site, "website")
    assert find("ana@other.example", "", "DELMAR GmbH") == (name, "name")
    assert find("ana@other.example", "", "Nobody") is None
    assert find("", "", "") is None


def test_where_a_name_fits_two_companies_nobody_guesses(db):
    make(name="Delta AG", domain="delta.example")
    make(name="Delta Inc.", domain="delta-tools.example")
    assert matching.find(matching.trace_of("", "", "Delta")) is None
    assert matching.find(matching.trace_of("a@delta.example", "", "Delta")).company.domain == "delta.example"


# The table


def test_the_same_row_twice_is_one_company_and_blank_erases_nothing(db):
    done = upsert.put(
        [
            {"domain": "halden.example", "name": "Halden", "employees": 250},
            {"domain": "halden.example", "tier": "1"},
            {"name": "HALDEN GmbH", "city": "Halden"},
            {"name": "HALDEN GmbH"},
            {"tier": "2"},
        ],
        source="list.csv",
    )
    assert [one.done for one in done] == ["new", "changed", "changed", "same", "refused"]
    company = Company.objects.get()
    assert (company.name, company.employees, company.tier, company.city) == (
        "HALDEN GmbH",
        250,
        "1",
        "Halden",
    )


def test_a_company_known_by_name_gets_its_domain_with_the_next_list(db):
    make(name="Halden Optik")
    assert make(name="Halden Optik AS", domain="halden.example").domain == "halden.example"
    assert Company.objects.count() == 1


def test_a_dry_run_changes_nothing(db):
    make(name="Halden", domain="halden.example")
    done = upsert.put([{"domain": "halden.example", "tier": "1"}, {"name": "New"}], source="x", dry_run=True)
    assert [(one.done, one.changed) for one in done] == [("changed", {"tier": ("", "1")}), ("new", None)]
    assert list(Company.objects.values_list("tier", flat=True)) == [""]


# Target accounts


def test_a_lead_of_a_target_account_is_marked_before_its_first_event(post):
    company = make(domain="halden.example", target=True)
    lead = post(name="Ana", email="ana@halden.example")
    assert (lead.target_account, kinds(lead)) == (True, [])
    assert (lead.company_match.company, lead.company_match.by) == (company, "email")
    assert post(name="Bo", email="bo@other.example").target_account is False


def test_a_lead_that_names_its_company_later_is_marked_then(post):
    make(name="Halden Optik", target=True)
    assert post(name="Ana", email="ana@gmail.com").target_account is False
    lead = post(name="Ana", email="ana@gmail.com", company="Halden Optik GmbH")
    assert lead.target_account is True


def test_open_leads_are_marked_with_one_event_each_when_a_list_comes(post):
    ana, bo = post(name="Ana", email="ana@halden.example"), post(name="Bo", email="bo@other.example")
    closed = post(name="Cy", email="cy@halden.example")
    Lead.objects.filter(pk=closed.pk).update(desk="closed")
    company = make(domain="halden.example", target=True)
    assert (reconcile.run(), reconcile.run()) == (1, 0)
    assert kinds(ana) == [("target_marked", {"company": company.pk})]
    assert kinds(bo) == kinds(closed) == []
    upsert.store(company, {"target": False}, "Mia")
    reconcile.run()
    assert [kind for kind, _ in kinds(ana)] == ["target_marked", "target_unmarked"]
    ana.refresh_from_db()
    assert ana.target_account is False
    company.delete()
    reconcile.run()
    assert not CompanyMatch.objects.exists()


def test_marks_come_in_slices_and_the_rest_follows_in_a_job(post, monkeypatch):
    monkeypatch.setattr(reconcile, "MARKED", 2)
    for number in range(5):
        post(name=f"N {number}", email=f"n{number}@halden.example")
    make(domain="halden.example", target=True)
    after, jobs = 0, 0
    while True:
        OrmQ.objects.all().delete()
        reconcile.run(after)
        mine = [job.task for job in OrmQ.objects.all() if job.task["func"] == reconcile.JOB]
        if not mine:
            break
        after, jobs = mine[0]["args"][0], jobs + 1
    assert (Lead.objects.filter(target_account=True).count(), jobs) == (5, 2)
    assert LeadEvent.objects.filter(kind="target_marked").count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_lead_captured_while_the_list_is_marked_is_not_missed(make_lead):
    """The lead's transaction has read the table before the mark, and commits after the job began."""
    company = make(domain="halden.example")
    go, read = threading.Event(), threading.Event()

    def capture():
        with transaction.atomic():
            found = known.recognise({"email": "ana@halden.example"})
            read.set()
            go.wait(10)
            lead = make_lead(email="ana@halden.example", target_account=found.company.target)
            known.link_all([(lead, found)])
        connection.close()

    def look():
        reconcile.run()
        connection.close()

    capturing, looking = threading.Thread(target=capture), threading.Thread(target=look)
    capturing.start()
    read.wait(10)
    upsert.store(company, {"target": True}, "Mia")
    looking.start()
    until(_somebody_waits)
    go.set()
    capturing.join()
    looking.join()
    assert Lead.objects.get().target_account is True


def _somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone() is not None


# API and pages


def test_companies_over_the_api(api, mia, ana):
    session = api(mia)
    made = session.post(
        "/api/companies/",
        {
            "name": "Halden",
            "domain": "https://www.halden.example/x",
            "employees": "1,200",
            "country": "Norway",
            "target": True,
        },
        format="json",
    )
    assert (made.status_code, made.json()["domain"], made.json()["employees"], made.json()["country"]) == (
        201,
        "halden.example",
        1200,
        "NO",
    )
    path = f"/api/companies/{made.json()['id']}/"
    assert session.post("/api/companies/", {"domain": "halden.example"}, format="json").status_code == 200
    assert session.patch(path, {"employees": None, "tier": "2"}, format="json").json()["employees"] is None
    refused = session.patch(path, {"domain": None, "name": None}, format="json")
    assert (refused.status_code, refused.json()["detail"]) == (422, "It needs a domain or a name.")
    done = session.post(
        "/api/companies/bulk/", [{"name": "Delmar"}, {"employees": "x"}, 5, {"nonsense": 1}], format="json"
    )
    assert [row["done"] for row in done.json()] == ["new", "refused", "refused", "refused"]
    assert [row["name"] for row in session.get("/api/companies/?target=true").json()["results"]] == ["Halden"]
    assert [row["name"] for row in session.get("/api/companies/?search=DELM").json()["results"]] == ["Delmar"]
    signal = {"kind": "funding", "date": "2026-05-12", "source": "News"}
    assert [session.post(path + "signals/", signal, format="json").status_code for _ in "ab"] == [201, 200]
    number = session.get(path + "signals/").json()[0]["id"]
    assert session.post(path + "signals/", signal | {"date": "2999-01-01"}, format="json").status_code == 422
    assert session.delete(f"{path}signals/{number}/").status_code == 204
    assert session.delete(path).status_code == 204
    assert api(ana).get("/api/companies/").status_code == 200
    assert api(ana).post("/api/companies/", {"name": "X"}, format="json").status_code == 403


def test_the_lead_api_tells_and_filters_target_accounts(api, ana, post):
    make(domain="halden.example", target=True)
    post(name="Ana", email="ana@halden.example")
    post(name="Bo", email="bo@other.example")
    found = api(ana).get("/api/leads/?target_account=true").json()["results"]
    assert [(lead["name"], lead["target_account"]) for lead in found] == [("Ana", True)]


def test_a_marketer_adds_marks_and_sees_who_matched(page, mia, post):
    browser = page(mia)
    lead = post(name="Diana Ek", email="d@halden.example")
    typed = {"name": "Halden <Optik>", "domain": "halden.example", "target": "yes"}
    assert browser.post("/companies/", typed).status_code == 302
    company = Company.objects.get()
    reconcile.run()
    shown = browser.get(f"/companies/{company.pk}/").text
    assert all(words in shown for words in ("Diana Ek", "E-mail domain", "Halden &lt;Optik&gt;"))
    assert 'aria-label="Target account"' in browser.get("/?view=all").text
    browser.post(f"/companies/{company.pk}/target/", {"target": "no"})
    browser.post(
        f"/companies/{company.pk}/signals/", {"kind": "hiring", "date": "2026-03-01", "source": "Jobs page"}
    )
    reconcile.run()
    lead.refresh_from_db()
    assert (lead.target_account, CompanySignal.objects.get().kind) == (False, "hiring")
    assert "Halden" in browser.get("/companies/?words=hald&view=leads").text
    again = browser.post("/companies/", {"domain": "gmail.com"})
    assert (again.status_code, "free-mail host" in again.text) == (422, True)


@pytest.mark.parametrize(
    "path", ["/companies/", "/companies/{pk}/", "/companies/{pk}/target/", "/companies/{pk}/signals/"]
)
def test_reps_and_strangers_may_not_change_companies(page, ana, client, db, path):
    path = path.format(pk=make(name="Halden").pk)
    assert client.post(path).status_code == 302
    assert page(ana).post(path).status_code == 403
    assert Company.objects.count() == 1


def test_a_company_with_several_domains_is_one_whichever_a_lead_or_a_row_uses(post, page, mia):
    rows = [
        {"Account": "Halden Group", "Website": "https://www.halden.test/de; halden-uk.test, halden.test"},
        {"Account": "Barsund", "Website": "barsund.test"},
    ]
    mapping = columns.guess(list(rows[0]))
    read = [columns.read_row(row, mapping) for row in rows]
    halden, barsund = [one.company for one in upsert.put(read, source="list")]
    assert (halden.domain, halden.other_domains) == ("halden.test", ["halden-uk.test"])
    assert [one.done for one in upsert.put(read, source="list")] == ["same", "same"]
    again = columns.read_row({"Website": "halden-uk.test", "Staff": "51-200", "Account": ""}, {
        "domain": "Website", "employees": "Staff"})  # fmt: skip
    [one] = upsert.put([again], source="other list")
    assert (one.company.pk, one.company.domain, one.company.employees) == (halden.pk, "halden.test", 51)
    by = {
        name: matching.find(matching.trace_of(f"a@{name}", "", ""))
        for name in ("halden.test", "mail.halden-uk.test", "x.test")
    }
    assert [found and found.company.pk for found in by.values()] == [halden.pk, halden.pk, None]
    upsert.store(barsund, {"other_domains": ["halden-uk.test"]}, "somebody")  # two claim it now
    assert matching.find(matching.trace_of("a@halden-uk.test", "", "")) is None
    form = {"name": "Halden Group", "domain": "halden.test", "other_domains": "halden-uk.test halden.ch"}
    assert page(mia).post(f"/companies/{halden.pk}/", form).status_code == 302
    halden.refresh_from_db()
    assert halden.other_domains == ["halden-uk.test", "halden.ch"]
    assert (
        page(mia).post(f"/companies/{halden.pk}/", form | {"other_domains": "gmail.com"}).status_code == 422
    )
