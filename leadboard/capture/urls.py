"""Intake addresses, under /intake/."""

from django.urls import path

from leadboard.capture import views

# With and without the slash at the end: a redirect would lose the body.
urlpatterns = [
    path("<str:key>/", views.receive, name="intake"),
    path("<str:key>", views.receive),
]
