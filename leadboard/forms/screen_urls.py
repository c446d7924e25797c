"""Pages under /forms/."""

from django.urls import path

from leadboard.forms import screens

app_name = "forms"
urlpatterns = [
    path("", screens.show_forms, name="list"),
    path("new/", screens.new_form, name="new"),
    path("<row:pk>/", screens.edit_form, name="edit"),
    path("<row:pk>/versions/", screens.show_versions, name="versions"),
    path("<row:pk>/versions/<row:number>/restore/", screens.restore_version, name="restore"),
    path("<row:pk>/unpublish/", screens.unpublish_form, name="unpublish"),
    path("<row:pk>/retire/", screens.retire_form, name="retire"),
    path("<row:pk>/back/", screens.bring_back_form, name="back"),
    path("<row:pk>/delete/", screens.delete_form, name="delete"),
    path("<row:pk>/duplicate/", screens.duplicate_form, name="duplicate"),
]
