from django.urls import path

from leadboard.playbook import views

app_name = "playbook"
urlpatterns = [
    path("", views.show, name="show"),
    path("<row:number>/", views.show, name="show"),
]
