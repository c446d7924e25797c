"""Intake addresses, under /intake/."""

from django.urls import path

from leadboard.capture import views

urlpatterns = [path("<str:key>/", views.receive, name="intake")]
