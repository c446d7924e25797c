"""Raw bytes to a web process, and what it says: for requests that no library would send."""

import contextlib
import http.client
import json
import socket
import struct

HOST = b"Host: localhost\r\n"


def request(method="GET", path="/health/live", *headers, body=b"", host=HOST):
    """Return the bytes of a request; headers are whole lines, as bytes or text."""
    lines = [one if isinstance(one, bytes) else one.encode() for one in headers]
    first = (
        f"{method} ".encode()
        + (path if isinstance(path, bytes) else path.encode("latin1"))
        + b" HTTP/1.1\r\n"
    )
    length = [b"Content-Length: %d" % len(body)] if body else []
    return first + host + b"".join(line + b"\r\n" for line in [*lines, *length]) + b"\r\n" + body


class Answer:
    """Status (0: hung up without a word), headers, body."""

    def __init__(self, status=0, headers=None, body=b""):
        self.status, self.headers, self.body = status, headers or {}, body

    @property
    def code(self):
        """Return the code of a problem document."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        problem = json.loads(self.body)
        assert (problem["status"], problem["type"]) == (
            self.status,
            f"urn:leadboard:problem:{problem['code']}",
        )
        return problem["code"]


def send(port, raw, patience=30):
    """Send bytes on a new connection; return the first answer."""
    with socket.create_connection(("127.0.0.1", port), patience) as line:
        with contextlib.suppress(OSError):  # refused while we still send: the answer is there to be read
            line.sendall(raw)
        return receive(line)


def receive(line):
    """Read one answer; TimeoutError when none comes."""
    answer = http.client.HTTPResponse(line)
    try:
        answer.begin()
        return Answer(answer.status, answer.headers, answer.read())
    except (ConnectionError, http.client.HTTPException):
        return Answer()


def upgrade(port, path="/ws/board/", *headers, origin=None):
    """Return the bytes that ask for a WebSocket, as a page of ours would."""
    hands = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    return request("GET", path, *hands, key, f"Origin: {origin or f'http://localhost:{port}'}", *headers)


def open_board(port, cookie):
    """Return the raw socket of a signed-in person's board."""
    line = socket.create_connection(("127.0.0.1", port), 30)
    line.sendall(upgrade(port, "/ws/board/?after=0", f"Cookie: leadboard={cookie}"))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += exactly(line, 1)
    assert head.startswith(b"HTTP/1.1 101 ")
    return line


def frame(opcode, payload=b"", *, first=0x80, length=None, is_masked=True):
    """Return a WebSocket frame; `length` is what it claims, `first` its upper bits (FIN and reserved)."""
    claimed = len(payload) if length is None else length
    mask = 0x80 if is_masked else 0
    head = bytes([first | opcode])
    if claimed < 126:
        head += bytes([mask | claimed])
    else:
        head += (
            struct.pack(">BH", mask | 126, claimed)
            if claimed < 65_536
            else struct.pack(">BQ", mask | 127, claimed)
        )
    return head + (bytes(4) if is_masked else b"") + payload


def exactly(line, count):
    """Read a number of bytes; ConnectionError when the other side ends before."""
    data = b""
    while len(data) < count:
        piece = line.recv(count - len(data))
        if not piece:
            raise ConnectionError
        data += piece
    return data


def close_code(line):
    """Read until the server closes; return its code, None when it hung up without one."""
    try:
        while True:
            first, length = exactly(line, 2)
            if length > 125:
                size = 2 if length == 126 else 8
                length = int.from_bytes(exactly(line, size), "big")
            payload = exactly(line, length)
            if first & 0x0F == 8:
                return int.from_bytes(payload[:2], "big")
    except ConnectionError:
        return None
