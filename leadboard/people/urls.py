"""My own account."""

from django.urls import path

from leadboard.people import views

app_name = "people"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/availability/", views.availability, name="availability"),
]
