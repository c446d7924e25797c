"""The site map. The parts are named as strings; `converters` refuses ids that no row can have."""

from django.urls import include, path, register_converter

from leadboard.http.converters import RowId

register_converter(RowId, "row")

urlpatterns = [
    path("", include("leadboard.board.urls")),
    path("leads/", include("leadboard.leads.urls")),
    path("leads/", include("handoff.urls")),
    path("leads/", include("qualification.urls")),
    path("leads/", include("leadboard.capture.duplicates.urls")),
    path("leads/", include("leadboard.privacy.urls")),
    path("sources/junk/", include("leadboard.capture.screening.urls")),
    path("intake/", include("leadboard.capture.urls")),
    path("sources/", include("leadboard.capture.screen_urls")),
    path("import/", include("leadboard.imports.urls")),
    path("companies/", include("leadboard.companies.urls")),
    path("", include("leadboard.tracking.urls")),
    path("forms/", include("leadboard.forms.screen_urls")),
    path("f/", include("leadboard.forms.urls")),
    path("alerts/", include("leadboard.notify.urls")),
    path("nurture/", include("handoff.nurturing.urls")),
    path("sla/", include("handoff.screens")),
    path("unsubscribe/", include("handoff.mailing.urls")),
    path("playbook/", include("leadboard.playbook.urls")),
    path("corrections/", include("qualification.corrections.urls")),
    path("models/", include("qualification.governance.urls")),
    path("accounts/", include("allauth.urls")),
    path("people/", include("leadboard.people.urls")),
    path("", include("leadboard.health.urls")),
    path("api/", include("leadboard.api")),
]

handler400 = "leadboard.http.refusals.bad_request"
handler403 = "leadboard.http.refusals.not_allowed"
handler404 = "leadboard.http.refusals.not_found"
handler500 = "leadboard.http.refusals.server_error"
