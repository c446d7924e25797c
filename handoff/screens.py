"""The managers' pages; mounted at /sla/."""

from django.urls import path

from handoff import review

app_name = "sla"
urlpatterns = [
    path("", review.breach_list, name="breaches"),
    path("export.csv", review.export, name="export"),
    path("<row:breach_id>/", review.review, name="review"),
]
