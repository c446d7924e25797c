"""The recorder, its door, the links of mails, and the marketer's pages."""

from django.urls import path

from leadboard.tracking import campaign_screens, letters, screens, script, views

urlpatterns = [
    path("track.js", script.script, name="track-script"),
    path("track/", views.track, name="track"),
    path("t/c/<str:token>", letters.follow, name="mail-link"),
    path("t/o/<str:token>", letters.opened, name="mail-opened"),
    path("tracking/", screens.show_tracking, name="tracking"),
    path("tracking/sites/<row:pk>/remove/", screens.remove_site, name="remove-site"),
    path("campaigns/", campaign_screens.show_campaigns, name="campaigns"),
    path("campaigns/leads/", campaign_screens.show_leads_behind, name="campaign-leads"),
]
