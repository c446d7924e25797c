"""The model page and the fairness report; mounted at /models/."""

from django.urls import path

from qualification.governance import views

app_name = "models"
urlpatterns = [
    path("", views.show, name="show"),
    path("<row:number>/", views.show, name="one"),
    path("<slug:key>.csv", views.numbers, name="numbers"),
    path("<row:number>/<slug:key>.csv", views.numbers, name="numbers_of"),
    path("<row:number>/promote/", views.promote, name="promote"),
    path("<row:number>/roll-back/", views.roll_back, name="return"),
    path("roll-back/", views.roll_back, name="scorecard"),
    path("fairness/", views.fairness, name="fairness"),
    path("fairness/<row:report_id>/", views.fairness, name="report"),
    path("fairness/<row:report_id>/report.csv", views.fairness_table, name="fairness_table"),
    path("fairness/<row:report_id>/<slug:key>.csv", views.fairness_numbers, name="fairness_numbers"),
    path("fairness/<row:report_id>/sign/", views.sign, name="sign"),
]
