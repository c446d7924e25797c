"""Companies, providers and the import wizard wide and narrow, in light and dark: axe finds nothing."""

import pytest

from leadboard.companies import reconcile, upsert
from leadboard.companies.models import CompanySignal, Provider
from leadboard.imports import files, runner
from leadboard.imports.models import ImportRun, State
from leadboard.people.models import Role
from tests.browser.reading import faults_of
from tests.cast import make_user

TABLE = (
    b"Name,E-mail,Firma,Seats\n"
    b"Ana Ruiz,ana@halden.example,Halden Optik,5\nBo Chen,bo@delmar.example,Delmar,7\n,,,9\n"
)


def run_of(person, state, content=TABLE):
    """Return a run that stands where `state` says."""
    run = ImportRun(name="fair-2026.csv", by=person, options={"source": "Import fair-2026.csv"})
    files.upload_of(run).write_bytes(content)
    run.columns, run.sha256 = list(files.first_rows(run)[0].cells), "x" * 64
    run.mapping = {"name": "Name", "email": "E-mail", "company": "Firma"}
    run.save(force_insert=True)
    for step in (State.CHECKING, State.RUNNING)[: {"uploaded": 0, "checked": 1, "done": 2}[state]]:
        run.refresh_from_db()
        runner.begin(run, step)
        runner.work(str(run.pk))
    return run


@pytest.fixture
def told(make_lead):
    """A company with leads and signals, a provider, and a run in each state; return the screens."""
    lea = make_user("lea@firm.test", "Lea Brandt", Role.MANAGER)
    row = {
        "domain": "halden.example",
        "name": "Halden Optik AS",
        "employees": 1200,
        "industry": "Optics",
        "tier": "1",
        "country": "NO",
        "target": True,
        "target_note": "Three sites, one contract up in March",
        "attributes": {"Owner": "Kim"},
    }
    company = upsert.put([row, {"name": "Delmar", "domain": "delmar.example"}], source="targets.csv")[
        0
    ].company
    CompanySignal.objects.create(
        company=company, kind="funding", date="2026-05-12", source="News", note="Series B"
    )
    lead = make_lead(name="Diana Ek", email="d@halden.example", title="VP", extra={"employees": "51-200"})
    reconcile.run()
    Provider.objects.create(
        name="Firmo", url="https://api.example.com/{domain}", mapping={"employees": "size"}
    )
    states = {state: run_of(lea, state) for state in ("uploaded", "checked", "done")}
    screens = {
        "companies": "/companies/",
        "company": f"/companies/{company.pk}/",
        "providers": "/companies/providers/",
        "import": "/import/",
        "lead-company": f"/leads/{lead.pk}/",
    }
    return lea, screens | {f"import-{state}": f"/import/{run.pk}/" for state, run in states.items()}


def test_the_screens_of_companies_and_imports_can_be_used_by_everybody(site, told):
    person, screens = told
    faults = []
    page = site.open("/accounts/login/", person=person)
    for name, path in screens.items():
        page.goto(site.base + path)
        faults += faults_of(page, name)
    assert faults == []
