"""The alerts page; mounted at alerts/."""

from django.urls import path

from leadboard.notify import views

app_name = "alerts"
urlpatterns = [
    path("", views.alerts, name="list"),
    path("seen/", views.seen, name="seen_all"),
    path("<row:alert_id>/seen/", views.seen, name="seen"),
]
