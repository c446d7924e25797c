"""The web program: HTTP by Django, sockets by Channels; both only for signed-in people of this host."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadboard.settings")
os.environ.setdefault("LEADBOARD_PROGRAM", "web")

import django

django.setup(set_prefix=False)

from channels.auth import AuthMiddlewareStack  # noqa: E402 - needs the apps to be loaded
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import WebsocketDenier  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from handoff.door import Door as ClaimDoor  # noqa: E402
from leadboard.board.consumers import BoardConsumer  # noqa: E402
from leadboard.board.origins import ExactOrigin, allowed_origins  # noqa: E402
from leadboard.capture.door import Door as IntakeDoor  # noqa: E402
from leadboard.tracking.door import Door as TrackingDoor  # noqa: E402
from leadboard.web.handler import Handler  # noqa: E402

sockets = URLRouter([path("ws/board/", BoardConsumer.as_asgi()), re_path("", WebsocketDenier.as_asgi())])
application = ProtocolTypeRouter(
    {
        "http": TrackingDoor(IntakeDoor(ClaimDoor(Handler()))),
        "websocket": ExactOrigin(AuthMiddlewareStack(sockets), allowed_origins(settings)),
    }
)
