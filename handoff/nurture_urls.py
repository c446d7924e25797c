"""The nurture page; mounted at nurture/."""

from django.urls import path

from handoff import nurture_views

app_name = "nurture"
urlpatterns = [
    path("", nurture_views.queues, name="queues"),
    path("<row:lead_id>/track/", nurture_views.take, name="take"),
    path("<row:lead_id>/promote/", nurture_views.promote, name="promote"),
    path("<row:lead_id>/disqualify/", nurture_views.disqualify, name="disqualify"),
    path("sends/<row:send_id>/", nurture_views.settle, name="settle"),
    path("<slug:key>/export.csv", nurture_views.export, name="export"),
    path("<slug:key>/", nurture_views.queue, name="queue"),
]
