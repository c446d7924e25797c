"""Addresses of one lead; its acts are the parts' own."""

from django.urls import path

from leadboard.leads import views

app_name = "leads"
urlpatterns = [
    path("<row:pk>/", views.lead_page, name="lead"),
    path("<row:pk>/panel/", views.lead_panel, name="panel"),
]
