"""Asking for a score; mounted at /leads/."""

from django.urls import path

from qualification import views

app_name = "qualification"
urlpatterns = [path("<row:lead_id>/qualify/", views.qualify, name="qualify")]
