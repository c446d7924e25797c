"""Pages under /sources/."""

from django.urls import path

from leadboard.capture import quarantine_screens, screens

urlpatterns = [
    path("", screens.show_sources, name="sources"),
    path("quarantine/", quarantine_screens.show_quarantine, name="quarantine"),
    path("quarantine/<uuid:pk>/replay/", quarantine_screens.replay_submission, name="replay-submission"),
    path("quarantine/<uuid:pk>/discard/", quarantine_screens.discard_submission, name="discard-submission"),
    path("<row:pk>/", screens.show_source, name="source"),
    path("<row:pk>/map/<uuid:delivery>/", screens.map_source, name="map-source"),
    path("<row:pk>/keys/", screens.change_keys, name="source-keys"),
    path("<row:pk>/try/", screens.try_source, name="try-source"),
    path("<row:pk>/ask/", screens.ask_source, name="ask-source"),
    path("<row:pk>/switch/", screens.switch_source, name="switch-source"),
    path("<row:pk>/replay/", screens.replay_source, name="replay-source"),
]
