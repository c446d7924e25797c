"""Asking for a score; mounted at /leads/."""

from django.urls import path

from qualification import views
from qualification.corrections import views as corrections

app_name = "qualification"
urlpatterns = [
    path("<row:lead_id>/qualify/", views.qualify, name="qualify"),
    path("<row:lead_id>/correct/", corrections.correct, name="correct"),
    path("<row:lead_id>/correct/undo/", corrections.take_back, name="take_back"),
    path("<row:lead_id>/override/", corrections.override, name="override"),
    path("<row:lead_id>/automatic/", corrections.automatic, name="automatic"),
]
