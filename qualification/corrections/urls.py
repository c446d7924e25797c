"""The corrections inbox; mounted at /corrections/."""

from django.urls import path

from qualification.corrections import views

app_name = "corrections"
urlpatterns = [
    path("", views.show, name="inbox"),
    path("accept/", views.accept, name="accept"),
]
