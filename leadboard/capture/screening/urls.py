"""The junk desk; mounted at /sources/junk/."""

from django.urls import path

from leadboard.capture.screening import screens

app_name = "junk"
urlpatterns = [
    path("", screens.desk, name="desk"),
    path("drop/", screens.drop, name="drop"),
    path("rescue/", screens.rescue, name="rescue"),
    path("<row:pk>/mark/", screens.mark, name="mark"),
    path("<row:pk>/rescue/", screens.rescue_lead, name="rescue-lead"),
]
