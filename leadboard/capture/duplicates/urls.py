"""Pages about two leads of one person; mounted at /leads/."""

from django.urls import path

from leadboard.capture.duplicates import screens

app_name = "duplicates"
urlpatterns = [
    path("<row:pk>/duplicates/", screens.find, name="find"),
    path("<row:pk>/duplicates/<row:other>/dismiss/", screens.dismiss, name="dismiss"),
    path("<row:pk>/merge/<row:other>/", screens.compare, name="compare"),
    path("merges/<row:pk>/undo/", screens.undo, name="undo"),
]
