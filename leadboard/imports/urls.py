"""Pages under /import/."""

from django.urls import path

from leadboard.imports import screens

app_name = "imports"
urlpatterns = [
    path("", screens.show_imports, name="list"),
    path("<uuid:pk>/", screens.show_run, name="run"),
    path("<uuid:pk>/map/", screens.map_columns, name="map"),
    path("<uuid:pk>/start/", screens.start, name="start"),
    path("<uuid:pk>/cancel/", screens.cancel, name="cancel"),
    path("<uuid:pk>/refused.csv", screens.refused, name="refused"),
]
