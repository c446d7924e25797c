"""The API's site map: `/api/…`. Schema at `/api/schema/`, documents at `/api/docs/`."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from handoff.api import api_urls as handoff_urls
from handoff.nurturing.api import api_urls as nurture_urls
from leadboard.capture.api import SourceViewSet, SubmissionViewSet
from leadboard.capture.duplicates.api import api_urls as duplicates_urls
from leadboard.capture.screening.api import api_urls as junk_urls
from leadboard.companies.api import CompanyViewSet
from leadboard.forms.api import FormViewSet
from leadboard.leads.api import EventViewSet, LeadViewSet
from leadboard.people.api import MeView, PersonViewSet
from leadboard.playbook.api import PlaybookViewSet
from leadboard.privacy.api import api_urls as privacy_urls
from leadboard.tracking.api import api_urls as tracking_urls
from qualification.corrections.api import api_urls as correction_urls
from qualification.governance.api import FairnessViewSet, ModelViewSet

router = SimpleRouter(use_regex_path=False)
router.register("leads", LeadViewSet, "lead")
router.register("events", EventViewSet, "event")
router.register("companies", CompanyViewSet, "company")
router.register("people", PersonViewSet, "person")
router.register("playbooks", PlaybookViewSet, "playbook")
router.register("models", ModelViewSet, "model")
router.register("fairness", FairnessViewSet, "fairness")
router.register("sources", SourceViewSet, "source")
router.register("forms", FormViewSet, "form")
router.register("submissions", SubmissionViewSet, "submission")

urlpatterns = [
    path("me/", MeView.as_view(), name="me"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    *handoff_urls,
    *duplicates_urls,
    *junk_urls,
    *privacy_urls,
    *nurture_urls,
    *correction_urls,
    *tracking_urls,
    *router.urls,
]
