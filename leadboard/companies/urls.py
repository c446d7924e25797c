"""Pages under /companies/."""

from django.urls import path

from leadboard.companies import provider_screens, screens

app_name = "companies"
urlpatterns = [
    path("", screens.show_companies, name="list"),
    path("export.csv", screens.export, name="export"),
    path("providers/", provider_screens.show_providers, name="providers"),
    path("providers/<row:pk>/try/", provider_screens.try_provider, name="try"),
    path("providers/<row:pk>/switch/", provider_screens.switch_provider, name="switch"),
    path("providers/<row:pk>/remove/", provider_screens.remove_provider, name="remove"),
    path("<row:pk>/", screens.show_company, name="company"),
    path("<row:pk>/target/", screens.switch_target, name="target"),
    path("<row:pk>/signals/", screens.add_signal, name="signal"),
]
