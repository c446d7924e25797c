"""Pages under /sources/."""

from django.urls import path

from leadboard.capture import screens

urlpatterns = [
    path("", screens.show_sources, name="sources"),
    path("quarantine/", screens.show_quarantine, name="quarantine"),
    path("quarantine/<uuid:pk>/replay/", screens.replay_submission, name="replay-submission"),
    path("quarantine/<uuid:pk>/discard/", screens.discard_submission, name="discard-submission"),
    path("<row:pk>/", screens.show_source, name="source"),
    path("<row:pk>/switch/", screens.switch_source, name="switch-source"),
    path("<row:pk>/replay/", screens.replay_source, name="replay-source"),
]
