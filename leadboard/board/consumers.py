"""The socket of the board: it only sends. Acts go by HTTP; what a client says is ignored, or too much."""

import asyncio
import logging
import time
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer

from leadboard.board.direct_send import line_of
from leadboard.board.frames import Frame
from leadboard.board.relay import GONE, SIGN_IN_AGAIN, relay
from leadboard.board.sign_ins import SignIn
from leadboard.leads.feed_log import read_cursor
from leadboard.people.rights import may

log = logging.getLogger(__name__)

COME_BACK = 1012  # planned restart; htmx reconnects on 1006, 1011, 1012 and 1013
TRY_LATER = 1013
NOT_WANTED = 1008
LONGEST_MESSAGE = 65_536
MESSAGES_A_SECOND = 10


class BoardConsumer(AsyncWebsocketConsumer):
    """One browser's board: `/ws/board/?after=<seq of its page>`.

    Close codes: 4401 sign in again, 1012 come back, 1013 too slow or database away (come back later),
    1008 said too much.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.sign_in: SignIn | None = None
        self._line = None
        self._relay = None
        self._is_closing = False
        self._goodbye: asyncio.Task | None = None
        self._second, self._messages = 0, 0

    async def __call__(self, scope, receive, send):
        """Serve until the browser leaves or we close."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._relay is not None:
                self._relay.leave(self)
            if self._line is not None:
                self._line.stop()

    async def connect(self):
        """Accept (a browser sees close codes only after that), then join, or say why not."""
        await self.accept()
        self.sign_in = SignIn.of(self.scope) if may(self.scope["user"], "see_leads") else None
        if self.sign_in is None:
            self.hang_up(SIGN_IN_AGAIN)
            return
        self._line = line_of(self.base_send)
        self._relay = relay()
        try:
            if not await self._relay.join(self, self._after()):
                self.hang_up(SIGN_IN_AGAIN)
        except GONE as error:
            log.warning("board: a socket has to come back later: %s", str(error).strip())
            self.hang_up(TRY_LATER)

    def deliver(self, frame: Frame) -> None:
        """Send a frame, or cut off a reader who is too slow: nobody waits for anybody."""
        assert self._line is not None, "the relay knows a socket only after it has its line"
        if not self._is_closing and not self._line.send(frame):
            log.info("board: a slow reader was cut off")
            self.hang_up(TRY_LATER)

    def hang_up(self, code: int) -> None:
        """Close from our side, once."""
        if self._is_closing:
            return
        self._is_closing = True
        if self._line is not None:
            self._line.hang_up(code)
        else:
            self._goodbye = asyncio.get_running_loop().create_task(self.close(code))

    def come_back(self) -> None:
        """Say at once that the server stops and another will be there in a moment."""
        assert self._line is not None, "the relay knows a socket only after it has its line"
        self._line.close_now(COME_BACK)

    async def dispatch(self, message):
        """Handle what the server hands in, without the parent's hop to the database thread each time."""
        match message["type"]:
            case "websocket.connect":
                await self.websocket_connect(message)
            case "websocket.receive":
                self._count(message)
            case "websocket.disconnect":
                await self.websocket_disconnect(message)

    def _after(self):
        """Return the number of the page, None when there is none or it is nonsense."""
        query = parse_qs(self.scope["query_string"].decode("latin1"), max_num_fields=10)
        return read_cursor(query.get("after", [None])[-1])

    def _count(self, message):
        """Ignore a message; close when it is too long or one of too many."""
        second = int(time.monotonic())
        self._messages = self._messages + 1 if second == self._second else 1
        self._second = second
        content = message.get("text") or message.get("bytes") or ""
        if self._messages > MESSAGES_A_SECOND or len(content) > LONGEST_MESSAGE:
            self.hang_up(NOT_WANTED)
