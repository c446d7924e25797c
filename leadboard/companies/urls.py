"""Pages under /companies/."""

from django.urls import path

from leadboard.companies import screens

app_name = "companies"
urlpatterns = [
    path("", screens.show_companies, name="list"),
    path("<row:pk>/", screens.show_company, name="company"),
    path("<row:pk>/target/", screens.switch_target, name="target"),
    path("<row:pk>/signals/", screens.add_signal, name="signal"),
]
