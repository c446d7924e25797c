"""The nurture page; mounted at nurture/."""

from django.urls import path

from handoff.nurturing import views

app_name = "nurture"
urlpatterns = [
    path("", views.overview, name="queues"),
    path("<row:lead_id>/track/", views.take, name="take"),
    path("<row:lead_id>/promote/", views.promote, name="promote"),
    path("<row:lead_id>/disqualify/", views.disqualify, name="disqualify"),
    path("sends/<row:send_id>/", views.settle, name="settle"),
    path("<slug:key>/export.csv", views.export, name="export"),
    path("<slug:key>/", views.queue, name="queue"),
]
