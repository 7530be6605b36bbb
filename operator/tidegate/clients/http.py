"""Questions to metric sources: one client, a timeout, a size limit and named failures."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

LARGEST_ANSWER = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is sent, and how."""

    url: str
    body: bytes
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None


class AskFailed(Exception):
    """There was no answer: the reason, in words for the status."""


class Http:
    """One session for all sources."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=32))

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def ask(self, ask: Ask) -> bytes:
        """The body of the answer. Redirects are refused: they would carry credentials elsewhere."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", **ask.headers}
        timeout = aiohttp.ClientTimeout(total=ask.seconds)
        try:
            async with self._session.post(
                ask.url, data=ask.body, headers=headers, timeout=timeout, ssl=ask.tls or True, allow_redirects=False
            ) as answer:
                return _checked(answer.status, await _body(answer))
        except TimeoutError as error:
            message = f"no answer within {ask.seconds:g} s"
            raise AskFailed(message) from error
        except (aiohttp.ClientError, OSError) as error:
            raise AskFailed(str(error) or type(error).__name__) from error


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    """All of the body, however many packets it comes in, up to just beyond the limit."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            break

    return bytes(body)


def _checked(status: int, body: bytes) -> bytes:
    """Prometheus answers 400 and 422 with words worth reading; anything else that is not 200 is no answer."""
    if len(body) > LARGEST_ANSWER:
        message = f"the answer is larger than {LARGEST_ANSWER} bytes"
        raise AskFailed(message)

    if status not in {200, 400, 422}:
        message = f"HTTP {status}"
        raise AskFailed(message)

    return body
