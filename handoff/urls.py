"""Acts on one lead; mounted at /leads/. All are POST."""

from django.urls import path

from handoff import views

app_name = "handoff"
urlpatterns = [
    path("<row:lead_id>/claim/", views.claim, name="claim"),
    path("<row:lead_id>/undo/", views.undo, name="undo"),
    path("<row:lead_id>/release/", views.release, name="release"),
    path("<row:lead_id>/hand-back/", views.hand_back, name="hand_back"),
    path("<row:lead_id>/accept/", views.accept, name="accept"),
    path("<row:lead_id>/reject/", views.reject, name="reject"),
    path("<row:lead_id>/actions/", views.log, name="log"),
    path("<row:lead_id>/sql/", views.sql, name="sql"),
    path("<row:lead_id>/outcome/", views.outcome, name="outcome"),
    path("<row:lead_id>/assign/", views.assign, name="assign"),
    path("<row:lead_id>/reopen/", views.reopen, name="reopen"),
]
