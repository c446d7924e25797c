"""What is held of a person, and its erasure; mounted at /leads/."""

from django.urls import path

from leadboard.privacy import screens

app_name = "privacy"
urlpatterns = [
    path("<row:pk>/person/", screens.person, name="person"),
    path("<row:pk>/person.json", screens.download, name="download"),
]
