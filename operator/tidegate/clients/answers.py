"""What an API server answers: objects, lines of a watch and errors, each within its size."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec

from tidegate.sentences import shortened

from .errors import Unavailable, error_for
from .nesting import read

Object = dict[str, Any]

LARGEST_ANSWER = 64 * 2**20
LARGEST_EVENT = 8 * 2**20
# Of an answer that is no object: bytes that are looked at, and letters that are shown.
READ, SHOWN = 800, 200


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a watch."""

    type: str
    object: Object


async def bounded(answer: aiohttp.ClientResponse) -> bytes:
    """The body, refused beyond the limit: a runaway answer must not take the process with it."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            message = f"the answer is larger than {LARGEST_ANSWER} bytes"
            raise Unavailable(answer.status, message, call=answer.method)

    return bytes(body)


def decoded(body: bytes, status: int, *, call: str, headers: Mapping[str, str]) -> Object:
    """The object in an answer. Raises a CallError where it holds an error, or none."""
    try:
        found = read(body)
    except msgspec.DecodeError as error:
        if status < 400:
            raise Unavailable(status, f"the answer is not JSON: {error}", call=call) from error
        found = {}

    if status < 400 and not isinstance(found, dict):
        raise Unavailable(status, "the answer is no object", call=call)

    if status < 400:
        decoded: Object = found
        return decoded

    after = headers.get("Retry-After", "")
    sentence = found.get("message") if isinstance(found, dict) else None
    words = sentence or shortened(body[:READ].decode(errors="replace"), SHOWN)
    raise error_for(status, words, call=call, retry_after=_seconds(after))


def _seconds(text: str) -> float | None:
    return float(text) if text.isdecimal() else None


async def lines(answer: aiohttp.ClientResponse, call: str) -> AsyncIterator[bytes]:
    """The lines of a stream as they come; one that is too long ends it."""
    rest = bytearray()
    async for chunk in answer.content.iter_any():
        rest += chunk
        *whole, last = rest.split(b"\n")
        if len(last) > LARGEST_EVENT:
            raise Unavailable(200, f"an event is larger than {LARGEST_EVENT} bytes", call=call)

        rest = bytearray(last)
        for line in whole:
            if line:
                yield bytes(line)


def event_of(line: bytes, call: str) -> Event:
    """The event in a line. Raises a CallError where the server says that it failed."""
    try:
        found = read(line)
    except msgspec.DecodeError as error:
        raise Unavailable(200, f"an event is not JSON: {error}", call=call) from error

    if not isinstance(found, dict) or not isinstance(found.get("object"), dict):
        raise Unavailable(200, "an event has no object", call=call)

    if found.get("type") == "ERROR":
        status = found["object"]
        raise error_for(int(status.get("code") or 500), str(status.get("message")), call=call)

    return Event(str(found.get("type")), found["object"])
