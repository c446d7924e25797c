"""Strict multipart/form-data (RFC 7578) for small bodies that are in memory already."""

import base64
import binascii
import re
from typing import TypeAlias

from leadboard.http.problems import Problem

BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
PARAMETER = re.compile(r';[ \t]*+([A-Za-z*]++)=("[^"\\]*+(?:\\.[^"\\]*+)*+"|[^;"\s]*+)')
MOST_PARTS = 200
LONGEST_HEADER = 4_096

Value: TypeAlias = str | dict[str, str | int]


def pairs(body: bytes, boundary: str) -> list[tuple[str, Value]]:
    """Return the parts as (name, text), in order; a file is its name, type and size, without its content.

    Raises Problem(400) for a missing or impossible boundary, a part without a name, too many parts,
    broken base64, text that is not UTF-8, NUL characters and a missing end.
    """
    if not BOUNDARY.fullmatch(boundary):
        raise _malformed("The boundary is missing, or is not 1 to 70 of the characters that RFC 2046 allows.")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("ascii"))
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise _malformed("The body does not end with its closing boundary.")
    if len(parts) - 2 > MOST_PARTS:
        raise _malformed(f"More than {MOST_PARTS} parts.")
    return [_part(part, number) for number, part in enumerate(parts[1:-1], 1)]


def _malformed(detail: str) -> Problem:
    return Problem(400, "malformed_multipart", detail)


def _part(part: bytes, number: int) -> tuple[str, Value]:
    padding, line_end, rest = part.partition(b"\r\n")
    head, blank, content = (b"\r\n" + rest).partition(b"\r\n\r\n")
    if padding.strip() or not line_end or not blank or len(head) > LONGEST_HEADER:
        raise _malformed(f"Part {number} has no readable head.")
    headers = _headers(_text(head, number))
    parameters = _parameters(headers.get("content-disposition", ""))
    if "name" not in parameters:
        raise _malformed(f"Part {number} has no name.")
    content = _transfer_decoded(content, headers.get("content-transfer-encoding", "binary"), number)
    if "filename" in parameters or "filename*" in parameters:
        name = parameters.get("filename", parameters.get("filename*", ""))
        return parameters["name"], {
            "file": name,
            "content_type": headers.get("content-type", ""),
            "bytes": len(content),
        }
    return parameters["name"], _text(content, number)


def _headers(head: str) -> dict[str, str]:
    lines = (line.partition(":") for line in head.split("\r\n") if line)
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _parameters(disposition: str) -> dict[str, str]:
    kind = disposition.partition(";")[0].strip().lower()
    if kind != "form-data":
        return {}
    found = PARAMETER.findall(disposition)
    return {
        name.lower(): re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] == '"' else value
        for name, value in found
    }


def _transfer_decoded(content: bytes, encoding: str, number: int) -> bytes:
    match encoding.lower():
        case "binary" | "7bit" | "8bit":
            return content
        case "base64":
            try:
                return base64.b64decode(b"".join(content.split()), validate=True)
            except binascii.Error:
                raise _malformed(f"Part {number} is not valid base64.") from None
    raise _malformed(f"Part {number} has an unknown transfer encoding.")


def _text(content: bytes, number: int) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed(f"Part {number} is not UTF-8.") from None
    if "\x00" in text:
        raise _malformed(f"Part {number} has a NUL character.")
    return text
