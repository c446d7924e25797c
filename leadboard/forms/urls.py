"""Public pages under /f/."""

from django.urls import path

from leadboard.forms import pages

app_name = "form"
urlpatterns = [
    path("<slug:slug>/", pages.fill_in, name="fill_in"),
    path("<slug:slug>/done/<uuid:pk>/", pages.done, name="done"),
    path("<slug:slug>/embed.js", pages.embed, name="embed"),
]
