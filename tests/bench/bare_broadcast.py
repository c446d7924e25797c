"""The floor of fan-out: a bare `websockets` server that repeats to all what one client tells it."""

import asyncio
import sys

from websockets.asyncio.server import broadcast, serve


async def main(port):
    """Serve for ever: `/` listens, whatever comes in on `/say` is broadcast."""
    boards = set()

    async def handle(line):
        if line.request.path == "/say":
            async for words in line:
                broadcast(boards, words)
            return
        boards.add(line)
        try:
            await line.wait_closed()
        finally:
            boards.discard(line)

    async with serve(handle, "127.0.0.1", port, compression=None, max_size=None):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
