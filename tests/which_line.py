"""A socket that says which line `direct_send` found for it behind the product's own layers."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadboard.settings")

import django

django.setup()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402

from leadboard.board.direct_send import line_of  # noqa: E402


class WhichLine(AsyncWebsocketConsumer):
    """Accepts, and names the kind of its line."""

    async def connect(self):
        """Say it."""
        await self.accept()
        line = line_of(self.base_send)
        await self.send(type(line).__name__)
        line.stop()


application = AuthMiddlewareStack(WhichLine.as_asgi())
